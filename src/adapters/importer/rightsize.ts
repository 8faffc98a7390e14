import type { Importer } from '../../contract/importer.ts'
import type { ImportedCandidate } from '../../core/data/imported.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { CandidateResult } from '../../core/result/candidate.ts'
import { readDocument } from '../../core/result/document.ts'
import type { RunResult } from '../../core/result/run-result.ts'

/** Our own result.json: scores per item, and joules, seconds and price per item where they were known. */
export const rightsizeImporter: Importer = {
  accepts: ({ json }) =>
    /^rightsize\/run-result@/.test(String((json as { schema?: unknown } | null)?.schema)),
  read: async ({ text, file }) => {
    const { outcomes, candidates, task } = await readDocument(text, 'run-result', file)
    if (outcomes === undefined)
      throw new RightsizeError('IMPORT_FORMAT', 'This result holds no scores per item.', {
        at: file,
        next: 'Run again with this version of rightsize; stored answers are used, no model is called.',
      })
    return {
      task: task.name,
      items: outcomes.items.map((id) => ({ id, input: id, expected: null })),
      candidates: candidates.flatMap((one) => imported(one, outcomes)),
      scored: true,
      ignored: [],
    }
  },
}

function imported(
  { id, cost, identity }: CandidateResult,
  { items, scores }: NonNullable<RunResult['outcomes']>,
): readonly ImportedCandidate[] {
  const own = scores[id]
  if (own === undefined) return []
  const { energyPerItem: energy, pricePerItem: price, latencyP50: latency } = cost
  const perItem = {
    ...(price.kind === 'known' ? { price: price.value } : {}),
    ...(latency.kind === 'known' ? { latencyS: latency.value } : {}),
  }
  return [
    {
      id,
      ...(identity?.parameters == null ? {} : { parameters: identity.parameters }),
      ...(identity?.activeParameters == null
        ? {}
        : { activeParameters: identity.activeParameters }),
      ...(energy.kind === 'known' ? { jPerItem: [energy.low, energy.high] as const } : {}),
      rows: items.map((item, index) => ({ id: item, score: own[index] ?? null, ...perItem })),
    },
  ]
}
