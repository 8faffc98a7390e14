import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'
import { isTooDeep } from '../data/nesting.ts'
import { RightsizeError } from '../error/error.ts'

/** Longest text that is read as a spec, characters. A spec with inline rows stays far below. */
const LONGEST = 8_000_000

export type KeyPath = readonly (string | number)[]

/** A text as a value, and the way back from a key path to its line. */
export interface Source {
  readonly value: unknown
  /** `file:line` of the key at this path, or of its nearest parent that is written. */
  at(path: KeyPath): string
  /** `file:line` of a key name inside the map at this path (for keys that should not be there). */
  atKey(path: KeyPath, key: string): string
}

/**
 * Reads YAML 1.2 (and so JSON). Throws SPEC_SYNTAX with the line, SPEC_TOO_LARGE above 8 million characters;
 * aliases are bounded by the parser.
 */
export function readSource(text: string, file: string): Source {
  if (text.length > LONGEST)
    throw new RightsizeError('SPEC_TOO_LARGE', `The spec has ${text.length} characters.`, {
      at: file,
    })
  if (isTooDeep(text))
    throw new RightsizeError('SPEC_SYNTAX', 'Its brackets are nested too deep.', { at: file })
  const lines = new LineCounter()
  const document = parseDocument(text.replace(/^\uFEFF/, ''), {
    lineCounter: lines,
    prettyErrors: false,
  })
  const error = document.errors[0]
  if (error !== undefined)
    throw new RightsizeError('SPEC_SYNTAX', `${firstLine(error.message)}.`, {
      at: `${file}:${lines.linePos(error.pos[0]).line}`,
    })
  const line = (offset: number | undefined) =>
    offset === undefined ? file : `${file}:${lines.linePos(offset).line}`
  return {
    value: toValue(document, file),
    at: (path) => line(offsetOf(document, path)),
    atKey: (path, key) => line(keyOffset(document, path, key) ?? offsetOf(document, path)),
  }
}

/** A value that was never text (from the library): every place is named by its key path. */
export function valueSource(value: unknown, name: string): Source {
  const at = (path: KeyPath) => (path.length === 0 ? name : `${name}: ${path.join('.')}`)
  return { value, at, atKey: (path, key) => at([...path, key]) }
}

function toValue(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (cause) {
    throw new RightsizeError('SPEC_SYNTAX', 'The aliases of the file cannot be resolved.', {
      at: file,
      cause,
    })
  }
}

/** Offset of the key where the path is a key of a map, else of the value; of the nearest written parent if absent. */
function offsetOf(document: Document.Parsed, path: KeyPath): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const last = path[length - 1]
    const key =
      typeof last === 'string' ? keyOffset(document, path.slice(0, length - 1), last) : undefined
    if (key !== undefined) return key
    const node = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return document.contents?.range?.[0]
}

function keyOffset(document: Document.Parsed, path: KeyPath, key: string): number | undefined {
  const map = path.length === 0 ? document.contents : document.getIn(path, true)
  if (!isMap(map)) return undefined
  const pair = map.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined
}

const firstLine = (message: string) => (message.split('\n')[0] ?? message).replace(/[.:]$/, '')
