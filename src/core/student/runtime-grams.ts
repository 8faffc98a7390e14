/** Which n-grams a text is read as. Character n-grams never cross a space; word n-grams join neighbours. */
export interface GramSettings {
  readonly charMin: number
  readonly charMax: number
  readonly wordMax: number
}

/** Hashes of a text's n-grams; views that hold until the next read. */
export interface Grams {
  readonly words: Int32Array
  readonly chars: Int32Array
}

const SPACE = 1
const LETTER = 2
const SIGN = 3
/** Kinds of the UTF-16 units met so far; 0 is not met. */
const kinds = new Uint8Array(65536)

function kindOf(unit: number): number {
  if (kinds[unit] === 0) {
    const char = String.fromCharCode(unit)
    kinds[unit] = /\s/.test(char) ? SPACE : /[\p{P}\p{S}]/u.test(char) ? SIGN : LETTER
  }
  return kinds[unit] as number
}

/** 32-bit hash; the factor is 2^32 / golden ratio (Knuth, TAOCP 3, 6.4). */
function mix(hash: number, value: number): number {
  const h = Math.imul(hash ^ value, 0x9e3779b1)
  return h ^ (h >>> 15)
}

/** Buffers that grow with the longest text. */
interface Buffers extends GramSettings {
  units: Uint16Array
  words: Int32Array
  chars: Int32Array
}

/** Room for L words and, in a run of L units, for 2 L starts of each length. */
function fold(buffers: Buffers, text: string): number {
  const lower = (/[^ -~]/.test(text) ? text.normalize('NFKC') : text).toLowerCase()
  const { length } = lower
  if (length > buffers.units.length) {
    buffers.units = new Uint16Array(2 * length)
    buffers.words = new Int32Array(2 * length * buffers.wordMax)
    buffers.chars = new Int32Array(4 * length * buffers.charMax)
  }
  for (let i = 0; i < length; i++) buffers.units[i] = lower.charCodeAt(i)
  return length
}

/** A run between spaces, with a space at both ends. */
function readChars(buffers: Buffers, start: number, end: number, count: number): number {
  const { units, chars, charMin, charMax } = buffers
  let n = count
  for (let i = start - 1; i < end; i++) {
    const stop = Math.min(end + 1, i + charMax)
    let h = 0x51ed270b
    for (let j = i; j < stop; j++) {
      h = mix(h, j < start || j === end ? 32 : (units[j] as number))
      if (j - i + 1 >= charMin) chars[n++] = h
    }
  }
  return n
}

/** Letters and digits in a row are a word; signs part words. */
function readWords(
  { units, words, wordMax }: Buffers,
  start: number,
  end: number,
  count: number,
  before: number[],
): number {
  const letter = (i: number) => i < end && kindOf(units[i] as number) === LETTER
  let n = count
  for (let i = start; i < end; i++) {
    if (!letter(i)) continue
    let h = 0x2545f491
    for (; letter(i); i++) h = mix(h, units[i] as number)
    words[n++] = h
    for (const earlier of before) words[n++] = mix(Math.imul(earlier, 3), h)
    before.unshift(h)
    before.length = Math.min(before.length, wordMax - 1)
  }
  return n
}

/** A reader of texts: lower case, beyond ASCII NFKC, then hashed n-grams. Keeps its buffers. */
export function gramReader(settings: GramSettings): (text: string) => Grams {
  const [units, words, chars] = [new Uint16Array(0), new Int32Array(0), new Int32Array(0)]
  const buffers: Buffers = { ...settings, units, words, chars }
  return (text) => {
    const length = fold(buffers, text)
    const before: number[] = []
    let wordCount = 0
    let charCount = 0
    for (let start = 0; start < length; start++) {
      let end = start
      while (end < length && kindOf(buffers.units[end] as number) !== SPACE) end++
      if (end === start) continue
      charCount = readChars(buffers, start, end, charCount)
      wordCount = readWords(buffers, start, end, wordCount, before)
      start = end
    }
    return {
      words: buffers.words.subarray(0, wordCount),
      chars: buffers.chars.subarray(0, charCount),
    }
  }
}
