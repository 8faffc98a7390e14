import assert from 'node:assert/strict'
import type { RuntimeItem, RuntimeSession } from '../contract/runtime.ts'
import type { Answer, Output } from '../core/data/answer.ts'
import { assertContains } from './contains.ts'
import type { TestRunner } from './runner.ts'

/** One runtime as the suite sees it. */
export interface RuntimeCase {
  readonly name: string
  open(): Promise<RuntimeSession>
  /** At least three items, each with the output that it must have; keys that are left out may be anything. */
  readonly expected: readonly (readonly [RuntimeItem, Partial<Output>])[]
  /** Whether the work is done in a process that can be metered. */
  readonly metered: boolean
}

/**
 * What every runtime promises: answers in order, in batches of any size, that survive JSON; an identity that is the same when
 * it is opened again; usage that names its processes; an abort before the work begins.
 */
export function runtimeContract(runner: TestRunner, runtime: RuntimeCase): void {
  const { describe, beforeAll, afterAll } = runner
  describe(`the runtime contract: ${runtime.name}`, () => {
    let session: RuntimeSession
    beforeAll(async () => {
      session = await runtime.open()
    })
    afterAll(() => session?.close())
    answering(runner, runtime, () => session)
    telling(runner, runtime, () => session)
  })
}

function answering({ test }: TestRunner, runtime: RuntimeCase, opened: () => RuntimeSession): void {
  const items = runtime.expected.map(([item]) => item)
  const right = runtime.expected.map(([, output]) => ({ ok: true, output }))

  test('answers come in the order of the items', async () => {
    assertContains(await opened().answer(items), right)
    assertContains(await opened().answer(items.toReversed()), right.toReversed())
  })

  test('a batch larger than batchSize is answered whole, and an empty one with nothing', async () => {
    const times = Math.ceil((opened().batchSize + 1) / items.length)
    const many = Array.from({ length: times }, (_, i) =>
      items.map((item) => ({ ...item, id: `${item.id}/${i}` })),
    )
    assert.equal((await opened().answer(many.flat())).length, times * items.length)
    assert.deepEqual(await opened().answer([]), [])
  })

  test('answers survive JSON, because the store keeps them as JSON', async () => {
    const given = await opened().answer(items)
    const kept: unknown = JSON.parse(JSON.stringify(given))
    const comparable = given.map((answer) => (hasTensors(answer) ? { ok: true } : answer))
    assertContains(kept, JSON.parse(JSON.stringify(comparable)))
    for (const answer of comparable) assertNoHoles(answer)
  })

  test('an aborted signal stops before the work begins', async () => {
    await assert.rejects(opened().answer(items, AbortSignal.abort()))
  })
}

function telling({ test }: TestRunner, runtime: RuntimeCase, opened: () => RuntimeSession): void {
  const items = runtime.expected.map(([item]) => item)

  test('the identity says what answered, and is the same after opening again', async () => {
    const { model, revision, precision, engine, floating } = opened().identity
    for (const text of [model, revision, precision, engine]) assert.notEqual(text, '')
    assert.equal(typeof floating, 'boolean')
    const again = await runtime.open()
    assert.deepEqual(again.identity, opened().identity)
    await again.close()
  })

  test('usage names the processes that do the work', async () => {
    const usage = await opened().usage?.()
    assert.equal((usage?.pids.length ?? 0) > 0, runtime.metered)
    if (usage === undefined) return
    const { pids, threads, peakRssBytes } = usage
    for (const pid of pids) assert.doesNotThrow(() => process.kill(pid, 0))
    assert.ok(threads >= 0)
    assert.ok(peakRssBytes === null || peakRssBytes > 1e6)
  })

  test('exercise, where there is one, repeats the work as often as asked and measures each time', async () => {
    const { exercise } = opened()
    if (exercise === undefined) return
    const { wallS, cpuS, latenciesS } = await exercise(items, { times: 3, batch: 1 })
    assert.equal(latenciesS.length, 3)
    assert.ok(wallS >= latenciesS.reduce((sum, each) => sum + each, 0) * 0.99)
    assert.ok(cpuS >= 0)
  })
}

const hasTensors = (answer: Answer): boolean => answer.ok && answer.output.kind === 'tensors'

/** NaN, infinities and holes become null in JSON. */
function assertNoHoles(value: unknown, at = 'answer'): void {
  if (typeof value === 'number') assert.ok(Number.isFinite(value), `${at} is ${value}`)
  if (typeof value === 'object' && value !== null)
    for (const [key, each] of Object.entries(value)) assertNoHoles(each, `${at}.${key}`)
}
