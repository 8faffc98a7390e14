import type { Site } from '../../core/carbon/site.ts'
import type { Item } from '../../core/data/item.ts'
import type { ModeledMachine } from '../../core/energy/cpu-model.ts'
import { noiseOf } from '../../core/energy/noise.ts'
import type { ModelTable } from '../../core/hosted/model-table.ts'
import type { SequentialEvidence } from '../../core/result/candidate.ts'
import type {
  Decision,
  Environment,
  Provenance,
  RunResult,
  TaskResult,
} from '../../core/result/run-result.ts'
import { schemaId } from '../../core/result/schema-id.ts'
import { decideBeside } from '../../core/select/unused-scores.ts'
import type { Spec } from '../../core/spec/spec.ts'
import type { Spent } from '../measure/spent.ts'
import { candidateResults } from './candidate-results.ts'
import type { Collected } from './collect.ts'
import { differences } from './differences.ts'
import { decisionInput, unusedScores } from './evidence.ts'
import { factsOf } from './facts.ts'
import type { Labels } from './health.ts'
import type { LoadedData } from './load.ts'
import type { TakenLook } from './look.ts'
import type { Measured } from './measure.ts'
import { overheadOf } from './overhead.ts'
import type { JudgeCost, WeightedScorer } from './scoring.ts'

export interface AssembleInputs {
  readonly spec: Spec
  readonly data: LoadedData
  readonly items: readonly Item[]
  readonly collected: readonly Collected[]
  readonly measured: Measured
  readonly sequential: ReadonlyMap<string, SequentialEvidence>
  readonly regime: Decision['regime']
  readonly labels: Labels
  readonly judge: JudgeCost
  readonly scorers: readonly WeightedScorer[]
  readonly metric: string
  readonly site: Site | null
  /** Sizes of models by name. */
  readonly models: ModelTable
  readonly environment: Environment
  readonly provenance: Provenance
  readonly look: TakenLook
  /** What this process took from the start of the run. */
  readonly spent: Spent
  readonly machine: ModeledMachine
}

/** Everything that was found, as the one run result. Calls the decision; holds no statistics of its own. */
export function assemble(inputs: AssembleInputs): RunResult {
  const { spec, collected, items, measured } = inputs
  const facts = factsOf(collected, inputs)
  const { decision, candidates } = decideBeside(decisionInput(inputs, facts), unusedScores(inputs))
  const of = (id: string | null) => collected.find(({ opened }) => opened.spec.id === id)
  return {
    schema: schemaId['run-result'],
    task: taskOf(inputs),
    ...{ bar: spec.bar, risk: spec.risk, decision, incumbent: spec.incumbent },
    candidates: candidateResults(inputs, candidates, facts),
    differences: differences(items, of(decision.chosen), of(spec.incumbent)),
    overhead: overheadOf(inputs, facts, decision.chosen),
    account: null,
    environment: {
      ...inputs.environment,
      noisy: noiseOf(measured.windows.map(({ steal }) => steal)),
    },
    provenance: inputs.provenance,
    outcomes: outcomesOf(items, collected),
  }
}

/** Scores by item, so that the result can be decided again under another bar without calling a model. */
function outcomesOf(
  items: readonly Item[],
  collected: readonly Collected[],
): NonNullable<RunResult['outcomes']> {
  const scores = collected.map(
    ({ opened, judged }) => [opened.spec.id, judged.map((one) => one?.score ?? null)] as const,
  )
  return { items: items.map(({ id }) => id), scores: Object.fromEntries(scores) }
}

/** Settings of candidates that their servers would not take, as what was left out. */
function refusedSettings(collected: readonly Collected[]): TaskResult['leftOut'] {
  return collected.flatMap(({ opened: { spec, session } }) => {
    const refused = session?.refusedSettings?.() ?? []
    if (refused.length === 0) return []
    const why = `the server of ${spec.id} does not take it, so ${spec.id} was asked without it`
    const about = { what: 'setting', code: 'setting-refused', partial: false, of: null }
    return [{ ...about, why, count: refused.length, examples: refused.slice(0, 3) }]
  })
}

function taskOf({
  spec,
  data,
  metric,
  items,
  look,
  scorers,
  collected,
}: AssembleInputs): TaskResult {
  const parts = (['test', 'calibration', 'train', 'unlabelled'] as const).flatMap((name) => {
    const part = data[name]
    if (!part) return []
    return [
      [name, { path: data.paths[name] ?? '', items: part.items.length, digest: part.digest }],
    ] as const
  })
  return {
    name: spec.task,
    description: spec.description ?? null,
    synthetic: spec.dataset.synthetic === true,
    metric,
    scorer: spec.scorers.map((scorer) => scorer.name).join(' + '),
    scorers: Object.fromEntries(
      spec.scorers.map(({ name }, i) => [name, scorers[i]?.scorer.version ?? 'unknown']),
    ),
    items: items.length,
    labels: data.labels,
    slices: data.slices,
    clusters: data.clusters,
    data: Object.fromEntries(parts),
    warnings: data.warnings,
    leftOut: [...data.leftOut, ...(spec.dataset.leftOut ?? []), ...refusedSettings(collected)],
    labelNoise: data.labelNoise,
    look: look.terms.number,
  }
}
