import type { ModelFiles } from '../../contract/model-files.ts'
import {
  type Inspection,
  inspectGguf,
  inspectModel,
  inspectSafetensors,
} from '../../core/compress/inspection.ts'
import type { Target } from '../../core/compress/pass.ts'
import { loadPasses } from '../../core/compress/table.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { decodeModel } from '../../core/onnx/decode.ts'
import { decodeGguf } from '../../core/onnx/gguf.ts'
import type { ByteSource } from '../../core/onnx/model.ts'
import { decodeSafetensors } from '../../core/onnx/safetensors.ts'

export interface InspectEffects {
  readonly files: ModelFiles
  /** A local file, read in pieces. */
  readonly source: (path: string) => ByteSource
  readonly fetch: typeof fetch
}

/**
 * What a model is made of: an ONNX file or model folder, a safetensors or GGUF file, or the http(s) address of one. Of addresses only
 * the header is read, except for ONNX, which has none and is read whole up to 512 MB.
 */
export async function inspect(
  model: string,
  target: Target,
  effects: InspectEffects,
): Promise<Inspection> {
  if (/^https?:\/\//.test(model)) return inspectRemote(model, target, effects)
  if (model.endsWith('.gguf')) return inspectGguf(decodeGguf(effects.source(model)))
  if (model.endsWith('.safetensors')) {
    return inspectSafetensors(decodeSafetensors(effects.source(model)))
  }
  return inspectModel(await effects.files.read(model), target, await loadPasses())
}

/** First piece of a remote file, and the most that is read of a header. */
const [firstPiece, mostHeader] = [2 ** 20, 2 ** 26]

/** The most of a remote ONNX file. */
const mostModel = 512e6

async function inspectRemote(
  url: string,
  target: Target,
  effects: InspectEffects,
): Promise<Inspection> {
  const path = new URL(url).pathname
  if (path.endsWith('.gguf'))
    return fromHeader(url, effects.fetch, (file) => inspectGguf(decodeGguf(file)))
  if (path.endsWith('.safetensors')) {
    return fromHeader(url, effects.fetch, (file) => inspectSafetensors(decodeSafetensors(file)))
  }
  const { bytes, size } = await piece(url, effects.fetch, mostModel)
  if (bytes.length < size) {
    const what = `the file has ${size} bytes; ONNX has no header, and more than 512 MB are not fetched`
    throw new RightsizeError('ONNX_TOO_LARGE', what, { at: url })
  }
  return inspectModel(decodeModel(bytes), target, await loadPasses())
}

/** Signals that a header is longer than what was fetched of it. */
class HeaderContinues extends Error {}

/** Reads ever more of the file's beginning until the header is whole. */
async function fromHeader(
  url: string,
  get: typeof fetch,
  read: (file: ByteSource) => Inspection,
): Promise<Inspection> {
  for (let length = firstPiece; length <= mostHeader; length *= 4) {
    const { bytes, size } = await piece(url, get, length)
    try {
      return read(headSource(bytes, size))
    } catch (error) {
      if (!(error instanceof HeaderContinues)) throw error
    }
  }
  const what = `the header is longer than ${mostHeader} bytes`
  throw new RightsizeError('TENSOR_FILE_INVALID', what, { at: url })
}

function headSource(bytes: Uint8Array, size: number): ByteSource {
  const read = (offset: number, length: number) => {
    if (offset + length > bytes.length) throw new HeaderContinues()
    return bytes.subarray(offset, offset + length)
  }
  return { size, read }
}

/** The first bytes of a remote file, and its size. A server that ignores ranges is cut off after the bytes that were asked for. */
async function piece(
  url: string,
  get: typeof fetch,
  length: number,
): Promise<{ readonly bytes: Uint8Array; readonly size: number }> {
  const headers = { range: `bytes=0-${length - 1}` }
  const response = await get(url, { headers }).catch((cause: unknown) => {
    throw new RightsizeError('ONNX_NOT_FOUND', 'the address could not be reached', {
      at: url,
      cause,
    })
  })
  if (!response.ok || response.body === null) {
    throw new RightsizeError('ONNX_NOT_FOUND', `the server answered ${response.status}`, {
      at: url,
    })
  }
  const bytes = await firstBytes(response.body, length)
  const total = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1]
  const stated = total ?? response.headers.get('content-length')
  return { bytes, size: stated === null || stated === undefined ? bytes.length : Number(stated) }
}

async function firstBytes(body: ReadableStream<Uint8Array>, length: number): Promise<Uint8Array> {
  const reader = body.getReader()
  const parts: Uint8Array[] = []
  let have = 0
  while (have < length) {
    const { done, value } = await reader.read()
    if (done) break
    parts.push(value)
    have += value.length
  }
  await reader.cancel()
  const bytes = new Uint8Array(Math.min(have, length))
  let at = 0
  for (const part of parts) {
    const room = part.subarray(0, bytes.length - at)
    bytes.set(room, at)
    at += room.length
  }
  return bytes
}
