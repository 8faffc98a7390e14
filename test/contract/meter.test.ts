import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { judgeQueries, prometheusVersion, startPrometheus } from '../../bench/peers/prometheus.mjs'
import { createCpuTimeMeter } from '../../src/adapters/meter/cpu-time.ts'
import { between, createExternalMeter, parseLine } from '../../src/adapters/meter/external.ts'
import { createNvmlMeter, findGpuSource, nvmlAvailability } from '../../src/adapters/meter/nvml.ts'
import { openPrometheusMeter } from '../../src/adapters/meter/prometheus.ts'
import { createRaplMeter, measureIdleW, raplAvailability } from '../../src/adapters/meter/rapl.ts'
import { meterAvailability, openMeters } from '../../src/adapters/meter/table.ts'
import { createUnboundMeter } from '../../src/adapters/meter/unbound.ts'
import { linuxProcesses } from '../../src/adapters/processes/linux.ts'
import type { MachineUse, Processes, ProcessUse } from '../../src/contract/processes.ts'
import { writtenQuery } from '../../src/core/energy/promql.ts'
import { meterContract } from '../../src/testing.ts'
import { candidate } from './candidate.ts'
import { runner } from './runner.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** A machine that does what the test says: time, CPU seconds of the work and of all. */
class FakeWorld {
  nowS = 100
  own = 5
  machine: MachineUse = { busyS: 50, totalS: 400, stealS: 0 }
  alive = true
  readonly processes: Processes = {
    name: 'fake',
    stepS: 0.01,
    trees: () => this.use(),
    rss: () => 1e8,
    cgroup: (path) => (path === 'llm.slice' ? this.use() : null),
    machine: () => this.machine,
  }
  private use(): ProcessUse | null {
    return this.alive ? { cpuS: this.own, rssBytes: 1e8, pids: [1] } : null
  }
  /** `own` of `busy` CPU seconds within `wall` seconds on four threads. */
  spend(wall: number, own: number, busy: number, steal = 0): void {
    this.nowS += wall
    this.own += own
    this.machine = {
      busyS: this.machine.busyS + busy,
      totalS: this.machine.totalS + 4 * wall,
      stealS: this.machine.stealS + steal,
    }
  }
}

/** A powercap tree: two packages, each with cores inside; one with dram; a psys and an mmio copy that must not count. */
function fakePowercap(): { root: string; add: (joules: number) => void } {
  const root = temporaryFolder('powercap')
  const names = {
    'intel-rapl:0': 'package-0',
    'intel-rapl:0:0': 'core',
    'intel-rapl:0:1': 'dram',
    'intel-rapl:1': 'package-1',
    'intel-rapl:2': 'psys',
    'intel-rapl-mmio:0': 'package-0',
  }
  for (const [folder, name] of Object.entries(names)) {
    mkdirSync(join(root, folder))
    writeFileSync(join(root, folder, 'name'), `${name}\n`)
    writeFileSync(join(root, folder, 'max_energy_range_uj'), '1000000000\n')
    writeFileSync(join(root, folder, 'energy_uj'), '999000000\n')
  }
  const add = (joules: number): void => {
    for (const folder of Object.keys(names)) {
      const file = join(root, folder, 'energy_uj')
      const next = (Number(readFileSync(file, 'utf8')) + joules * 1e6) % 1e9
      writeFileSync(file, `${Math.round(next)}\n`)
    }
  }
  return { root, add }
}

const raplOf = (world: FakeWorld, root: string, idleW: number | null = null) =>
  createRaplMeter({
    root,
    processes: world.processes,
    nowS: () => world.nowS,
    machineThreads: 4,
    idleW,
  })

