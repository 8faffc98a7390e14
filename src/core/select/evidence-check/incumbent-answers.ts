import { isUnreadable, unreadText } from '../../result/answer-health-text.ts'
import { plural } from '../../unit/figure-words.ts'
import { blocks, type Evidence, type HeardCandidate } from './evidence.ts'

/**
 * incumbent-unread, nothing-right: the answers that everything is compared with were not understood.
 *
 * What it finds: an incumbent of which more than 20 % of the answers cannot be read, or that has none right; without an
 * incumbent, that no candidate has one right. Beside such answers everything looks as good as it.
 * Error rate: exact counts.
 * When it misleads: a task that is too hard for every model also ends here; the word is then undecided instead of none.
 */
export function incumbentAnswers({ incumbent, candidates }: Evidence) {
  if (incumbent !== null && isUnreadable(incumbent.health)) {
    const why = `The answers of the incumbent ${incumbent.id} cannot be read: ${unreadText(incumbent.health)}.`
    return [blocks('incumbent-unread', why, incumbent.health.fix)]
  }
  const compared = incumbent === null ? candidates : [incumbent]
  const heard = compared.filter(({ health }) => !isUnreadable(health))
  if (heard.length === 0 || !heard.every(nothingRight)) return []
  const who =
    incumbent !== null
      ? `The incumbent ${incumbent.id} has`
      : heard.length === 1
        ? `${heard[0]?.id} has`
        : `All of ${heard.map(({ id }) => id).join(', ')} have`
  const why = `${who} not one of ${plural(judged(heard[0]).length, 'answer')} right.`
  const next = `Check that the column with the label and the scorer are the ones that are meant${exampleOf(heard[0])}.`
  return [blocks('nothing-right', why, next)]
}

const judged = (one: HeardCandidate | undefined): readonly number[] =>
  one?.scores.filter((score) => score !== null) ?? []

const nothingRight = (one: HeardCandidate): boolean =>
  judged(one).length > 0 && judged(one).every((score) => score === 0)

const exampleOf = (one: HeardCandidate | undefined): string => {
  const example = one?.health.examples[0]
  return example === undefined ? '' : `; it answers ${JSON.stringify(example.raw.slice(0, 60))}`
}
