import { confineAlike } from './adapters/files/confinement.ts'
import { boundedFetch } from './adapters/network/bounded-fetch.ts'
import { hostRuntime } from './adapters/runtime/process/host.ts'
import type { Question } from './adapters/runtime/process/protocol.ts'
import { loadLocal, type RuntimeParts } from './adapters/runtime/table.ts'

/** The second composition root: what a candidate's own process is made of. Forked by adapters/runtime/process/child.ts. */
const parts: RuntimeParts = {
  engine: async () => (await import('./adapters/tensors/onnxruntime.ts')).openEngine(),
  openTokenizer: async () => (await import('./adapters/tokenizer/huggingface.ts')).openTokenizer,
}

confineAlike(process.env)

// Without its parent a worker has nobody to answer: it must not live on and eat the machine.
process.once('disconnect', () => process.exit(0))

hostRuntime(
  {
    send: (reply) => void process.send?.(reply),
    onQuestion: (listener) => process.on('message', (message) => listener(message as Question)),
    exit: () => process.disconnect(),
  },
  { openKind: (candidate) => loadLocal(candidate, parts), fetch: boundedFetch(fetch) },
)
