import type { Meter, MeterBinding } from '../../contract/meter.ts'
import type { RuntimeItem, RuntimeSession } from '../../contract/runtime.ts'
import type { OwnProcess } from './own-process.ts'

/** What a stretch of work took. */
export interface Worked {
  readonly wallS: number
  /** CPU seconds by the worker's own count; null where it cannot count them. */
  readonly cpuS: number | null
}

/** Something that works on items and is metered: a candidate in its own process, or a model in this one. */
export interface Workload {
  readonly id: string
  /** Items of one lap; workloads that are compared go through the same ones. */
  readonly items: number
  /** Items that it takes at a time. */
  readonly batch: number
  /** What does the work: processes, cgroup or GPUs, and the threads that they reserve. */
  readonly binding: MeterBinding
  /** The best meter that sees it; null where only the CPU time that `work` counts is known. */
  readonly meter: Meter | null
  /**
   * Whether other work shares its process. The process's memory and idle threads then belong to nobody, and energy without
   * a sensor is that of the CPU time alone.
   */
  readonly sharesProcess: boolean
  /** Goes through its items `laps` times. Null where it broke: it is left out from then on. */
  work(laps: number, signal?: AbortSignal): Promise<Worked | null>
}

interface SessionParts extends Pick<Workload, 'id' | 'batch' | 'binding' | 'meter'> {
  readonly session: RuntimeSession
  readonly items: readonly RuntimeItem[]
  readonly nowS: () => number
}

/** A candidate that answers items in batches of `batch`, where it can in its own process, so that sending them is charged to nobody. */
export function sessionWorkload(parts: SessionParts): Workload {
  const { id, binding, meter, session, items, nowS } = parts
  const batch = Math.max(1, Math.min(parts.batch, items.length))
  return {
    ...{ id, batch, binding, meter, items: items.length, sharesProcess: false },
    async work(laps, signal) {
      try {
        if (session.exercise) return await session.exercise(items, { times: laps, batch }, signal)
        const start = nowS()
        for (let lap = 0; lap < laps; lap += 1)
          for (let at = 0; at < items.length; at += batch)
            await session.answer(items.slice(at, at + batch), signal)
        return { wallS: nowS() - start, cpuS: null }
      } catch {
        return null
      }
    },
  }
}

/** Something that this process does to so many items. */
export interface Work {
  readonly items: number
  run(): Promise<void>
}

/** Work of this process; an error of it is the caller's. */
export function ownWorkload(
  of: Pick<Workload, 'id' | 'batch'> & { readonly work: Work },
  { binding, meter, cpuS, wallS }: OwnProcess,
): Workload {
  return {
    ...{ id: of.id, items: of.work.items, batch: of.batch },
    ...{ binding, meter, sharesProcess: true },
    async work(laps, signal) {
      const start = { wallS: wallS(), cpuS: cpuS() }
      for (let lap = 0; lap < laps; lap += 1) {
        signal?.throwIfAborted()
        await of.work.run()
      }
      return { wallS: wallS() - start.wallS, cpuS: cpuS() - start.cpuS }
    },
  }
}
