import { type Context, createContext, Script } from 'node:vm'

const script = new Script('call()')
const current: { work: () => unknown } = { work: () => undefined }
/** One for all calls: to make one takes five times as long as a call in it. */
let shared: Context | undefined

/**
 * Runs `work`, and gives it up after so many milliseconds: nothing else stops a pattern or a template that goes on for
 * ever. Throws what `onTimeout` returns.
 */
export function withinTime<T>(work: () => T, timeout: number, onTimeout: () => Error): T {
  shared ??= createContext({ call: () => current.work() })
  current.work = work
  try {
    return script.runInContext(shared, { timeout }) as T
  } catch (cause) {
    if ((cause as { code?: string }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw cause
    throw onTimeout()
  }
}
