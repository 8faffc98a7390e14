import type { Meter } from '../../contract/meter.ts'
import { unknown } from '../../core/unit/estimate.ts'

/**
 * Stands where nothing can be metered: an endpoint without a binding. Metering its HTTP client would show almost nothing and
 * make the largest model look green, so its energy is unknown, and it says what to bind.
 */
export function createUnboundMeter(nowS: () => number, why: string): Meter {
  return {
    name: 'none',
    scope: why,
    sensor: false,
    start: async () => {
      const started = nowS()
      return {
        stop: async () => ({
          wallS: nowS() - started,
          cpuS: null,
          peakRssBytes: null,
          energy: unknown(why),
          idle: unknown(why),
          resolutionJ: null,
          steal: null,
          notes: [],
        }),
      }
    },
    close: async () => undefined,
  }
}
