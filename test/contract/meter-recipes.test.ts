import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createExternalMeter, external } from '../../src/adapters/meter/external.ts'
import { meterRecipes, type RecipeName } from '../../src/core/part/meter-recipes.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** What each program or device printed when it was asked, and the watts in it. */
const recorded: Readonly<
  Record<RecipeName, readonly [program: string, output: string, watts: number]>
> = {
  'amd-energy': ['', '', 50],
  amdgpu: ['', '', 110],
  'board-meter': ['', '', 344],
  powermetrics: [
    'sudo',
    `E-Cluster HW active frequency: 1248 MHz
E-Cluster HW active residency:  77.43% (600 MHz:   0% 912 MHz:  54% 2424 MHz: 8.7%)
CPU Power: 823 mW
GPU Power: 26 mW
ANE Power: 323 mW
Combined Power (CPU + GPU + ANE): 1172 mW`,
    1.172,
  ],
  ipmi: [
    'ipmitool',
    `
    Instantaneous power reading:                   220 Watts
    Minimum during sampling period:                 18 Watts
    Maximum during sampling period:                435 Watts
    Average power reading over sample period:      231 Watts
    IPMI timestamp:                           Mon Nov 30 10:00:00 2026
    Sampling period:                          00000001 Seconds.
    Power reading state is:                   activated`,
    220,
  ],
  redfish: [
    'curl',
    '{"Id":"Power","PowerControl":[{"MemberId":"0","Name":"System Input Power","PowerConsumedWatts":344,"PowerCapacityWatts":800,"PowerMetrics":{"MinConsumedWatts":271}},{"MemberId":"1","Name":"CPU","PowerConsumedWatts":120}]}',
    344,
  ],
  shelly: [
    'curl',
    '{"id":0, "source":"HTTP", "output":true, "apower":47.11, "voltage":232.0, "current":0.21, "pf":0.98, "aenergy":{"total":5.125,"by_minute":[0.000,0.000,0.000],"minute_ts":1675718520},"temperature":{"tC":25.3, "tF":77.5}}',
    47.11,
  ],
  'shelly-1': [
    'curl',
    '{"power":88.20,"overpower":0.00,"is_valid":true,"timestamp":1617373811,"counters":[88.101, 88.304, 87.912],"total":231487}',
    88.2,
  ],
  tasmota: [
    'curl',
    '{"StatusSNS":{"Time":"2026-09-06T20:06:19","ENERGY":{"TotalStartTime":"2026-08-18T11:07:55","Total":0.003,"Yesterday":0.000,"Today":0.003,"Power":26,"ApparentPower":25,"ReactivePower":25,"Factor":0.06,"Voltage":239,"Current":0.106}}}',
    26,
  ],
  'home-assistant': [
    'curl',
    '{"entity_id":"sensor.plug_power","state":"95.3","attributes":{"state_class":"measurement","unit_of_measurement":"W","device_class":"power"}}',
    95.3,
  ],
}

const sensors = temporaryFolder('hwmon')
const device = (folder: string, files: Readonly<Record<string, string>>): void => {
  mkdirSync(join(sensors, folder))
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(sensors, folder, name), `${text}\n`)
}
device('hwmon0', {
  ...{ name: 'amd_energy', energy1_label: 'Ecore000', energy1_input: '900000000' },
  ...{ energy2_label: 'Esocket0', energy2_input: '5000000', energy3_label: 'Esocket1' },
  energy3_input: '7000000',
})
device('hwmon1', { name: 'amdgpu', power1_average: '60000000' })
device('hwmon2', { name: 'amdgpu', power1_input: '50000000' })
device('hwmon3', { name: 'power_meter', power1_average: '344000000' })
device('hwmon4', { name: 'nvme', temp1_input: '40000' })

/** A program of that name that prints what was recorded, once, or every 50 ms where it is asked to go on. */
function pathWith(program: string, output: string): string {
  const folder = temporaryFolder(`bin-${program || 'none'}`)
  writeFileSync(join(folder, 'recorded'), `${output}\n`)
  const print = `cat '${folder}/recorded'`
  const body = program === 'sudo' ? `while :; do ${print}; sleep 0.05; done` : print
  for (const name of [program, program === 'sudo' ? 'powermetrics' : ''].filter(Boolean)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  return `${folder}:${process.env['PATH']}`
}

const here = (program: string, output: string) => [
  `PATH=${pathWith(program, output)}`,
  `HWMON=${sensors}`,
]

test.skipIf(process.platform === 'win32').concurrent.each(Object.entries(recorded))(
  'the recipe %s reads what was recorded',
  async (name, [program, output, watts]) => {
    const meter = createExternalMeter({
      command: [
        'env',
        ...here(program, output),
        'sh',
        '-c',
        meterRecipes[name as RecipeName].script,
      ],
      nowS: () => performance.now() / 1000,
    })
    const window = await meter.start({})
    if (name === 'amd-energy') {
      await new Promise((done) => setTimeout(done, 500))
      writeFileSync(join(sensors, 'hwmon0', 'energy3_input'), `${7_000_000 + watts * 1e6}\n`)
    }
    await new Promise((done) => setTimeout(done, 2200))
    const { energy, wallS } = await window.stop()
    await meter.close()
    if (energy.kind !== 'known') throw new Error(JSON.stringify(energy))
    const shown = name === 'amd-energy' ? energy.value : energy.value / wallS
    expect(Math.abs(shown / watts - 1)).toBeLessThan(0.01)
  },
  15_000,
)

test.skipIf(process.platform === 'win32')(
  'doctor names the recipes that fit a machine',
  async () => {
    const parts = {
      processes: null,
      nowS: () => 0,
      machine: { threads: null },
      idle: 'reserved',
    } as const
    const with_ = async (env: Readonly<Record<string, string>>) =>
      (await external.available({ ...parts, env })).detail
    const PATH = pathWith('ipmitool', '')
    expect(await with_({ HWMON: sensors, PATH: '' })).toContain(
      'amd-energy: energy: { external: [sh',
    )
    const rack = await with_({ HWMON: '/no/such/folder', PATH })
    expect(rack).toContain('ipmi: energy:')
    expect(rack).not.toContain('amd-energy')
    expect(await with_({ HWMON: '/no/such/folder', PATH: '' })).toContain(
      'docs/reference/meters.md',
    )
  },
)
