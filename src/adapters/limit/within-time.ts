import { createContext, Script } from 'node:vm'

const script = new Script('call()')

/**
 * Runs `work`, and gives it up after so many milliseconds: nothing else stops a pattern or a template that goes on for
 * ever. Throws what `onTimeout` returns.
 */
export function withinTime<T>(work: () => T, timeout: number, onTimeout: () => Error): T {
  const context = createContext({ call: work })
  try {
    return script.runInContext(context, { timeout }) as T
  } catch (cause) {
    if ((cause as { code?: string }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw cause
    throw onTimeout()
  }
}
