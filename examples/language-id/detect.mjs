// Wraps a franc detector: text in, two-letter language code out. The detector chooses among all the languages it knows,
// as it does for someone who installs it and calls it; that is where the three builds differ. (Told that only these 20
// languages can occur, all three answer alike: on this data that one option is worth more than a larger build.)

/** ISO 639-1 to the ISO 639-3 codes that franc uses. Source: https://iso639-3.sil.org */
const codes = {
  ar: 'arb', cs: 'ces', de: 'deu', en: 'eng', es: 'spa', fr: 'fra', hi: 'hin', hu: 'hun', it: 'ita', ja: 'jpn',
  ko: 'kor', nl: 'nld', pl: 'pol', pt: 'por', ro: 'ron', ru: 'rus', sv: 'swe', tr: 'tur', uk: 'ukr', vi: 'vie',
}
const twoLetters = new Map(Object.entries(codes).map(([two, three]) => [three, two]))

/** A function from text to label; other languages are answered by their three letters, and are then wrong. */
export function makeDetector(franc, options = {}) {
  return (text) => {
    const code = franc(text, { minLength: 1, ...options })
    return twoLetters.get(code) ?? code
  }
}

/** The 20 languages of the task, for the candidate that is told what can occur. */
export const only = [...twoLetters.keys()]
