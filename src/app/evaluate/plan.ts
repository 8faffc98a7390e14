import type { TokenUsage } from '../../core/data/answer.ts'
import type { Item } from '../../core/data/item.ts'
import { hostedPrior } from '../../core/hosted/api-usage.ts'
import type { ModelTable } from '../../core/hosted/model-table.ts'
import { isPerToken, tariff } from '../../core/hosted/tariff.ts'
import { runtimeFor, runtimePart } from '../../core/part/runtimes.ts'
import { scorerPart } from '../../core/part/scorer-name.ts'
import { outlaySentences } from '../../core/plan/outlay.ts'
import { planReport } from '../../core/plan/plan.ts'
import type { PlanCandidate, PlanInput, PlanReport } from '../../core/plan/plan-types.ts'
import type { RunResult } from '../../core/result/run-result.ts'
import type { CandidateSpec, Spec } from '../../core/spec/spec.ts'
import { type Estimate, unknown } from '../../core/unit/estimate.ts'
import { known } from '../../core/unit/known.ts'
import { inputText } from './differences.ts'
import type { Effects } from './effects.ts'
import { loadData } from './load.ts'
import { pricedSpec } from './priced-spec.ts'
import { regimeOf } from './regime.ts'

/** What a run would take and what its labels can show. Reads the data; opens no model and calls nothing. */
export async function planOf(
  asked: Spec,
  at: { readonly baseDir: string; readonly effects: Effects; readonly former: RunResult | null },
): Promise<PlanReport> {
  const spec = await pricedSpec(asked, at.effects)
  const data = await loadData(spec, at.effects, at.baseDir)
  const items = data.test.items
  const input = planInput(spec, items, at.former)
  const clustered = items.some((item) => item.cluster !== null)
  const regime = regimeOf(spec, input, { clustered, candidates: spec.candidates })
  // What is modeled is told to the user and decides nothing: the run knows no more than what was measured.
  const { models } = await at.effects.apiFacts()
  const told = { ...input, candidates: input.candidates.map(modeledFor(spec, items, models)) }
  const report = planReport({ ...told, regime: regime.kind })
  const planned = report.sentences.map((text) => text.replace('the spec asks for it', regime.why))
  return { ...report, regime, sentences: [...outlaySentences(spec, told), ...planned] }
}

/** What the planner needs, from the spec, from what an earlier result measured, and from how many answers are there already. */
export function planInput(
  spec: Spec,
  items: readonly Item[],
  former: RunResult | null,
  stored = ({ runtime }: CandidateSpec): number =>
    runtime === runtimeFor.answers ? items.length : 0,
): PlanInput {
  return {
    items: items.length,
    candidates: spec.candidates.map((candidate) => ({
      id: candidate.id,
      energyPerItem: energyPrior(candidate, former),
      pricePerItem: pricePrior(candidate, items, spec),
      stored: stored(candidate),
    })),
    incumbent: spec.incumbent,
    bar: spec.bar,
    risk: spec.risk,
    budget: spec.budget,
    regime: spec.regime,
    volumePerMonth: spec.account.volumePerMonth,
    wholeSetMetric: spec.scorers.some(({ name }) => scorerPart(name).wholeSet),
  }
}

function energyPrior(candidate: CandidateSpec, former: RunResult | null): Estimate<'JPerItem'> {
  const declared = candidate.energy?.jPerItem
  if (declared) {
    const [low, high] = declared
    const value = (low + high) / 2
    const source = 'energy.jPerItem in the spec'
    return known('JPerItem', { value, low, high, method: 'sourced', how: 'declared', source })
  }
  const before = former?.candidates.find((one) => one.id === candidate.id)?.cost.energyPerItem
  return before ?? unknown('not metered yet; the run meters it')
}

/** Characters per token: 4 for English, 2 to 6 elsewhere (common rule of thumb of tokenizer documentation). */
const charactersPerToken = { value: 4, low: 2, high: 6 }
/** Tokens of an answer when no cap is set: a label. */
const shortAnswer = 16

/** Tokens of an answer from the length of its texts, at so many characters per token. */
function tokensPrior(candidate: CandidateSpec, items: readonly Item[]) {
  const sample = items.slice(0, 200)
  const characters =
    sample.reduce((sum, item) => sum + inputText(item).length, 0) / Math.max(1, sample.length) +
    (candidate.prompt?.length ?? 0) +
    (candidate.system?.length ?? 0)
  const output = candidate.settings.maxTokens ?? shortAnswer
  return (perToken: number): TokenUsage => ({ input: characters / perToken, output })
}

/** A candidate whose energy nobody measured yet, with that of a model behind an API where its size is known. */
const modeledFor =
  (spec: Spec, items: readonly Item[], models: ModelTable) =>
  (one: PlanCandidate): PlanCandidate => {
    const candidate = spec.candidates.find(({ id }) => id === one.id)
    if (one.energyPerItem.kind === 'known' || candidate === undefined) return one
    const tokens = tokensPrior(candidate, items)
    const [most, likely, least] = [
      charactersPerToken.low,
      charactersPerToken.value,
      charactersPerToken.high,
    ].map((perToken) => hostedPrior(candidate, tokens(perToken), models))
    if (!most || !likely || !least) return one
    const energyPerItem = { ...likely, low: least.low, high: most.high }
    return { ...one, energyPerItem }
  }

function pricePrior(
  candidate: CandidateSpec,
  items: readonly Item[],
  spec: Spec,
): Estimate<'moneyPerItem'> {
  const { price } = candidate
  const source = price?.source ?? 'price in the spec'
  const tokens = tokensPrior(candidate, items)
  const at = (perToken: number) => tariff(price, tokens(perToken))
  const value = at(charactersPerToken.value)
  if (value === undefined) {
    // Who answered into a file is not known, and a program may pay for what it asks.
    const { where, meterable } = runtimePart(candidate.runtime)
    const free = where !== 'elsewhere' && meterable && candidate.runtime !== runtimeFor.answers
    return free
      ? known('moneyPerItem', { value: 0, method: 'sourced', how: 'runs here', source: 'runtime' })
      : unknown('no price is stated')
  }
  if (!isPerToken(price))
    return known('moneyPerItem', { value, method: 'sourced', how: 'per call', source })
  const how = `estimated from text length, in ${price?.currency ?? spec.account.currency}`
  return known('moneyPerItem', {
    value,
    low: at(charactersPerToken.high) ?? value,
    high: at(charactersPerToken.low) ?? value,
    method: 'modeled',
    how,
    source,
  })
}
