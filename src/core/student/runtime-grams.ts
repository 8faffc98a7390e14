/** Which n-grams a text is read as. Character n-grams never cross a word; word n-grams join neighbours. */
export interface GramSettings {
  readonly charMin: number
  readonly charMax: number
  readonly wordMax: number
}

const SPACE = 0
const LETTER = 1
const SIGN = 2

/** 0 space, 1 letter or digit, 2 sign; ASCII from a table, the rest by Unicode's punctuation blocks. */
const classes = new Uint8Array(128)
for (let c = 33; c < 127; c++) {
  const letter = (c > 47 && c < 58) || (c > 64 && c < 91) || (c > 96 && c < 123) || c === 95
  classes[c] = letter ? LETTER : SIGN
}
function classOf(c: number): number {
  if (c < 128) return classes[c] as number
  if (c === 0x85 || c === 0x1680 || c === 0x2028 || c === 0x2029) return SPACE
  const sign = c < 0xc0 || (c > 0x1fff && c < 0x2070) || (c > 0x2fff && c < 0x3040)
  return sign ? SIGN : LETTER
}

/** Mixes one UTF-16 unit or word hash into a 32-bit hash; the multiplier is 2^32 / golden ratio (Knuth, TAOCP 3, 6.4). */
function mix(h: number, c: number): number {
  const m = Math.imul(h ^ c, 0x9e3779b1)
  return m ^ (m >>> 15)
}

/** Reads texts into hashes of n-grams; `words` and `chars` are valid up to `wordCount` and `charCount` until the next read. */
export class GramReader {
  words = new Int32Array(0)
  chars = new Int32Array(0)
  wordCount = 0
  charCount = 0
  private units = new Uint16Array(0)
  private readonly settings: GramSettings
  private previous: number[] = []
  constructor(settings: GramSettings) {
    this.settings = settings
  }

  /** Lower-cases and hashes one text. Beyond ASCII the text is NFKC-normalised first. */
  read(text: string): void {
    this.wordCount = 0
    this.charCount = 0
    this.previous = []
    const length = this.fold(text)
    let start = 0
    while (start < length) {
      while (start < length && classOf(this.units[start] as number) === SPACE) start++
      let end = start
      while (end < length && classOf(this.units[end] as number) !== SPACE) end++
      if (end > start) this.run(start, end)
      start = end
    }
  }

  private fold(text: string): number {
    this.reserve(text.length)
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i)
      if (c > 127) return this.foldWide(text.normalize('NFKC').toLowerCase())
      this.units[i] = c > 64 && c < 91 ? c + 32 : c
    }
    return text.length
  }

  private foldWide(text: string): number {
    this.reserve(text.length)
    for (let i = 0; i < text.length; i++) this.units[i] = text.charCodeAt(i)
    return text.length
  }

  /** A run of L units starts L + 1 <= 2 L character grams of each length, and at most L words. */
  private reserve(length: number): void {
    if (this.units.length >= length) return
    const size = 2 * length
    this.units = new Uint16Array(size)
    this.words = new Int32Array(size * this.settings.wordMax)
    this.chars = new Int32Array(2 * size * this.settings.charMax)
  }

  private run(start: number, end: number): void {
    this.charGrams(start, end)
    let from = start
    while (from < end) {
      const kind = classOf(this.units[from] as number)
      let to = from + 1
      while (to < end && kind === LETTER && classOf(this.units[to] as number) === LETTER) to++
      if (kind === LETTER) this.wordGrams(from, to)
      from = to
    }
  }

  private charGrams(start: number, end: number): void {
    const { charMin, charMax } = this.settings
    const { units, chars } = this
    let n = this.charCount
    for (let i = start - 1; i < end; i++) {
      const stop = Math.min(end + 1, i + charMax)
      let h = 0x51ed270b
      for (let j = i; j < stop; j++) {
        h = mix(h, j < start || j === end ? 32 : (units[j] as number))
        if (j - i + 1 >= charMin) chars[n++] = h
      }
    }
    this.charCount = n
  }

  private wordGrams(from: number, to: number): void {
    let h = 0x2545f491
    for (let i = from; i < to; i++) h = mix(h, this.units[i] as number)
    this.words[this.wordCount++] = h
    const before = this.previous
    for (let n = 0; n < before.length; n++) {
      this.words[this.wordCount++] = mix(Math.imul(before[n] as number, 3), h)
    }
    this.previous = [h, ...before].slice(0, this.settings.wordMax - 1)
  }
}
