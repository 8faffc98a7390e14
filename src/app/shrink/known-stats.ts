import type { TensorEngine } from '../../contract/tensors.ts'
import type { Artefact, StatRequest, Stats } from '../../core/compress/pass.ts'
import type { Model } from '../../core/onnx/model.ts'
import { type Bench, type Corpus, statBatches } from './bench.ts'
import { collectStats, withTaylor } from './collect-stats.ts'

type World = Pick<Bench, 'engine' | 'corpus' | 'signal'>

/** Statistics of one model by what was asked for. */
interface Known {
  readonly model: Model
  readonly engine: TensorEngine
  readonly stats: Map<string, Stats>
}

/** Of the last model of each corpus: a search asks about one model until it keeps another. */
const known = new WeakMap<Corpus, Known>()

/**
 * The statistics that a step asks for. Variants of a cut that a probe compares, the trial after them and the next size of the same cut ask the
 * same of the same model: it is collected once. Importance by slope is collected beside the figures that importance by energy reads.
 */
export async function statsOf(
  artefact: Artefact,
  requests: readonly StatRequest[],
  world: World,
): Promise<Stats> {
  const { model } = artefact
  const options = () => ({
    batches: statBatches(artefact, world),
    engine: world.engine,
    ...(world.signal ? { signal: world.signal } : {}),
  })
  const stats = knownOf(model, world)
  const plain = requests.map(({ taylor: _, ...rest }) => rest)
  const figures = await remembered(stats, plain, () => {
    if (plain.some(isGram)) forgetGrams(stats)
    return collectStats(model, plain, options())
  })
  if (requests.every(({ taylor }) => taylor === undefined)) return figures
  return remembered(stats, requests, () => withTaylor(model, requests, figures, options()))
}

function knownOf(model: Model, { engine, corpus }: World): Known['stats'] {
  const last = known.get(corpus)
  if (last?.model === model && last.engine === engine) return last.stats
  const stats: Known['stats'] = new Map()
  known.set(corpus, { model, engine, stats })
  return stats
}

async function remembered(
  stats: Known['stats'],
  requests: readonly StatRequest[],
  collect: () => Promise<Stats>,
): Promise<Stats> {
  const key = JSON.stringify(requests)
  const found = stats.get(key) ?? (await collect())
  stats.set(key, found)
  return found
}

const isGram = ({ kind }: StatRequest): boolean => kind === 'gram'

/** Channels x channels a value take much of the memory: one step's are enough. */
function forgetGrams(stats: Known['stats']): void {
  for (const [key, of] of stats) if ([...of.values()].some(({ gram }) => gram)) stats.delete(key)
}
