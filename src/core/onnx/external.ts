import { RightsizeError } from '../error/error.ts'
import type { TensorHead } from './decode-tensor.ts'
import { byteLengthOf } from './dtype.ts'
import type { DecodeContext } from './message.ts'
import type { Tensor } from './model.ts'

/** Where a tensor's data lie beside the model. Source: onnx/docs/ExternalData.md. */
interface Location {
  readonly path: string
  readonly offset: number
  readonly length: number
}

/** A tensor whose bytes are read from its file each time they are asked for; nothing is kept in memory. */
export function externalTensor(
  context: DecodeContext,
  head: TensorHead,
  count: number,
  entries: readonly (readonly [string, string])[],
): Tensor {
  const { reader, external } = context
  const at = reader.at()
  if (head.dtype === 'string') reader.fail(`tensor '${head.name}' keeps strings in another file`)
  const byteLength = byteLengthOf(head.dtype, count)
  const fail = (what: string): never => {
    const message = `tensor '${head.name}': ${what}`
    throw new RightsizeError('ONNX_EXTERNAL_DATA', message, { at })
  }
  const location = readLocation(entries, byteLength, fail)
  const open = () => {
    if (external === undefined)
      return fail(`its data are in '${location.path}', which was not opened`)
    const source = external(location.path)
    if (location.offset + byteLength > source.size) {
      const wanted = `${byteLength} bytes from ${location.offset}`
      return fail(`'${location.path}' has ${source.size} bytes, the tensor needs ${wanted}`)
    }
    return source
  }
  if (external !== undefined) open()
  const bytes = () => open().read(location.offset, byteLength)
  return { ...head, byteLength, bytes }
}

function readLocation(
  entries: readonly (readonly [string, string])[],
  byteLength: number,
  fail: (what: string) => never,
): Location {
  const table = new Map(entries)
  const path = table.get('location') ?? fail('it names no file for its data')
  const reason = leavesFolder(path)
  if (reason !== null) fail(`its data path '${path}' ${reason}`)
  const offset = wholeNumber(table.get('offset') ?? '0', 'offset', fail)
  const length = wholeNumber(table.get('length') ?? String(byteLength), 'length', fail)
  if (length !== byteLength) fail(`it takes ${byteLength} bytes, its entry says ${length}`)
  return { path, offset, length }
}

function wholeNumber(text: string, key: string, fail: (what: string) => never): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(value) ? value : fail(`its ${key} '${text}' is not a whole number`)
}

/**
 * Why a path in an untrusted model may not be opened, or null when it stays in the model's folder.
 * Symbolic links are the business of the file adapter.
 */
export function leavesFolder(path: string): string | null {
  if (path === '') return 'is empty'
  if (path.includes('\0')) return 'holds a zero byte'
  if (/^[/\\]/.test(path) || /^[a-zA-Z]:/.test(path)) return 'is absolute'
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) return 'is an address'
  if (path.split(/[/\\]/).includes('..')) return 'leaves the folder of the model'
  return null
}
