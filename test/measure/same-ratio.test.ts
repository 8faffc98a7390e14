import { describe, expect, test } from 'vitest'
import { compareModels } from '../../src/app/compare/compare.ts'
import type { Collected } from '../../src/app/evaluate/collect.ts'
import type { ItemCost } from '../../src/app/evaluate/cost.ts'
import type { Effects } from '../../src/app/evaluate/effects.ts'
import { measureAll } from '../../src/app/evaluate/measure.ts'
import { againstIncumbent } from '../../src/app/evaluate/savings.ts'
import { type OwnProcess, withOwnProcess } from '../../src/app/measure/own-process.ts'
import type { Inputs } from '../../src/app/shrink/inputs.ts'
import { measureCost } from '../../src/app/shrink/measure-cost.ts'
import type { RuntimeSession } from '../../src/contract/runtime.ts'
import type { TensorEngine } from '../../src/contract/tensors.ts'
import { cpuPerItem, energyPerItem } from '../../src/core/energy/paired-cost.ts'
import { float32Tensor, graph, model, node } from '../../src/core/onnx/build.ts'
import { encodeModel } from '../../src/core/onnx/encode.ts'
import type { Feeds } from '../../src/core/onnx/host-tensor.ts'
import type { Model } from '../../src/core/onnx/model.ts'
import { seededRandom } from '../../src/core/random/random.ts'
import type { Spec } from '../../src/core/spec/spec.ts'
import { type Estimate, unknown } from '../../src/core/unit/estimate.ts'
import { exact } from '../../src/core/unit/known.ts'
import { fakeMachine, type Takes } from './fake-machine.ts'

/** Seconds of a run and of each item in it: large over small is 44 / 11 at batch 1 and 354 / 42 at batch 32. */
const large = { run: 0.034, item: 0.01, watts: 30 }
const small = { run: 0.01, item: 0.001, watts: 20 }
const truth = { 1: 4, 32: 354 / 42 } as const
type Kind = typeof large

const sized = (weights: number): Model =>
  model(
    graph({
      name: 'g',
      nodes: [node('Add', ['x', 'w'], ['logits'])],
      inputs: [{ name: 'x', dtype: 'float32', dims: ['batch', 1] }],
      outputs: [{ name: 'logits', dtype: 'float32', dims: ['batch', weights] }],
      initializers: [float32Tensor('w', [weights], new Array<number>(weights).fill(0))],
    }),
  )
const models = { large: sized(64), small: sized(8) }
const largeBytes = encodeModel(models.large).length

const feedOf = (rows: readonly number[]): Feeds => ({
  x: { dtype: 'float32', dims: [rows.length, 1], data: Float32Array.from(rows) },
})
const inputs: Inputs = {
  ...{ size: 256, lengths: new Array<number>(256).fill(1), most: () => null },
  feeds: (_, rows) => feedOf(rows),
}

/** An engine that computes nothing: the fake machine says what a run takes. */
const still: TensorEngine = {
  ...{ name: 'still', version: '1' },
  open: async () => ({
    ...{ inputs: ['x'], outputs: ['logits'] },
    run: async ({ x }) => ({ logits: { ...(x as NonNullable<typeof x>) } }),
    profile: async () => [],
    close: async () => undefined,
  }),
}

/** A machine on which every run is off by about 2 %. */
function noisyMachine(sensor: boolean) {
  const machine = fakeMachine({ sensor })
  const random = seededRandom(7)
  const takes = (kind: Kind, items: number): Takes => {
    const cpuS = (kind.run + kind.item * items) * Math.exp(0.02 * random.normal())
    return { cpuS, joules: kind.watts * cpuS }
  }
  const engine = machine.timed(still, (bytes, { x }) =>
    takes(bytes === largeBytes ? large : small, x?.dims[0] ?? 1),
  )
  return { ...machine, takes, engine }
}
type Machine = ReturnType<typeof noisyMachine>

const withOwn = <T>({ own }: Machine, use: (own: OwnProcess) => Promise<T>) =>
  withOwnProcess({ ...own }, use)

async function compared(machine: Machine) {
  const side = (name: 'large' | 'small') => ({
    ...{ name, model: models[name], bytes: 1 },
    feeds: Array.from({ length: 64 }, (_, at) => feedOf([at])),
  })
  const { engine } = machine
  const found = await withOwn(machine, (own) =>
    compareModels(side('small'), side('large'), { engine, own }),
  )
  return { cpu: found.cpu.ratio, energy: found.energy.ratio }
}

