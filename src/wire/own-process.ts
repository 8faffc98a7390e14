import type { Effects } from '../app/evaluate/effects.ts'
import type { OwnProcessEffects } from '../app/measure/own-process.ts'
import { runtimeFor } from '../core/part/runtimes.ts'
import { monotonicS, ownCpuS } from './world.ts'

/** Work that this process does itself, on one thread: nothing but its own pid is bound. */
export const ownProcess = ({ openMeters, machineThreads }: Effects): OwnProcessEffects => ({
  binding: { pids: [process.pid], threads: 1 },
  cpuS: ownCpuS,
  wallS: monotonicS,
  machineThreads,
  openMeters: (binding) => openMeters(self, binding),
})

const self = {
  id: 'this process',
  runtime: runtimeFor.graph,
  settings: {},
  base: 'this process',
} as const
