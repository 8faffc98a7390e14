import assert from 'node:assert/strict'
import type { Meter, MeterBinding, WindowReading } from '../contract/meter.ts'
import type { TestRunner } from './runner.ts'

/** One meter as the suite sees it: `work` makes its world use energy. */
export interface MeterCase {
  readonly name: string
  open(): Promise<Meter>
  readonly binding: MeterBinding
  work(): Promise<void>
  /** Whether it can give joules for that work. */
  readonly gives: boolean
}

/** What every meter promises: joules with an interval and a source, or the reason why not; never 0 J for what it cannot see. */
export function meterContract(
  { describe, test }: TestRunner,
  { name, open, binding, work, gives }: MeterCase,
): void {
  const withMeter = async <T>(use: (meter: Meter) => Promise<T>): Promise<T> => {
    const meter = await open()
    try {
      return await use(meter)
    } finally {
      await meter.close()
    }
  }
  describe(`the meter contract: ${name}`, () => {
    test('says what it sees, and whether a sensor is behind it', () =>
      withMeter(async (meter) => {
        assert.notEqual(meter.name, '')
        assert.ok(meter.scope.length > 20, meter.scope)
        assert.equal(typeof meter.sensor, 'boolean')
      }))

    test('a window with work in it has joules with an interval and a source, or says why not', () =>
      withMeter(async (meter) => {
        const window = await meter.start(binding)
        await work()
        assertReading(await window.stop(), meter, gives)
      }))

    test('absent is not zero: no window ever reports 0 J', () =>
      withMeter(async (meter) => {
        const { energy } = await (await meter.start(binding)).stop()
        assert.ok(energy.kind === 'unknown' || (energy.kind === 'known' && energy.high > 0))
      }))

    test('windows follow one another and may overlap', () =>
      withMeter(async (meter) => {
        const [outer, inner] = [await meter.start(binding), await meter.start(binding)]
        await work()
        const [short, long] = [await inner.stop(), await outer.stop()]
        if (short.energy.kind === 'known' && long.energy.kind === 'known')
          assert.ok(long.energy.value >= short.energy.value * 0.9)
      }))
  })
}

function assertReading(reading: WindowReading, meter: Meter, gives: boolean): void {
  const { wallS, energy, resolutionJ } = reading
  assert.ok(wallS > 0)
  assert.equal(energy.kind, gives ? 'known' : 'unknown')
  if (energy.kind === 'known') {
    assert.ok(energy.low < energy.value && energy.value < energy.high && energy.value > 0)
    assert.equal(energy.method, meter.sensor ? 'measured' : 'modeled')
    assert.notEqual(energy.source, '')
  }
  assert.ok(resolutionJ === null || resolutionJ > 0)
}