const shared = new FakeWorld()
const powercap = fakePowercap()
meterContract(runner, {
  name: 'rapl',
  open: async () => raplOf(shared, powercap.root),
  binding: { pids: [1] },
  work: async () => {
    shared.spend(2, 1, 2)
    powercap.add(10)
  },
  gives: true,
})
meterContract(runner, {
  name: 'cpu-time',
  open: async () =>
    createCpuTimeMeter({
      processes: shared.processes,
      nowS: () => shared.nowS,
      machine: { threads: null },
    }),
  binding: { pids: [1], threads: 1 },
  work: async () => shared.spend(2, 1, 2),
  gives: true,
})
meterContract(runner, {
  name: 'none',
  open: async () => createUnboundMeter(() => shared.nowS, 'bind what does the work'),
  binding: {},
  work: async () => shared.spend(1, 1, 1),
  gives: false,
})

let counterMj = 5e6
const smi = async (program: string, args: readonly string[]): Promise<string> => {
  if (program !== 'nvidia-smi') throw new Error(`${program} is not installed`)
  if (args[0] === '--help-query-gpu') return '"power.draw"\n"power.draw.instant"\n'
  shared.nowS += 0.1
  return '250.5\n149.5\n'
}
const dcgm = async (program: string, args: readonly string[]): Promise<string> => {
  if (program === 'nvidia-smi') return smi(program, args)
  return `#Entity TOTEC\nID\nGPU 0     ${counterMj}\nGPU 1     1000\n`
}
meterContract(runner, {
  name: 'nvml, energy counter by dcgm',
  open: async () => createNvmlMeter({ kind: 'dcgm' }, { run: dcgm, nowS: () => shared.nowS }),
  binding: { gpus: [0, 1] },
  work: async () => {
    shared.spend(3, 0, 0)
    counterMj += 600_000
  },
  gives: true,
})
meterContract(runner, {
  name: 'nvml, polled power',
  open: async () =>
    createNvmlMeter({ kind: 'power', field: 'power.draw' }, { run: smi, nowS: () => shared.nowS }),
  binding: { gpus: [0, 1] },
  work: () => new Promise((done) => setTimeout(done, 250)),
  gives: true,
})

let scraped = 1000
let scrapes = 3
let found: readonly { readonly metric: object; readonly value: readonly [number, string] }[] = []
const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
  const query = searchParams.get('query') ?? ''
  const one = [{ metric: {}, value: [0, `${query.startsWith('count_') ? scrapes : scraped}`] }]
  const result = query.includes('absent') ? [] : query.includes('several') ? found : one
  const names = pathname.endsWith('/values') ? ['up', 'kepler_node_cpu_watts'] : null
  response.end(
    JSON.stringify(
      query.includes('bad')
        ? { status: 'error', error: 'parse error' }
        : { status: 'success', data: names ?? { resultType: 'vector', result } },
    ),
  )
})
await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
afterAll(() => server.close())
const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const prometheus = (query: string, at = baseUrl) =>
  openPrometheusMeter({ query }, { baseUrl: at, fetch, nowS: () => shared.nowS })
meterContract(runner, {
  name: 'prometheus',
  open: async () => prometheus('kepler_container_joules_total{pod="llm"}'),
  binding: {},
  work: async () => {
    shared.spend(20, 0, 0)
    scraped += 80
  },
  gives: true,
})

const plug = ['-e', 'let j=0;setInterval(()=>console.log(j+=0.5),5)']
meterContract(runner, {
  name: 'external',
  open: async () =>
    createExternalMeter({
      command: [process.execPath, ...plug],
      nowS: () => performance.now() / 1000,
    }),
  binding: {},
  work: () => new Promise((done) => setTimeout(done, 100)),
  gives: true,
})

