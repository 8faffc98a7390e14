import type { LeftOut } from './left-out.ts'

/** One thing that a reader left out, before those alike are counted together. */
export interface LeftOutOne {
  /** Its place in the file, or its value. */
  readonly path: string
  readonly why: string
  /** Noun of what it is; a setting unless said otherwise. */
  readonly what?: string
  /** The decision then stands on a part of what was asked. */
  readonly partial?: boolean
  /** It leaves open what the rows are: nothing is decided until it is settled. */
  readonly blocks?: boolean
  /** How many were left out at this place; 1 unless said otherwise. */
  readonly count?: number
}

/** Examples that one entry shows. */
const shown = 3

/** Those of one kind and reason as one entry with its count; `totals` holds how many there are of a kind in all. */
export function countedLeftOut(
  all: readonly LeftOutOne[],
  totals: Readonly<Record<string, number>> = {},
): readonly LeftOut[] {
  const entries = new Map<string, LeftOut>()
  for (const { path, why, what = 'setting', partial = false, blocks, count = 1 } of all) {
    const key = JSON.stringify([what, why])
    const former = entries.get(key)
    const examples = former?.examples ?? []
    entries.set(key, {
      ...{ what, why, partial, code: `${what.replaceAll(' ', '-')}-unused` },
      ...(blocks === true ? { blocks } : {}),
      of: totals[what] ?? null,
      count: (former?.count ?? 0) + count,
      examples:
        examples.length < shown && !examples.includes(path) ? [...examples, path] : examples,
    })
  }
  return [...entries.values()]
}

/** "120 of 180 assertions were left out: llm-rubric is not checked here (tests[0].assert[1], ...)". */
export function leftOutText({ what, why, count, of, examples }: LeftOut): string {
  const noun = count === 1 && (of === null || of === 1) ? what : pluralOf(what)
  const verb = count === 1 ? 'was' : 'were'
  const such =
    examples.length === 0
      ? ''
      : ` (${examples.join(', ')}${count > examples.length ? ', ...' : ''})`
  const total = of === null ? '' : ` of ${of}`
  return `${count}${total} ${noun} ${verb} left out: ${why}${such}.`
}

const pluralOf = (noun: string): string =>
  noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`

/** What a decision stands on, where parts of it were left out: "60 of 180 assertions were checked"; null where all was. */
export function partialText(list: readonly LeftOut[]): string | null {
  const parts = list.filter((one) => one.partial)
  if (parts.length === 0) return null
  const kinds = [...new Set(parts.map((one) => one.what))]
  const texts = kinds.map((what) => {
    const own = parts.filter((one) => one.what === what)
    const lost = own.reduce((sum, one) => sum + one.count, 0)
    const total = own[0]?.of ?? null
    return total === null
      ? `${lost} ${lost === 1 ? what : pluralOf(what)} left out`
      : `${total - lost} of ${total} ${pluralOf(what)} checked`
  })
  return texts.join(', ')
}
