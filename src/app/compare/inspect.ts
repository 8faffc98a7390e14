import type { ModelFiles } from '../../contract/model-files.ts'
import {
  type Inspection,
  inspectGguf,
  inspectModel,
  inspectSafetensors,
} from '../../core/compress/inspection.ts'
import type { Artefact, Target } from '../../core/compress/pass.ts'
import { loadPasses } from '../../core/compress/table.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { decodeModel } from '../../core/onnx/decode.ts'
import { decodeGguf } from '../../core/onnx/gguf.ts'
import { liftedConstants } from '../../core/onnx/lift-constants.ts'
import type { ByteSource } from '../../core/onnx/model.ts'
import { decodeSafetensors } from '../../core/onnx/safetensors.ts'

export interface InspectEffects {
  readonly files: ModelFiles
  /** A local file, read in pieces. */
  readonly source: (path: string) => ByteSource
  readonly fetch: typeof globalThis.fetch
  /** Text of a file, or null. */
  readonly text: (path: string) => Promise<string | null>
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
  if (/\.gguf$/i.test(model)) return ggufOf(effects.source(model))
  if (model.endsWith('.safetensors')) return safetensorsOf(effects.source(model))
  const artefact = { model: await effects.files.read(model), ...(await besides(model, effects)) }
  return inspectModel(artefact, target, await loadPasses())
}

/** Tokenizer and config of the folder that a model lies in; a file that is no JSON counts as none, as nothing is run. */
async function besides(model: string, { text }: InspectEffects): Promise<Omit<Artefact, 'model'>> {
  const folder = model.replace(/(?:\/onnx)?\/[^/]*\.onnx$/, '')
  const json = async (name: string): Promise<unknown> => {
    try {
      return JSON.parse((await text(`${folder}/${name}`)) ?? 'null')
    } catch {
      return null
    }
  }
  const config = ((await json('config.json')) ?? {}) as Readonly<Record<string, unknown>>
  const { id2label } = config
  return {
    config,
    tokenizer: await json('tokenizer.json'),
    ...(typeof id2label === 'object' && id2label !== null
      ? { classes: Object.keys(id2label).length }
      : {}),
  }
}

function ggufOf(source: ByteSource): Inspection {
  const file = decodeGguf(source)
  const weights = file.tensors.reduce((sum, { byteLength }) => sum + byteLength, 0)
  return inspectGguf(file, source.size === unstated ? weights : source.size)
}

function safetensorsOf(source: ByteSource): Inspection {
  if (source.size !== unstated) return inspectSafetensors(decodeSafetensors(source))
  const what =
    'the server does not say how long the file is, and its header is checked against that'
  throw new RightsizeError('TENSOR_FILE_INVALID', what)
}

/** Stands for the size of a file whose server does not state it. */
const unstated = Number.MAX_SAFE_INTEGER

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
  if (/\.gguf$/i.test(path)) return fromHeader(url, effects.fetch, ggufOf)
  if (path.endsWith('.safetensors')) return fromHeader(url, effects.fetch, safetensorsOf)
  const { bytes, whole } = await piece(url, effects.fetch, mostModel)
  if (!whole) {
    const what = 'ONNX has no header, and more than 512 MB of a file are not fetched'
    throw new RightsizeError('ONNX_TOO_LARGE', what, { at: url })
  }
  const artefact = { model: liftedConstants(decodeModel(bytes)), tokenizer: null, config: {} }
  return inspectModel(artefact, target, await loadPasses())
}

/** Signals that a header is longer than what was fetched of it. */
class HeaderContinues extends Error {}

/** Reads ever more of the file's beginning until the header is whole. */
async function fromHeader(
  url: string,
  get: typeof globalThis.fetch,
  read: (file: ByteSource) => Inspection,
): Promise<Inspection> {
  for (let length = firstPiece; length <= mostHeader; length *= 4) {
    const head = await piece(url, get, length)
    try {
      return read(headSource(head))
    } catch (error) {
      if (!(error instanceof HeaderContinues)) throw error
      if (head.whole) throw truncated(url, head.bytes.length)
    }
  }
  const what = `the header is longer than ${mostHeader} bytes`
  throw new RightsizeError('TENSOR_FILE_INVALID', what, { at: url })
}

