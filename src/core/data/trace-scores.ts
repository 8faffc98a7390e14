import type { ImportedOutcomes, ImportedRow } from './imported.ts'

/**
 * Exports in which the scores of answers lie in a file of their own, by the id of what was answered: each score goes to
 * the answer with that id, and its file is no candidate. As they are where there are only answers, or only scores.
 */
export function withTraceScores(imports: readonly ImportedOutcomes[]): readonly ImportedOutcomes[] {
  const files = imports.filter((one) => one.scoresOfOthers === true)
  const answers = imports.filter((one) => one.scoresOfOthers !== true && !one.scored)
  if (files.length === 0 || answers.length === 0) return imports
  const scores = new Map(
    files.flatMap(({ candidates }) =>
      candidates.flatMap(({ rows }) => rows.map(({ id, score }) => [id, score] as const)),
    ),
  )
  const answered = new Set(
    answers.flatMap((one) => one.candidates.flatMap(({ rows }) => rows.map(({ id }) => id))),
  )
  const unused = [...scores.keys()].filter((id) => !answered.has(id))
  const metric = files[0]?.metric ?? null
  const ignored = [
    ...files.flatMap((one) => one.ignored),
    ...unused.map((path) => ({ path, what: 'score', why: 'no answer has its id' })),
  ]
  const scoredRow = (row: ImportedRow): ImportedRow => ({
    ...row,
    score: scores.get(row.id) ?? null,
  })
  return imports.flatMap((one) => {
    if (one.scoresOfOthers === true) return []
    if (!answers.includes(one)) return [one]
    const candidates = one.candidates.map((each) => ({ ...each, rows: each.rows.map(scoredRow) }))
    const own = one === answers[0] ? [...one.ignored, ...ignored] : one.ignored
    return [{ ...one, candidates, scored: true, metric, ignored: own }]
  })
}
