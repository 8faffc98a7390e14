import { movesOf, type Offer } from '../../core/compress/moves.ts'
import { groupedBySaving } from '../../core/compress/plan.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import { statRows } from './bench.ts'
import { targetOf, wantedPasses } from './open-original.ts'
import { partsOf } from './parts.ts'
import type { ShrinkEffects, ShrinkRequest } from './request.ts'
import { originalOf, profiled, wantsLinear } from './shrink.ts'
import { trainingBatch } from './time-left.ts'

/** Before anything is measured, training is planned as wanted. */
const unbounded = { short: Number.MAX_VALUE, long: Number.MAX_VALUE } as const

/** What could be done, before anything is. */
export interface ShrinkPlanLine {
  readonly pass: string
  readonly text: string
  readonly bytes: number
  readonly cpuShare: number
}

/** What the search would try on the original, in its order: cuts and students best first, number formats after them. */
export async function planShrink(
  request: ShrinkRequest,
  effects: ShrinkEffects,
): Promise<{
  readonly bytes: number
  /** Whether n-grams are tried before all this. */
  readonly simple: boolean
  readonly lines: readonly ShrinkPlanLine[]
  readonly notApplicable: readonly { readonly pass: string; readonly why: string }[]
}> {
  const passes = await wantedPasses(effects.passes, request)
  const parts = partsOf(request, effects.digest)
  const original = await originalOf(request, parts, effects)
  const { artefact } = original
  const items = original.part(parts.calibration)
  const profile = await profiled(artefact, items, effects)
  const target = targetOf(effects, profile.byNode)
  const bytes = encodeModel(artefact.model).byteLength
  const offers: Offer[] = []
  const notApplicable: { pass: string; why: string }[] = []
  for (const pass of passes) {
    const offered = pass.propose(artefact, target)
    if ('why' in offered) notApplicable.push({ pass: offered.pass, why: offered.why })
    else offers.push(...groupedBySaving(pass, offered))
  }
  const isNumber = ({ pass }: Offer) => pass.family === 'numeric'
  const fineTuning =
    parts.train === null ? null : { ...request.repairSteps, batch: trainingBatch, most: unbounded }
  const moves = movesOf(
    offers.filter((offer) => !isNumber(offer)),
    {
      ...{ refusals: [], depth: 0, left: Number.MAX_VALUE },
      ...{ margin: request.margin, bytes, fineTuning, items: items.size },
      statRows: Math.min(statRows, (parts.train ?? parts.calibration).length),
    },
  )
  const lines = [...moves, ...offers.filter(isNumber)].map(({ pass, group: [first] }) => ({
    ...{ pass: pass.id, text: first.text, ...first.saves },
  }))
  const simple = items.texts !== null && parts.train !== null && wantsLinear(request)
  return { bytes, simple, lines, notApplicable }
}