async function shrunk(machine: Machine, batch: number) {
  const of = (name: 'large' | 'small') => ({ model: models[name], inputs })
  const { engine } = machine
  const found = await withOwn(machine, (own) =>
    measureCost(of('large'), of('small'), { engine, own, batch }),
  )
  return { times: found, energy: found?.energy.times }
}

/** Candidates of a run, in their own processes as far as it can tell. */
async function ran(machine: Machine, batch: number): Promise<Estimate<'ratio'>> {
  const exercise =
    (kind: Kind): NonNullable<RuntimeSession['exercise']> =>
    async (items, how) => {
      const start = machine.own.cpuS()
      for (let time = 0; time < how.times; time += 1)
        for (let at = 0; at < items.length; at += how.batch)
          machine.spend(machine.takes(kind, Math.min(how.batch, items.length - at)))
      const cpuS = machine.own.cpuS() - start
      return { wallS: cpuS, cpuS, latenciesS: [cpuS] }
    }
  const candidate = (id: string, kind: Kind) =>
    ({
      broken: null,
      opened: {
        spec: { id, runtime: 'onnx', base: id, settings: { batch } },
        session: {
          ...{ batchSize: 32, exercise: exercise(kind) },
          usage: async () => ({ pids: [1], threads: 1 }),
        },
      },
    }) as unknown as Collected
  const { own } = machine
  const effects = {
    clock: { monotonicS: own.wallS },
    openMeters: (_: unknown, binding: object) => own.openMeters(binding),
    machine: { threads: 64 },
  } as unknown as Effects
  const items = Array.from({ length: 128 }, (_, at) => ({ id: `${at}`, input: 'x', row: {} }))
  const measured = await measureAll(
    { incumbent: 'large', bar: { kind: 'relative' }, budget: {} } as Spec,
    [candidate('large', large), candidate('small', small)],
    items as never,
    { effects, signal: new AbortController().signal, onEvent: () => undefined },
  )
  const priced = ['large', 'small'].map((id) => {
    const windows = measured.windows.filter((one) => one.workload === id)
    const cost = {
      cpuPerItem: cpuPerItem(windows),
      energyPerItem: energyPerItem(windows),
      idlePerItem: unknown('no load'),
    } as ItemCost
    return { id, settings: {}, cost, accepted: { rate: exact('share', 1, 'test'), items: null } }
  })
  return (
    againstIncumbent(priced, 'large', { ...measured, site: null }).get('small')?.ratio ??
    unknown('no such candidate')
  )
}

/** The interval of a ratio that is known. */
function ends(ratio: Estimate<'ratio'> | { low: number; high: number } | null | undefined) {
  if (!ratio || !('low' in ratio)) throw new Error('a known ratio expected')
  return ratio
}
type Ends = ReturnType<typeof ends> & { readonly value?: number; readonly times?: number }

/** Each is within 2 % of the truth, and no two intervals are apart. */
function expectSame(found: readonly Ends[], truthOf: number): void {
  for (const ratio of found)
    expect(Math.abs((ratio.value ?? ratio.times ?? 0) / truthOf - 1)).toBeLessThan(0.02)
  const [low, high] = [found.map((one) => one.low), found.map((one) => one.high)]
  expect(Math.max(...low)).toBeLessThanOrEqual(Math.min(...high))
}

describe('one pair, three commands', () => {
  test('run, compare and shrink find the same CPU ratio at batch 1', async () => {
    const machine = noisyMachine(false)
    const found = [
      ends((await compared(machine)).cpu),
      ends((await shrunk(machine, 1)).times),
      ends(await ran(machine, 1)),
    ]
    expectSame(found, truth[1])
  })

  test('at another batch the ratio is another, and the same for run and shrink', async () => {
    const machine = noisyMachine(false)
    const found = [ends((await shrunk(machine, 32)).times), ends(await ran(machine, 32))]
    expectSame(found, truth[32])
  })

  test('where there is a sensor all three measure energy with it, and find the same ratio', async () => {
    const machine = noisyMachine(true)
    const found = [
      (await compared(machine)).energy,
      (await shrunk(machine, 1)).energy,
      await ran(machine, 1),
    ]
    const joules = (truth[1] * large.watts) / small.watts
    for (const ratio of found)
      expect(ratio).toMatchObject({ method: 'measured', source: 'Linux powercap energy counters' })
    expectSame(found.map(ends), joules)
  })

  test('without one compare and shrink model energy, with what two programs may differ by', async () => {
    const machine = noisyMachine(false)
    for (const ratio of [(await compared(machine)).energy, (await shrunk(machine, 1)).energy]) {
      expect(ratio).toMatchObject({ method: 'modeled' })
      const { low, high } = ends(ratio)
      expect(high / low).toBeGreaterThan(1.4 ** (2 * Math.SQRT2))
    }
  })
})