describe('RAPL', () => {
  test('counts packages and dram once, through a counter that starts again', async () => {
    const { root, add } = fakePowercap()
    const world = new FakeWorld()
    const window = await raplOf(world, root).start({ pids: [1] })
    world.spend(2, 2, 2)
    add(10)
    // Three counted domains of 10 J each; core is inside its package, psys and mmio are the same energy again.
    expect((await window.stop()).energy).toMatchObject({ value: expect.closeTo(30, 6) })
  })

  test('a counter that starts again at an unknown range makes its window unknown', async () => {
    const { root, add } = fakePowercap()
    writeFileSync(join(root, 'intel-rapl:1', 'max_energy_range_uj'), '')
    const world = new FakeWorld()
    const wrapped = await raplOf(world, root).start({ pids: [1] })
    world.spend(2, 2, 2)
    add(10)
    expect((await wrapped.stop()).energy).toMatchObject({
      why: expect.stringContaining('does not show its range'),
    })
    const after = await raplOf(world, root).start({ pids: [1] })
    world.spend(2, 2, 2)
    add(10)
    expect((await after.stop()).energy).toMatchObject({ value: expect.closeTo(30, 6) })
  })

  test('the work gets its share of busy time; idle power goes by reserved threads', async () => {
    const { root, add } = fakePowercap()
    const world = new FakeWorld()
    const window = await raplOf(world, root, 6).start({ pids: [1], threads: 1 })
    world.spend(2, 1, 4)
    add(10)
    const { energy, idle } = await window.stop()
    // 30 J, of which 12 J idle: a quarter of 18 J active and a quarter of the threads' 12 J.
    expect(energy).toMatchObject({ value: expect.closeTo(7.5, 6) })
    expect(idle).toMatchObject({ value: expect.closeTo(3, 6) })
  })

  test('a bound host gets everything', async () => {
    const { root, add } = fakePowercap()
    const world = new FakeWorld()
    const window = await raplOf(world, root, 6).start({ host: true })
    world.spend(2, 0, 4)
    add(10)
    expect((await window.stop()).energy).toMatchObject({ value: expect.closeTo(30, 6) })
  })

  test('a counter that did not move is a window too short, not 0 J', async () => {
    const { root } = fakePowercap()
    const world = new FakeWorld()
    const window = await raplOf(world, root).start({ pids: [1] })
    world.spend(0.001, 0.001, 0.001)
    expect((await window.stop()).energy).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('too short'),
    })
  })

  test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'counters that only root may read are told with the command that opens them (root reads anything)',
    () => {
      const { root } = fakePowercap()
      chmodSync(join(root, 'intel-rapl:0', 'energy_uj'), 0o000)
      expect(raplAvailability(root)).toMatchObject({
        works: false,
        fix: expect.stringContaining('chmod a+r'),
      })
    },
  )

  test('a counter that cannot be read ends in the same explanation', async () => {
    const { root } = fakePowercap()
    const file = join(root, 'intel-rapl:0', 'energy_uj')
    writeFileSync(file, '')
    expect(raplAvailability(root)).toMatchObject({
      works: false,
      fix: `sudo chmod a+r ${root}/intel-rapl:*/energy_uj`,
    })
    await expect(raplOf(new FakeWorld(), root).start({ pids: [1] })).rejects.toMatchObject({
      code: 'METER_UNAVAILABLE',
      next: expect.stringContaining('chmod a+r'),
    })
  })

  test('idle power is measured on a machine at rest only', async () => {
    const { root, add } = fakePowercap()
    const world = new FakeWorld()
    const parts = { root, processes: world.processes, nowS: () => world.nowS }
    const rest = async (): Promise<void> => {
      world.spend(2, 0, 0.1)
      add(4)
    }
    expect(await measureIdleW(parts, 2, rest)).toBeCloseTo(6, 6)
    const busy = async (): Promise<void> => world.spend(2, 0, 4)
    expect(await measureIdleW(parts, 2, busy)).toBeNull()
    expect(await measureIdleW({ ...parts, root: '/no/such' }, 2, rest)).toBeNull()
  })
})

