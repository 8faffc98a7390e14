import { describe, expect, test } from 'vitest'
import type { Meter, MeterBinding } from '../../src/contract/meter.ts'

/** One meter as the suite sees it: `work` makes its world use energy. */
export interface MeterCase {
  readonly name: string
  open(): Promise<Meter>
  readonly binding: MeterBinding
  work(): Promise<void>
  /** Whether it can give joules for that work. */
  readonly gives: boolean
}

/** What every meter promises. */
export function meterSuite({ name, open, binding, work, gives }: MeterCase): void {
  describe(`the meter contract: ${name}`, () => {
    test('says what it sees, and whether a sensor is behind it', async () => {
      const meter = await open()
      expect(meter.name).not.toBe('')
      expect(meter.scope.length).toBeGreaterThan(20)
      expect(typeof meter.sensor).toBe('boolean')
      await meter.close()
    })

    test('a window with work in it has joules with an interval and a source, or says why not', async () => {
      const meter = await open()
      const window = await meter.start(binding)
      await work()
      const { wallS, energy, resolutionJ } = await window.stop()
      expect(wallS).toBeGreaterThan(0)
      expect(energy.kind).toBe(gives ? 'known' : 'unknown')
      if (energy.kind === 'known') {
        expect(energy.value).toBeGreaterThan(0)
        expect(energy.low).toBeLessThan(energy.value)
        expect(energy.high).toBeGreaterThan(energy.value)
        expect(energy.method).toBe(meter.sensor ? 'measured' : 'modeled')
        expect(energy.source).not.toBe('')
      }
      if (resolutionJ !== null) expect(resolutionJ).toBeGreaterThan(0)
      await meter.close()
    })

    test('absent is not zero: no window ever reports 0 J', async () => {
      const meter = await open()
      const { energy } = await (await meter.start(binding)).stop()
      expect(energy.kind === 'unknown' || (energy.kind === 'known' && energy.high > 0)).toBe(true)
      await meter.close()
    })

    test('windows follow one another and may overlap', async () => {
      const meter = await open()
      const [outer, inner] = [await meter.start(binding), await meter.start(binding)]
      await work()
      const [short, long] = [await inner.stop(), await outer.stop()]
      if (short.energy.kind === 'known' && long.energy.kind === 'known')
        expect(long.energy.value).toBeGreaterThanOrEqual(short.energy.value * 0.9)
      await meter.close()
    })
  })
}
