import { RightsizeError } from '../../../core/error/error.ts'

/** Said when a process ended, or was ended, with work open; never leaves this folder. */
export class ProcessEnd extends Error {
  readonly reason: RightsizeError
  constructor(reason: RightsizeError) {
    super(reason.message)
    this.reason = reason
  }
}

export interface Kept {
  peakRss(): number
  close(): Promise<void>
}

/** One process at a time: started again once, then broken. */
export interface Keeper<T extends Kept> {
  current(): T
  /** Does the work, once more after a restart. Rejects with RUNTIME_BROKEN after the second end of the process. */
  use<R>(work: (process: T) => Promise<R>): Promise<R>
  broken(): RightsizeError | null
  /** Largest memory of all processes so far, bytes. */
  peakRss(): number
}

export async function keep<T extends Kept>(start: () => Promise<T>): Promise<Keeper<T>> {
  const state = { process: await start(), restarted: false, peak: 0 }
  let broken: RightsizeError | null = null

  /** Starts the process again, once; otherwise the candidate is broken for good. */
  const replace = async (reason: RightsizeError): Promise<void> => {
    state.peak = Math.max(state.peak, state.process.peakRss())
    if (!state.restarted) {
      state.restarted = true
      state.process = await start()
      return
    }
    const what = `${reason.code}: ${reason.message}`
    broken = new RightsizeError('RUNTIME_BROKEN', what, { cause: reason, next: reason.next })
    throw broken
  }

  const use = async <R>(work: (process: T) => Promise<R>): Promise<R> => {
    if (broken) throw broken
    try {
      return await work(state.process)
    } catch (cause) {
      if (!(cause instanceof ProcessEnd)) throw cause
      await replace(cause.reason)
      return use(work)
    }
  }

  return {
    current: () => state.process,
    use,
    broken: () => broken,
    peakRss: () => Math.max(state.peak, state.process.peakRss()),
  }
}
