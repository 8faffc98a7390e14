import type { Site } from '../carbon/site.ts'
import type { Coefficient } from '../result/account.ts'
import type { Usage } from '../result/usage.ts'
import type { Known, Unit } from '../unit/estimate.ts'

/** Every coefficient behind the scores, once. */
export function coefficientsOf(usages: readonly Usage[], site: Site): readonly Coefficient[] {
  const rows = usages.flatMap((usage) => usageRows(usage))
  const power = site.powerModel
  if (power !== null && usages.some(({ sharedSpread }) => sharedSpread !== undefined))
    rows.push(
      row(
        power.spread.name,
        'error of the power model at the wall, shared by all candidates',
        power.spread.ratio,
        '1',
      ),
    )
  return [...new Map(rows.map((each) => [each.name, each])).values()]
}

function usageRows({ grid, pue, embodied }: Usage): Coefficient[] {
  const rows = [
    row(
      `I ${grid.zone}`,
      `${grid.kind} intensity of ${grid.name}, ${grid.period}, ${grid.mix}, ${grid.scope}, ${grid.license}`,
      grid.intensity,
      'gCO2e/kWh',
    ),
    row(`PUE ${pue.value}`, pue.how, pue, '1'),
  ]
  if (embodied.kind === 'devices')
    for (const { device, share } of embodied.parts)
      rows.push(
        row(`TE ${device.id}`, device.name, device.total, 'gCO2e'),
        row(`EL ${device.id}`, device.lifetime.how, device.lifetime, 's'),
        row(`RR/ToR ${device.id} ${share.value}`, share.how, share, '1'),
      )
  return rows
}

function row(name: string, description: string, estimate: Known<Unit>, unit: string): Coefficient {
  const { value, low, high, source } = estimate
  return { name, description, value, low, high, unit, source }
}
