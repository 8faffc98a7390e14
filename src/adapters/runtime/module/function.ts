import { randomUUID } from 'node:crypto'
import type { RuntimeSession } from '../../../contract/runtime.ts'
import type { FunctionCandidate } from '../../../core/spec/definition.ts'
import { answerAll } from './answering.ts'

/** Items that are asked before answers are stored and judged. */
const batchSize = 32

/**
 * A function of the caller's as a session. It runs in this process, whose CPU time is not only the function's: nothing is
 * metered unless the candidate's `energy` binds it (`{ pid: process.pid }`).
 */
export function functionSession(candidate: FunctionCandidate): RuntimeSession {
  const { answer, version, labels = [], concurrency = 1, parameters } = candidate
  return {
    identity: {
      model: candidate.id,
      revision: version ?? `unversioned ${randomUUID()}`,
      precision: 'unknown',
      engine: `node@${process.versions.node}`,
      floating: false,
      ...(parameters === undefined
        ? {}
        : { parameters: typeof parameters === 'object' ? parameters.value : parameters }),
      ...(labels.length === 0 ? {} : { labels }),
    },
    batchSize: Math.max(batchSize, concurrency),
    answer: async (batch, signal) => {
      signal?.throwIfAborted()
      const one = (input: Parameters<typeof answer>[0]['input'], { id }: { id: string }) =>
        answer({ id, input }, { signal })
      const reading = { labels, concurrency, alive: () => undefined }
      return answerAll({ one, many: null }, batch, reading)
    },
    close: async () => undefined,
  }
}
