import { type ImportedOutcomes, importedSpec } from '../../core/data/imported.ts'
import { scorerName } from '../../core/part/scorer-name.ts'
import type { SpecInput } from '../../core/spec/define.ts'
import { candidateId } from '../../core/spec/expand.ts'
import { accountFromFlags, type DecisionFlags } from '../../core/spec/flags.ts'
import { withStatedCosts } from '../../core/spec/stated-cost.ts'

/**
 * The spec that decides from results that exist already, and the files in `folder` that it reads. A candidate named `incumbent` is
 * the incumbent unless another is named; the margin is one point unless said otherwise.
 */
export function importedInput(
  outcomes: ImportedOutcomes,
  request: DecisionFlags,
  folder: string,
): ReturnType<typeof importedSpec> {
  const named = outcomes.candidates.find(({ id }) => id === 'incumbent')?.id
  const incumbent = request.incumbent ?? named
  const { input, files } = importedSpec(outcomes, {
    folder,
    task: request.task,
    incumbent,
    scorer: request.scorer === undefined ? undefined : scorerName(request.scorer),
    bar: barOf(request, incumbent),
  })
  const { claim, order, regime } = request
  const account = accountFromFlags(request)
  const asked = { order, regime, account, risk: claim === undefined ? undefined : { claim } }
  const given = Object.entries(asked).filter(([, value]) => value !== undefined)
  const candidates = withStatedCosts(
    input.candidates.flatMap((one) => (typeof one === 'string' ? [] : [one])),
    request,
    candidateId,
  )
  return { input: { ...input, candidates, ...Object.fromEntries(given) }, files }
}

function barOf({ margin, floor }: DecisionFlags, incumbent: string | undefined): SpecInput['bar'] {
  if (floor !== undefined) return { floor }
  return incumbent === undefined && margin === undefined ? undefined : { margin: margin ?? 0.01 }
}
