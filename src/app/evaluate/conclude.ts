import { RightsizeError } from '../../core/error/error.ts'
import type { RunResult } from '../../core/result/run-result.ts'
import { type AssembleInputs, assemble } from './assemble.ts'
import { breaks, type Collected } from './collect.ts'
import type { Effects } from './effects.ts'
import type { RunEvent } from './events.ts'
import type { Broken } from './opened.ts'
import { refuseIfNothing } from './refusals.ts'
import { type Place, withAccount } from './site.ts'

export interface Conclusion {
  readonly inputs: AssembleInputs
  readonly place: Place
  readonly effects: Effects
  readonly onEvent: (event: RunEvent) => void
}

/**
 * The run result with its account. Where the figures of one candidate make that impossible, the candidate is broken and the
 * others are decided without it; an error that stays whoever is left out is thrown.
 */
export async function conclude(about: Conclusion): Promise<RunResult> {
  const { inputs, place, effects, onEvent } = about
  const result = async (of: AssembleInputs) =>
    withAccount(assemble(of), inputs.spec, place, effects)
  try {
    return await result(inputs)
  } catch (cause) {
    const broken = brokenBy(cause)
    for (const one of inputs.collected.filter((each) => each.broken === null)) {
      const left = without(inputs, one, broken)
      const rest = await result(left).catch(() => null)
      if (rest === null) continue
      refuseIfNothing(inputs.spec, left.collected)
      breaks(one, broken, { onEvent })
      return rest
    }
    throw cause
  }
}

function brokenBy(cause: unknown): Broken {
  const message = cause instanceof Error ? cause.message : String(cause)
  const code = cause instanceof RightsizeError ? cause.code : 'ESTIMATE_INVALID'
  return { code, message: `its figures cannot be accounted for: ${message}`, by: 'account' }
}

/** The same run with nothing known of a candidate but that it broke. */
function without(inputs: AssembleInputs, left: Collected, broken: Broken): AssembleInputs {
  const { collected, measured } = inputs
  const { id } = left.opened.spec
  const judged = left.judged.map(() => null)
  const blank: Collected = { ...left, judged, answers: new Map(), broken }
  const others = <T>(of: ReadonlyMap<string, T>) => new Map([...of].filter(([key]) => key !== id))
  return {
    ...inputs,
    collected: collected.map((one) => (one === left ? blank : one)),
    measured: {
      windows: measured.windows.filter(({ workload }) => workload !== id),
      meters: others(measured.meters),
      latencies: others(measured.latencies),
      usage: others(measured.usage),
    },
  }
}