describe('CPU time', () => {
  test('joules follow the formula, steal is told, a dead process is unknown', async () => {
    const world = new FakeWorld()
    const meter = createCpuTimeMeter({
      processes: world.processes,
      nowS: () => world.nowS,
      machine: { threads: null },
    })
    const window = await meter.start({ pids: [1], threads: 2 })
    world.spend(4, 2, 3, 0.8)
    const reading = await window.stop()
    expect(reading).toMatchObject({ cpuS: 2, wallS: 4, peakRssBytes: 1e8, steal: 0.05 })
    const joules = 3.15 * 2 + 0.55 * 2 * 4 + 0.392 * 0.1 * 4
    expect(reading.energy).toMatchObject({ value: expect.closeTo(joules, 9), method: 'modeled' })
    const dying = await meter.start({ pids: [1] })
    world.alive = false
    expect((await dying.stop()).energy.kind).toBe('unknown')
    await expect(meter.start({ pids: [1] })).rejects.toMatchObject({ code: 'METER_BINDING' })
  })

  test('a cgroup is metered by its own accounts, and must exist', async () => {
    const world = new FakeWorld()
    const meter = createCpuTimeMeter({
      processes: world.processes,
      nowS: () => world.nowS,
      machine: { threads: null },
      idle: 'used',
    })
    const window = await meter.start({ cgroup: 'llm.slice', threads: 8 })
    world.spend(1, 3, 3)
    const reading = await window.stop()
    expect(reading.cpuS).toBe(3)
    expect(reading.idle).toMatchObject({ value: 0 })
    await expect(meter.start({ cgroup: 'absent' })).rejects.toMatchObject({
      code: 'METER_BINDING',
      message: expect.stringContaining('absent'),
    })
  })
})

describe('GPUs', () => {
  const nowS = (): number => shared.nowS

  test('two boards at 250.5 and 149.5 W are 400 W', async () => {
    const meter = createNvmlMeter({ kind: 'power', field: 'power.draw' }, { run: smi, nowS })
    const window = await meter.start({ gpus: [0, 1] })
    await new Promise((done) => setTimeout(done, 250))
    const { energy, notes } = await window.stop()
    const steps = Number.parseInt(notes[0] ?? '', 10) - 1
    expect(energy).toMatchObject({ value: expect.closeTo(40 * steps, 6) })
  })

  test('the energy counter is preferred: of nvidia-smi, then of DCGM, then power', async () => {
    const withField = async (): Promise<string> => '"power.draw"\n"total_energy_consumption"\n'
    expect(await findGpuSource({ run: withField, nowS })).toEqual({
      kind: 'counter',
      field: 'total_energy_consumption',
    })
    expect(await findGpuSource({ run: dcgm, nowS })).toEqual({ kind: 'dcgm' })
    expect(await findGpuSource({ run: smi, nowS })).toEqual({
      kind: 'power',
      field: 'power.draw.instant',
    })
    const none = async (): Promise<string> => {
      throw new Error('ENOENT')
    }
    expect(await findGpuSource({ run: none, nowS })).toBeNull()
    expect(await nvmlAvailability({ run: none, nowS })).toMatchObject({ works: false })
  })

  test('without an index it does not guess', async () => {
    const meter = createNvmlMeter({ kind: 'dcgm' }, { run: dcgm, nowS })
    await expect(meter.start({})).rejects.toMatchObject({ code: 'METER_BINDING' })
  })
})

