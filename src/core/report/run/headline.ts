import type { RunResult, ScopeClaim } from '../../result/run-result.ts'

/** The decision in its first sentence and the rest. Synthetic data are named at the very start of both forms. */
export interface Headline {
  readonly first: string
  readonly rest: string
}

/** A full stop inside a number does not end a sentence. */
const sentenceEnd = /\.\s+(?=[A-Z("])/

/** Headline of the result; its first words state that the run was interrupted or that the data are synthetic. */
export function headlineOf({ task, decision, provenance }: RunResult): Headline {
  const said = decision.headline.replace(/\s*\(synthetic data\.?\)\s*$/i, '')
  const known = task.synthetic ? `On synthetic data: ${said}` : decision.headline
  const text = provenance.interrupted ? `Interrupted; what was judged until then: ${known}` : known
  const at = text.search(sentenceEnd)
  return at < 0
    ? { first: text, rest: '' }
    : { first: text.slice(0, at + 1), rest: text.slice(at + 1).trim() }
}

/** The same in one piece. */
export function headlineText(result: RunResult): string {
  const { first, rest } = headlineOf(result)
  return rest === '' ? first : `${first} ${rest}`
}

/** The claim without the word that stands before it in every form: "On these 1,000 items the loss is ...". */
export function claimText({ text }: ScopeClaim): string {
  const bare = text.replace(/^(matches|no match|does not match|certified|not certified):\s+/i, '')
  return bare.charAt(0).toUpperCase() + bare.slice(1)
}
