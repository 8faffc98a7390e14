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

/** A reader of texts: lower case, beyond ASCII NFKC, then hashed n-grams. Keeps its buffers. */
export function gramReader({ charMin, charMax, wordMax }: GramSettings): (text: string) => Grams {
  let units = new Uint16Array(0)
  let words = new Int32Array(0)
  let chars = new Int32Array(0)
  const unit = (i: number): number => units[i] as number

  /** Room for L words and, in a run of L units, for 2 L starts of each length. */
  function fold(text: string): number {
    const lower = (/[^ -~]/.test(text) ? text.normalize('NFKC') : text).toLowerCase()
    const { length } = lower
    if (length > units.length) {
      units = new Uint16Array(2 * length)
      words = new Int32Array(2 * length * wordMax)
      chars = new Int32Array(4 * length * charMax)
    }
    for (let i = 0; i < length; i++) units[i] = lower.charCodeAt(i)
    return length
  }

  /** A run between spaces, with a space at both ends. */
  function readChars(start: number, end: number, count: number): number {
    let n = count
    for (let i = start - 1; i < end; i++) {
      const stop = Math.min(end + 1, i + charMax)
      let h = 0x51ed270b
      for (let j = i; j < stop; j++) {
        h = mix(h, j < start || j === end ? 32 : unit(j))
        if (j - i + 1 >= charMin) chars[n++] = h
      }
    }
    return n
  }

  /** Letters and digits in a row are a word; signs part words. */
  function readWords(start: number, end: number, count: number, before: number[]): number {
    let n = count
    for (let i = start; i < end; i++) {
      if (kindOf(unit(i)) !== LETTER) continue
      let h = 0x2545f491
      for (; i < end && kindOf(unit(i)) === LETTER; i++) h = mix(h, unit(i))
      words[n++] = h
      for (const earlier of before) words[n++] = mix(Math.imul(earlier, 3), h)
      before.unshift(h)
      before.length = Math.min(before.length, wordMax - 1)
    }
    return n
  }

  return (text) => {
    const length = fold(text)
    const before: number[] = []
    let wordCount = 0
    let charCount = 0
    for (let start = 0; start < length; start++) {
      let end = start
      while (end < length && kindOf(unit(end)) !== SPACE) end++
      if (end === start) continue
      charCount = readChars(start, end, charCount)
      wordCount = readWords(start, end, wordCount, before)
      start = end
    }
    return { words: words.subarray(0, wordCount), chars: chars.subarray(0, charCount) }
  }
}
