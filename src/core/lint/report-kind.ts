import { frontMatterOf } from './card.ts'
import { proseOf } from './prose.ts'

/** The kinds of document that have checks of their own. */
export const reportKinds = {
  'sci-statement': 'SCI statement',
  'if-manifest': 'Impact Framework manifest',
  'if-output': 'Impact Framework output',
  'model-card': 'model card',
  'case-study': 'case study',
} as const

export type ReportKind = keyof typeof reportKinds

/**
 * The kind of a document by its content: YAML with `initialize` and `tree` is a manifest (an output where it holds
 * results), front matter makes a model card, JSON and Markdown with a headline score are statements, other prose is a
 * case study.
 */
export function reportKindOf(text: string): ReportKind {
  const bare = text.replace(/^\uFEFF/, '')
  if (isManifest(bare))
    return /^[ \t-]*"?outputs"?[ \t]*:|^"?execution"?[ \t]*:/m.test(bare)
      ? 'if-output'
      : 'if-manifest'
  if (/^\s*\{/.test(bare)) return 'sci-statement'
  if (isCard(bare)) return 'model-card'
  const lines = proseOf(bare).map(({ text: line }) => line)
  const headline = lines.some((line) =>
    /^[>\s*#-]*(software carbon intensity|sci)( score)?\W{0,4}:\W{0,6}[\d[]/i.test(line),
  )
  const sections = lines.flatMap(
    (line) =>
      /^\W{0,8}(breakdown|methodolog|coefficients|functional unit)/i
        .exec(line)?.[1]
        ?.toLowerCase() ?? [],
  )
  const template = new Set(sections).size
  return (headline && template > 0) || template > 3 ? 'sci-statement' : 'case-study'
}

/** A file that starts as a mapping and holds the two parts, not prose that quotes one. */
function isManifest(text: string): boolean {
  const [first = ''] = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s*(#|---)/.test(line))
  const starts = /^"?[A-Za-z][\w-]*"?\s*:/.test(first) || /^\s*\{/.test(first)
  return (
    starts &&
    /^[ \t]*"?initialize"?[ \t]*:/m.test(text) &&
    /^[ \t]*"?(tree|graph)"?[ \t]*:/m.test(text)
  )
}

/** Front matter with fields of the Hub, or a card that carries its emissions in the text. */
function isCard(text: string): boolean {
  const yaml = frontMatterOf(text)?.yaml ?? ''
  const hub =
    /^(co2_eq_emissions|model-index|pipeline_tag|library_name|license|base_model|datasets|metrics)[ \t]*:/im
  return (
    hub.test(yaml) || (/^#\s*model card/im.test(text) && /^[ \t]*co2_eq_emissions:/m.test(text))
  )
}