describe('Prometheus', () => {
  test('power is integrated over time; a window of one scrape is unknown', async () => {
    const meter = await prometheus('DCGM_FI_DEV_POWER_USAGE')
    const short = await meter.start({})
    scrapes = 1
    expect((await short.stop()).energy.kind).toBe('unknown')
    scrapes = 5
    scraped = 1000
    const window = await meter.start({})
    shared.nowS += 10
    scraped = 1200
    const { energy, resolutionJ } = await window.stop()
    expect(energy).toMatchObject({ value: expect.closeTo(11_000, 6), method: 'measured' })
    expect(resolutionJ).toBeCloseTo(2200, 6)
  })

  test('a counter that went down makes its window unknown, and twice is refused', async () => {
    const meter = await prometheus('kepler_container_joules_total')
    for (const again of [false, true]) {
      scraped = 1000
      const window = await meter.start({})
      shared.nowS += 10
      scraped = 900
      if (again) await expect(window.stop()).rejects.toMatchObject({ code: 'METER_QUERY' })
      else expect((await window.stop()).energy.kind).toBe('unknown')
    }
  })

  test('more watts than the device can draw are refused', async () => {
    const window = await (await prometheus('shellyplug_power')).start({})
    shared.nowS += 10
    scraped = 40_000
    await expect(window.stop()).rejects.toMatchObject({
      code: 'METER_QUERY',
      message: expect.stringContaining('4000 W'),
    })
  })

  test('several series are refused, with the sum that would add them', async () => {
    found = ['a', 'b'].map((plug) => ({ metric: { plug }, value: [0, '1'] }))
    const several = { query: 'several_watts', unit: 'W', kind: 'gauge' } as const
    await expect(
      openPrometheusMeter(several, { baseUrl, fetch, nowS: () => 0 }),
    ).rejects.toMatchObject({
      code: 'METER_QUERY',
      message: expect.stringContaining('sum(several_watts)'),
    })
  })

  test('no series, a bad query and no server are errors with the reason', async () => {
    const code = 'METER_UNAVAILABLE'
    await expect(prometheus('kepler_node_cpu_watts{zone="absent"}')).rejects.toMatchObject({ code })
    await expect(prometheus('kepler_node_cpu_watts{zone="bad"}')).rejects.toMatchObject({
      code,
      message: 'parse error',
    })
    await expect(prometheus('shellyplug_power', 'http://127.0.0.1:9')).rejects.toMatchObject({
      code,
    })
  })

  const version = prometheusVersion()
  test.skipIf(version === null)(
    version === null
      ? 'a real server: skipped, no prometheus on this machine (apt-get install prometheus)'
      : 'a real server: every query shows the true power or is refused',
    async () => {
      const real = await startPrometheus()
      const parts = { baseUrl: real.baseUrl, fetch, nowS: () => performance.now() / 1000 }
      try {
        const rows = await judgeQueries((written) =>
          openPrometheusMeter(writtenQuery(written), parts),
        )
        expect(rows.length).toBeGreaterThan(60)
        expect(rows.filter(({ holds }) => !holds)).toEqual([])
      } finally {
        await real.close()
      }
    },
    120_000,
  )
})

describe('an external program', () => {
  test('lines are joules so far, or JSON; talk is passed over', () => {
    expect(parseLine('12.5')).toEqual({ kind: 'joules', value: 12.5 })
    expect(parseLine('{"joules": 3}')).toEqual({ kind: 'joules', value: 3 })
    expect(parseLine('{"watts": 40}')).toEqual({ kind: 'watts', value: 40 })
    for (const talk of ['', 'time,energy', '{"volts":1}', '{']) expect(parseLine(talk)).toBeNull()
  })

  test('the ends of a window lie between lines', () => {
    const joules = [0, 1, 2, 3].map((atS) => ({ kind: 'joules' as const, value: 10 * atS, atS }))
    expect(between(joules, 0.5, 2.25)).toBeCloseTo(17.5, 9)
    const watts = [0, 1, 2, 3].map((atS) => ({ kind: 'watts' as const, value: 40, atS }))
    expect(between(watts, 0.5, 2.5)).toBeCloseTo(80, 9)
    expect(between(watts, 5, 6)).toBeNull()
  })

  test.each([
    ['is not there', ['no-such-meter-program'], /ENOENT/],
    ['ends', [process.execPath, '-e', 'process.exit(2)'], /ended with code 2/],
  ])('a program that %s is told', async (_, command, message) => {
    const meter = createExternalMeter({ command, nowS: () => 0 })
    const failure = await meter.start({}).catch((cause: unknown) => cause)
    expect(failure).toMatchObject({ code: 'METER_UNAVAILABLE' })
    expect((failure as Error).message).toMatch(message)
    await meter.close()
  })
})

