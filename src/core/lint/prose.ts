import { plainText } from './plain-text.ts'

/** A line of prose as plain text, with its place. */
export interface ProseLine {
  readonly text: string
  readonly where: string
  /** Depth of the heading that it is; 0 for anything else. */
  readonly heading: number
}

/** Languages of fenced blocks that hold no calculation of the author. */
const code =
  /^\s*(?:```|~~~)\s*(ya?ml|json|bash|sh|shell|console|js|ts|javascript|typescript|python|py|sql|toml|xml|html|css|diff)\b/i

/**
 * Lines that may hold a calculation: blocks of code and front matter are left empty, links and addresses are cut out.
 * Their numbers stay those of the file.
 */
export function proseOf(text: string): readonly ProseLine[] {
  let inCode = false
  let fence = ''
  return plainText(withoutFrontMatter(text).replace(/```/g, '\u0001'))
    .split('\n')
    .map((line, i) => {
      const marked = line.replaceAll('\u0001', '```')
      const opened = /^\s*(```|~~~)/.exec(marked)?.[1] ?? ''
      if (opened !== '' && (fence === '' || fence === opened)) {
        inCode = fence === '' && code.test(marked)
        fence = fence === '' ? opened : ''
        return { text: '', where: `line ${i + 1}`, heading: 0 }
      }
      const heading = fence === '' ? (/^(#{1,6})\s/.exec(marked)?.[1]?.length ?? 0) : 0
      return { text: inCode ? '' : withoutLinks(marked), where: `line ${i + 1}`, heading }
    })
}

const withoutFrontMatter = (text: string) => {
  const front = /^---\n[\s\S]*?\n---(?=\n|$)/.exec(text)?.[0]
  return front === undefined ? text : text.replace(front, () => front.replace(/[^\n]/g, ''))
}

const withoutLinks = (line: string) =>
  line
    .replace(/!?\[([^\][]*)\]\([^()\s]*(?:\([^()]*\)[^()\s]*)*\)/g, '$1')
    .replace(/https?:\/\/\S+/g, '')
    .replace(/<[^<>]*>/g, ' ')

/** A name that is given a value: it stands behind a comma, a full stop, a bracket, "and" or a gap, and before a sign. */
const nextName =
  /(?:[,;:.(]\s+|\(|\t|(?<=\S)(?:\s+and\s+|\s{3,}))(?=[A-Za-z][A-Za-z_]*(?: [A-Za-z_]+){0,4}\s*[=≈])/

/** `E = 2 kWh, I = 400 g/kWh` gives two names a value each: a value is equal to no other name's. */
export const statementsOf = (text: string): readonly string[] => text.split(nextName)
