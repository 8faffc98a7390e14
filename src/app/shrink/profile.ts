import type { TensorEngine } from '../../contract/tensors.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { Model } from '../../core/onnx/model.ts'
import type { ProfileShare } from '../../core/result/compression.ts'
import type { Keep } from './bench.ts'
import type { Inputs } from './inputs.ts'

/** Where a model's time goes: by node of the graph, and by kind of operator. */
export interface Profile {
  /** Share 0..1 by node name; empty where the engine has no profiler. */
  readonly byNode: ReadonlyMap<string, number>
  readonly byOperator: readonly ProfileShare[]
}

const rows = 64

/**
 * Shares of the run time by node, one row a run, one thread, without the engine's fusions so that the names are the graph's: with fusions the
 * shares of what is fused move, the order hardly does.
 */
export async function profileOf(
  model: Model,
  inputs: Inputs,
  engine: TensorEngine,
): Promise<Profile> {
  const options = { intraThreads: 1, optimization: 'disabled', profiling: true } as const
  const session = await engine.open(encodeModel(model), options)
  try {
    for (let row = 0; row < Math.min(rows, inputs.size); row += 1)
      await session.run(inputs.feeds(model.graph, [row]))
    return shares(await session.profile())
  } finally {
    await session.close()
  }
}

/**
 * The profile that an earlier run of this search has kept, else a new one, kept. Predicted savings order what is tried: measured again they
 * would differ a little, and an interrupted search would go on another way than it began.
 */
export async function keptProfile(
  name: string,
  keep: Keep,
  measure: () => Promise<Profile>,
): Promise<Profile> {
  const stored = await keep.load(name)
  const known = stored === null ? null : profileIn(stored)
  if (known !== null) return known
  const profile = await measure()
  const text = JSON.stringify({ ...profile, byNode: [...profile.byNode] })
  await keep.save(name, new TextEncoder().encode(text))
  return profile
}

/** Null where only half of it was kept. */
function profileIn(stored: Uint8Array): Profile | null {
  try {
    const { byNode, byOperator } = JSON.parse(new TextDecoder().decode(stored))
    return { byNode: new Map(byNode), byOperator }
  } catch {
    return null
  }
}

type Times = Awaited<ReturnType<Awaited<ReturnType<TensorEngine['open']>>['profile']>>

function shares(times: Times): Profile {
  const total = times.reduce((sum, { totalUs }) => sum + totalUs, 0)
  if (total === 0) return { byNode: new Map(), byOperator: [] }
  const byNode = new Map(times.map(({ node, totalUs }) => [node, totalUs / total]))
  const operators = new Map<string, ProfileShare>()
  for (const { opType, totalUs } of times) {
    const before = operators.get(opType) ?? { opType, nodes: 0, share: 0 }
    const share = before.share + totalUs / total
    operators.set(opType, { opType, nodes: before.nodes + 1, share })
  }
  return { byNode, byOperator: [...operators.values()].sort((a, b) => b.share - a.share) }
}
