import type { Output } from '../../core/data/answer.ts'
import type { Item } from '../../core/data/item.ts'
import type { AnswerHealth, UnreadKind } from '../../core/result/answer-health.ts'
import { isUnreadable } from '../../core/result/answer-health-text.ts'
import { answerHealth, type HeardAnswer } from '../../core/score/answer-health.ts'
import { type ClassAnswer, labelMapping } from '../../core/score/label-mapping.ts'
import type { Collected } from './collect.ts'
import type { LoadedData } from './load.ts'
import { said } from './scoring.ts'

/** All labels that there are, and what the unnamed classes of candidates were found to mean, by id. */
export interface Labels {
  readonly closed: readonly string[] | null
  readonly offered: ReadonlyMap<string, string>
}

/** How far the answers of a candidate could be read, and the change that would make the others readable. */
export function healthOf(
  one: Collected,
  items: readonly Item[],
  { closed, offered }: Labels,
): AnswerHealth {
  const heard = items.flatMap((item, at) => {
    const judged = one.judged[at]
    return judged ? [heardAnswer(one, item, judged)] : []
  })
  const fix = (kind: UnreadKind, answers: readonly HeardAnswer[]) =>
    offered.get(one.opened.spec.id) ?? fixFor(one, kind, answers, closed ?? [])
  return answerHealth(heard, fix)
}

function heardAnswer(
  { answers }: Collected,
  item: Item,
  { failed, output, reading }: NonNullable<Collected['judged'][number]>,
): HeardAnswer {
  const answer = answers.get(item.id)
  return {
    item: item.id,
    raw:
      failed === null ? (output === null ? '' : said(output)) : `${failed.code}: ${failed.message}`,
    failed: failed !== null,
    reading,
    finish: answer?.ok ? answer.finish : undefined,
    wrongKind: output !== null && !['label', 'text', 'json'].includes(output.kind),
  }
}

/** Labels that a prompt line lists. */
const listedLabels = 12

function fixFor(
  { opened, judged }: Collected,
  kind: UnreadKind,
  answers: readonly HeardAnswer[],
  labels: readonly string[],
): string {
  const { id, settings } = opened.spec
  if (kind === 'cut') {
    const now = settings.maxTokens === undefined ? '' : ` (now ${settings.maxTokens})`
    return `Raise \`settings.maxTokens\` of ${id}${now}.`
  }
  if (kind === 'failed')
    return `Mend ${id} (${answers.find(({ failed }) => failed)?.raw.slice(0, 120)}) and run again.`
  if (answers.some(({ wrongKind }) => wrongKind))
    return `${id} returns numbers that are not class scores by name: export the model with its class scores (logits or probabilities, one row per item) as the output, and list the classes in their order: \`labels: [${labels.slice(0, listedLabels).join(', ')}]\` (in the order of the model).`
  if (judged.some((one) => one?.output?.kind === 'label'))
    return `The classes of ${id} are not named as the labels of the data: list them in the order of the model, \`labels: [...]\` at the candidate ${id}.`
  const list = labels.slice(0, listedLabels).join(', ')
  const more = labels.length > listedLabels ? ', ...' : ''
  return `Add to the prompt of ${id}: "Answer with exactly one of: ${list}${more}. Nothing else."`
}

/** Rows that are asked to find out what the classes mean. */
const askedRows = 300

/**
 * What the classes of a model mean whose names are no labels (`LABEL_0`, or none), where labelled rows that do not judge
 * show it clearly: the line to add, by candidate.
 */
export async function offeredLabels(
  collected: readonly Collected[],
  items: readonly Item[],
  data: LoadedData,
  closed: readonly string[] | null,
): Promise<ReadonlyMap<string, string>> {
  const offered = new Map<string, string>()
  const rows = (data.calibration ?? data.train)?.items.slice(0, askedRows) ?? []
  if (closed === null || rows.length === 0) return offered
  for (const one of collected) {
    const { spec, session } = one.opened
    const health = healthOf(one, items, { closed, offered })
    if (session === null || !isUnreadable(health) || !one.judged.some(isClass)) continue
    const answered = await classAnswers(one, rows)
    const named = session.identity.labels ?? []
    const classes =
      named.length > 0 ? named : closed.map((_, at) => String(at)).slice(0, closed.length)
    const labels = labelMapping(answered, classes)
    if (labels !== null)
      offered.set(
        spec.id,
        `The classes of ${spec.id} have other names than the labels; ${answered.length} labeled rows outside the test show what they mean. Add to the candidate ${spec.id}: \`labels: ${JSON.stringify(labels)}\`.`,
      )
  }
  return offered
}

const isClass = (judged: Collected['judged'][number]): boolean =>
  judged?.output?.kind === 'label' || judged?.output?.kind === 'vector'

async function classAnswers(
  { opened: { session } }: Collected,
  rows: readonly Item[],
): Promise<readonly ClassAnswer[]> {
  const size = session?.batchSize ?? 1
  const found: ClassAnswer[] = []
  for (let from = 0; session !== null && from < rows.length; from += size) {
    const batch = rows.slice(from, from + size)
    const answers = await session.answer(batch.map(({ id, input, row }) => ({ id, input, row })))
    batch.forEach(({ expected }, at) => {
      const answer = answers[at]
      const name = answer?.ok ? className(answer.output) : null
      if (name !== null && expected !== null)
        found.push({ answered: name, expected: String(expected) })
    })
  }
  return found
}

/** The class that was answered: its name, or the index of the largest score. */
function className(output: Output): string | null {
  if (output.kind === 'label') return output.label
  if (output.kind !== 'vector' || output.vector.length < 2) return null
  return String(output.vector.indexOf(Math.max(...output.vector)))
}
