import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openMeters } from '../../src/adapters/meter/table.ts'
import type { OwnProcessEffects } from '../../src/app/measure/own-process.ts'
import type { Meter } from '../../src/contract/meter.ts'
import type { TensorEngine } from '../../src/contract/tensors.ts'
import type { Feeds } from '../../src/core/onnx/host-tensor.ts'
import { temporaryFolder } from '../contract/temporary-folder.ts'

/** What one run of a graph takes on a fake machine. */
export interface Takes {
  readonly cpuS: number
  readonly joules: number
}

/**
 * A machine whose time and energy pass only when work is done: the real RAPL meter reads a powercap folder of its own, the
 * work is alone on one thread. `sensor: false` leaves the folder empty, as in a virtual machine.
 */
export function fakeMachine({ sensor }: { readonly sensor: boolean }) {
  const root = temporaryFolder('powercap')
  const state = { s: 100, joules: 0 }
  const zone = join(root, 'intel-rapl:0')
  const show = () => writeFileSync(join(zone, 'energy_uj'), `${Math.round(1e6 * state.joules)}\n`)
  if (sensor) {
    mkdirSync(zone)
    writeFileSync(join(zone, 'name'), 'package-0\n')
    writeFileSync(join(zone, 'max_energy_range_uj'), '1000000000000\n')
    show()
  }
  /** The file is written when somebody looks, not at every run. */
  const looked = (meter: Meter): Meter => ({
    ...meter,
    async start(binding) {
      if (sensor) show()
      const window = await meter.start(binding)
      return {
        async stop() {
          if (sensor) show()
          return window.stop()
        },
      }
    },
  })
  const use = () => ({ cpuS: state.s, rssBytes: 1e8, pids: [1] })
  const processes = {
    ...{ name: 'fake', stepS: 0.01, trees: use, cgroup: use, rss: () => 1e8 },
    machine: () => ({ busyS: state.s, totalS: 2 * state.s, stealS: 0 }),
  }
  // A clock that stood still while a meter looks at the machine at rest would divide by 0.
  const wallS = () => (state.s += 1e-9)
  const parts = {
    processes,
    nowS: wallS,
    machine: { threads: 1 },
    idle: 'used',
    powercap: root,
  } as const
  const self = { id: 'self', base: 'self', runtime: 'onnx', settings: {} } as const
  const own: OwnProcessEffects = {
    ...{ binding: { pids: [1], threads: 1 }, cpuS: () => state.s, wallS, machine: { threads: 64 } },
    openMeters: async (binding) => (await openMeters(self, binding, parts)).map(looked),
  }
  const spend = ({ cpuS, joules }: Takes): void => {
    state.s += cpuS
    state.joules += joules
  }
  /** An engine whose runs also take what is said, by the bytes of the model and the feeds. */
  const timed = (
    engine: TensorEngine,
    takes: (modelBytes: number, feeds: Feeds) => Takes,
  ): TensorEngine => ({
    ...engine,
    open: async (model, options) => {
      const session = await engine.open(model, options)
      const run: typeof session.run = async (feeds, fetches) => {
        spend(takes(model.length, feeds))
        return session.run(feeds, fetches)
      }
      return { ...session, run }
    },
  })
  return { own, spend, timed }
}