describe('which meters a candidate gets', () => {
  const world = new FakeWorld()
  const parts = {
    processes: world.processes,
    nowS: () => world.nowS,
    machine: { threads: 4 },
    idle: 'reserved' as const,
    powercap: '/no/such/powercap',
    run: smi,
    fetch,
  }
  const names = async (energy: object, binding = {}, more = {}): Promise<readonly string[]> => {
    const meters = await openMeters(candidate({ runtime: 'openai', energy }), binding, {
      ...parts,
      ...more,
    })
    for (const meter of meters) await meter.close()
    return meters.map((meter) => meter.name)
  }

  test('an endpoint on this machine that nothing is bound to has no energy, and is told what to bind', async () => {
    const spec = candidate({ runtime: 'openai', baseUrl: 'http://127.0.0.1:11434/v1' })
    const [meter] = await openMeters(spec, { pids: [] }, parts)
    expect(meter?.name).toBe('none')
    const { energy } = await (await meter?.start({}))!.stop()
    expect(energy).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('bind what does the work'),
    })
  })

  test('what the spec binds comes first, sensors before models', async () => {
    expect(await names({ pid: 1 })).toEqual(['cpu-time'])
    expect(await names({ gpus: [0] })).toEqual(['nvml'])
    const env = { env: { PROMETHEUS_URL: baseUrl } }
    expect(await names({ prometheus: 'shellyplug_power', pid: 1 }, {}, env)).toEqual([
      'prometheus',
      'cpu-time',
    ])
    expect(await names({}, { pids: [1] })).toEqual(['cpu-time'])
    expect(await names({ external: [process.execPath, ...plug] })).toEqual(['external'])
    const { root } = fakePowercap()
    const rapl = { powercap: root }
    expect(await names({ host: true }, {}, rapl)).toEqual(['rapl', 'cpu-time'])
  })

  test('the binding of the spec is added to every start', async () => {
    const spec = candidate({ runtime: 'openai', energy: { cgroup: 'absent' } })
    const [meter] = await openMeters(spec, {}, parts)
    await expect(meter?.start({ pids: [1] })).rejects.toMatchObject({
      message: expect.stringContaining('absent'),
    })
  })

  test('--no-exec refuses a program as a meter', async () => {
    await expect(names({ external: ['x'] }, {}, { exec: false })).rejects.toMatchObject({
      code: 'RUNTIME_NO_EXEC',
    })
  })

  test('doctor hears of every meter, and of a fix where there is one', async () => {
    const found = await meterAvailability({ ...parts, env: { PROMETHEUS_URL: baseUrl } })
    expect(found.map(({ name, works }) => [name, works])).toEqual([
      ['prometheus', true],
      ['external', true],
      ['nvml', true],
      ['rapl', false],
      ['cpu-time', true],
    ])
    const without = await meterAvailability({
      ...parts,
      processes: null,
      env: { PROMETHEUS_URL: 'http://127.0.0.1:9' },
    })
    expect(without.at(0)).toMatchObject({
      works: false,
      fix: expect.stringContaining('PROMETHEUS_URL'),
    })
    expect(without.at(-1)?.works).toBe(false)
  })
})

test.skipIf(process.platform !== 'linux')(
  'the meter of a real process counts a child of it that has ended (Linux only)',
  async () => {
    const processes = linuxProcesses()
    const burn = 'while(process.cpuUsage().user<3e5);'
    const script = `require('child_process').spawnSync(process.execPath,['-e','${burn}']);console.log('ended');setInterval(()=>{},1e3)`
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] })
    const ended = new Promise((done) => child.stdout?.once('data', done))
    const meter = createCpuTimeMeter({
      processes,
      nowS: () => performance.now() / 1000,
      machine: { threads: null },
    })
    const window = await meter.start({ pids: [child.pid ?? 0] })
    await ended
    const { cpuS } = await window.stop()
    child.kill('SIGKILL')
    expect(cpuS).toBeGreaterThan(0.25)
  },
)
