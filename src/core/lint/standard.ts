import { allOf, type Checked, findingOf } from './finding.ts'
import type { ProseLine } from './prose.ts'
import { readLeading } from './quantity-text.ts'

const finding = findingOf('standard')

/** What ISO/IEC 21031 asks of a score, where a text of any kind states one. */
export function standardChecks(lines: readonly ProseLine[]): Checked {
  return allOf(lines.flatMap((line) => [offsetCheck(line), formulaCheck(line), unitCheck(line)]))
}

const none: Checked = { checks: 0, findings: [] }
const one = (...findings: Checked['findings']): Checked => ({ checks: 1, findings })

const offset = /\b(?:offsets?|offsetting|net[- ]zero|carbon[- ]neutral|carbon credits?)\b/i
const denied =
  /\b(?:no|not|without|never|neither|nor|none|cannot|exclud\w*|before|regardless|independent)\b|n't\b/i

/** `after offsets the score is 0 g`: offsets do not lower a score. A sentence that denies them is fine. */
function offsetCheck({ text, where }: ProseLine): Checked {
  const sentence = text
    .split(/[.!?](?=\s|$)/)
    .find((each) => offset.test(each) && /\b(?:score|sci)\b/i.test(each) && isStated(each))
  if (sentence === undefined) return none
  const named = offset.exec(sentence)?.[0] ?? ''
  return one(
    finding(where, `"${named}" is part of the score; ISO/IEC 21031 allows no offsets in a score`),
  )
}

/** A score that is, or equals, something; not a text on what a score would do. */
const isStated = (sentence: string) =>
  !denied.test(sentence) && /\b(?:score|sci)\b[^.]{0,20}(?:\bis\b|\bare\b|[=:])/i.test(sentence)

/** `SCI = (E * I) per R`: embodied emissions are a part of every score. */
function formulaCheck({ text, where }: ProseLine): Checked {
  const formula =
    /\bsci\b[^=≈]{0,20}[=≈]([\s(]*E\s*[*x]\s*I\b[^=≈\d]{0,60}?(?:\bper\b|\/)\s*R\b)/i.exec(
      text,
    )?.[1]
  if (formula === undefined) return none
  const lacks = !/\bM\b/.test(formula)
  return lacks
    ? one(
        finding(
          where,
          'the formula lacks M: a score is (E * I + M) per R, embodied emissions included',
        ),
      )
    : one()
}

/** `| E | 120 | MW |` and `E = 120 MW`: E is an energy, and a power is none. */
function unitCheck({ text, where }: ProseLine): Checked {
  const row = /^\s*\|\s*(?:E|energy)\s*\|(.*)\|\s*$/i.exec(text)?.[1]?.split('|')
  const cells = row?.slice(0, 2).join(' ')
  const stated =
    cells ?? /^\W*(?:E|energy)\s*[=:]\s*([\d.,]+\s*[kMG]?W(?:atts?)?)\W*$/i.exec(text)?.[1]
  const read = stated === undefined ? null : readLeading(stated)
  if (read === null || read.numbers.length !== 1 || Object.keys(read.dimensions).length === 0)
    return none
  if ('g' in read.dimensions)
    return one(finding(where, 'E is an energy, and its unit is one of carbon'))
  return read.hours === -1 && 'kWh' in read.dimensions
    ? one(finding(where, 'E is an energy (kWh), and its unit is one of power'))
    : none
}
