/** Brackets in brackets, at most; people and tools write a dozen. */
const deepest = 1000

/**
 * Whether brackets of YAML's or JSON's collections stand in each other deeper than a reader should follow: YAML's ends the
 * process beyond some 10,000, and no error of it can be caught; JSON's takes 200 bytes for each. Brackets in texts count, too,
 * unless `quotes` are double alone, as JSON's are.
 */
export function isTooDeep(text: string, quotes: 'any' | 'double' = 'any'): boolean {
  let [depth, inText] = [0, false]
  for (let at = 0; at < text.length; at++) {
    const mark = text.charCodeAt(at)
    if (quotes === 'double' && mark === quote) inText = !inText
    else if (inText && mark === backslash) at++
    else if (inText) continue
    else if (mark === openList || mark === openMap) depth++
    else if (depth > 0 && (mark === closeList || mark === closeMap)) depth--
    if (depth > deepest) return true
  }
  return false
}

const [quote, backslash, openList, closeList, openMap, closeMap] = [
  0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d,
]