function truncated(url: string, length: number): RightsizeError {
  const what = `the server sent ${length} bytes and the header continues (truncated?)`
  return new RightsizeError('TENSOR_FILE_INVALID', what, { at: url })
}

interface Head {
  readonly bytes: Uint8Array
  /** Of the whole file; `unstated` where the server does not say. */
  readonly size: number
  /** Whether these are all bytes of the file. */
  readonly whole: boolean
}

function headSource({ bytes, size }: Head): ByteSource {
  const read = (offset: number, length: number) => {
    if (offset + length <= bytes.length) return bytes.subarray(offset, offset + length)
    throw new HeaderContinues()
  }
  return { size, read }
}

/** Seconds without a byte after which a server is given up. */
const patienceS = 30

/** The first bytes of a remote file, and its size. A server that ignores ranges is cut off after the bytes that were asked for. */
async function piece(url: string, get: typeof globalThis.fetch, length: number): Promise<Head> {
  const abort = new AbortController()
  const lost = (cause: unknown) => {
    const what = abort.signal.aborted
      ? `the server sent nothing for ${patienceS} s`
      : 'the address could not be reached, or the connection broke'
    return new RightsizeError('ONNX_NOT_FOUND', what, { at: url, cause })
  }
  let timer = setTimeout(() => abort.abort(), patienceS * 1000)
  const alive = () => {
    clearTimeout(timer)
    timer = setTimeout(() => abort.abort(), patienceS * 1000)
  }
  try {
    // Sizes and ranges are those of the file only where nothing is compressed on the way.
    const headers = { range: `bytes=0-${length - 1}`, 'accept-encoding': 'identity' }
    const response = await get(url, { headers, signal: abort.signal }).catch((cause: unknown) => {
      throw lost(cause)
    })
    const body = bodyOf(url, response)
    const { bytes, ended } = await firstBytes(body, length, alive).catch((cause: unknown) => {
      throw lost(cause)
    })
    return headOf(url, response, bytes, ended && bytes.length < length)
  } finally {
    clearTimeout(timer)
  }
}

function bodyOf(url: string, response: Response): ReadableStream<Uint8Array> {
  const { status, ok, body } = response
  const range = response.headers.get('content-range')
  if (!ok || body === null)
    throw new RightsizeError('ONNX_NOT_FOUND', `the server answered ${status}`, { at: url })
  if (status === 206 && range !== null && !/^bytes 0-/.test(range)) {
    const what = `the server sent another range than the one asked for: ${range}`
    throw new RightsizeError('ONNX_NOT_FOUND', what, { at: url })
  }
  return body
}

/** The size as the server states it; a server may say nothing, or nonsense, and then the header alone must do. */
function headOf(url: string, response: Response, bytes: Uint8Array, ended: boolean): Head {
  const { headers, status } = response
  const plain = headers.get('content-encoding') === null
  const total = /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1]
  const length = status === 206 || !plain ? undefined : headers.get('content-length')
  const stated = Number(total ?? length ?? Number.NaN)
  const known = Number.isSafeInteger(stated) && stated >= bytes.length
  if (ended && known && stated > bytes.length) throw truncated(url, bytes.length)
  const size = known ? stated : ended ? bytes.length : unstated
  return { bytes, size, whole: ended || size === bytes.length }
}

async function firstBytes(
  body: ReadableStream<Uint8Array>,
  length: number,
  alive: () => void,
): Promise<{ readonly bytes: Uint8Array; readonly ended: boolean }> {
  const reader = body.getReader()
  const parts: Uint8Array[] = []
  let [have, ended] = [0, false]
  while (have < length) {
    const { done, value } = await reader.read()
    alive()
    ended = done
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
  return { bytes, ended }
}
