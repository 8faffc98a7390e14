import { isAbsolute, join } from 'node:path'
import { setTimeout as sleepMs } from 'node:timers/promises'
import { confine } from '../adapters/files/confinement.ts'
import { modeledMachine, thisMachine } from '../adapters/machine/this-machine.ts'
import { allowedFetch } from '../adapters/network/allowed-fetch.ts'
import { boundedFetch, publicFiles } from '../adapters/network/bounded-fetch.ts'
import { openFetch } from '../adapters/network/fetch.ts'
import { openProcesses } from '../adapters/processes/table.ts'
import type { Effects } from '../app/evaluate/effects.ts'
import type { Clock } from '../contract/clock.ts'
import type { GridSource } from '../contract/grid.ts'
import type { RuntimeSession } from '../contract/runtime.ts'
import type { Store } from '../contract/store.ts'
import type { ModeledMachine } from '../core/energy/cpu-model.ts'
import type { ApiContext } from '../core/hosted/api-usage.ts'
import { runtimeFor } from '../core/part/runtimes.ts'
import { meters } from './doctor.ts'
import { teachEffects } from './students.ts'
import { type At, monotonicS, ownCpuS, packageDir, readText, sha256, workerPath } from './world.ts'

export interface WorldOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Folder that relative paths start from. */
  readonly cwd: string
  /** Refuses everything that runs code of the spec. */
  readonly noExec: boolean
  /** --untrusted: what the command line allows; everything else of the spec is refused. */
  readonly untrusted?: Untrusted | undefined
  readonly fetch?: typeof globalThis.fetch
  /** Single effects replaced, by embedders and tests. */
  readonly effects?: Partial<Effects>
}

/** What a spec of a stranger may reach. */
export interface Untrusted {
  /** Folders below which files are read. */
  readonly folders: readonly string[]
  /** `host` or `host:port`. */
  readonly hosts: readonly string[]
  /** Variables of the environment beside those that every program needs. */
  readonly variables: readonly string[]
}

/** Variables that programs need to start at all; none of them holds a secret. */
const plainVariables = [
  ...['PATH', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'TEMP', 'TMP', 'SYSTEMROOT', 'LD_LIBRARY_PATH'],
  'DYLD_LIBRARY_PATH',
]

/** The effects with the adapters in place. Nothing heavy is loaded before it is used. */
export interface World extends At {
  /** Ends the runtimes that are still open: those of scorers, and those that an error left behind. */
  close(): Promise<void>
}

export function openWorld(options: WorldOptions): World {
  const open = new Set<RuntimeSession>()
  return {
    effects: { ...createEffects(options, open), ...options.effects },
    cwd: options.cwd,
    close: async () => {
      await Promise.allSettled([...open].map((session) => session.close()))
    },
  }
}

/** What several effects share. */
interface Parts {
  readonly env: WorldOptions['env']
  readonly download: typeof globalThis.fetch
  readonly linearOnly: boolean
  readonly fetch: typeof globalThis.fetch
  readonly noExec: boolean
  readonly processes: ReturnType<typeof openProcesses>
  readonly machine: ModeledMachine
}

/** Work that this process does itself: nothing but its own pid is bound. */
const thisProcess = {
  id: 'this process',
  runtime: runtimeFor.graph,
  settings: {},
  base: 'this process',
} as const

function partsOf({ env, fetch, noExec, untrusted }: WorldOptions): Parts {
  const plain = fetch ?? openFetch(env)
  const only = (bounded: typeof globalThis.fetch) =>
    untrusted === undefined ? bounded : allowedFetch(bounded, untrusted.hosts)
  return {
    env: untrusted === undefined ? env : allowedEnv(env, untrusted),
    fetch: only(boundedFetch(plain)),
    // A redirect leads past the hosts that are allowed.
    download: only(boundedFetch(plain, { ...publicFiles, follow: untrusted === undefined })),
    noExec: noExec || untrusted !== undefined,
    linearOnly: untrusted !== undefined,
    processes: openProcesses(process.platform),
    machine: modeledMachine(),
  }
}

function allowedEnv(env: WorldOptions['env'], { variables }: Untrusted): WorldOptions['env'] {
  const allowed = [...plainVariables, ...variables]
  return Object.fromEntries(Object.entries(env).filter(([name]) => allowed.includes(name)))
}

function createEffects(options: WorldOptions, open: Set<RuntimeSession>): Effects {
  const { untrusted } = options
  confine(untrusted === undefined ? null : [...untrusted.folders, packageDir])
  const parts = partsOf(options)
  const openRuntime = runtimeOpener(parts, open)
  const openMeters = meterOpener(parts)
  return {
    clock,
    digest: sha256,
    fetch: parts.fetch,
    download: parts.download,
    env: parts.env,
    machine: parts.machine,
    own: {
      binding: { pids: [process.pid], threads: 1 },
      cpuS: ownCpuS,
      wallS: monotonicS,
      machine: parts.machine,
      openMeters: (binding) => openMeters(thisProcess, binding),
    },
    readText,
    resolve: (baseDir, path) => (isAbsolute(path) ? path : join(baseDir, path)),
    readRows: async (path, dataset) =>
      (await import('../adapters/dataset/table.ts')).readRows(path, dataset),
    // Stored answers lie beside the spec: those of a stranger are nobody's word.
    openStore: untrusted === undefined ? openStore : freshStore,
    openRuntime,
    openScorer: scorerOpener(parts, openRuntime),
    openMeters,
    trainStudent: async (candidate, rows, context, onEvent) => {
      const { teach } = await import('../app/train/teach.ts')
      return teach(candidate, rows, teachEffects(context, openRuntime), onEvent)
    },
    environment: async () => {
      const seen = (await meters(parts)).map(({ name, works, detail }) => ({ name, works, detail }))
      return thisMachine(seen, sha256)
    },
    apiFacts: () => apiFacts(parts.env),
    gridFactor: gridSource(parts.fetch),
  }
}

const clock: Clock = {
  now: () => new Date().toISOString(),
  monotonicS,
  sleep: async (seconds, signal) => {
    await sleepMs(seconds * 1000, undefined, signal ? { signal } : {})
  },
}

/** Opens runtimes and remembers them until they are closed. */
function runtimeOpener(parts: Parts, open: Set<RuntimeSession>): Effects['openRuntime'] {
  const how = { workerPath, processes: parts.processes, exec: !parts.noExec }
  return async (candidate, context) => {
    const { openRuntime } = await import('../adapters/runtime/table.ts')
    const session = await openRuntime(candidate, context, how)
    open.add(session)
    const close = async () => {
      open.delete(session)
      await session.close()
    }
    return { ...session, close }
  }
}

function scorerOpener(parts: Parts, openRuntime: Effects['openRuntime']): Effects['openScorer'] {
  return async (scorer, baseDir) => {
    const { openScorer } = await import('../adapters/scorer/table.ts')
    const context = { baseDir, env: parts.env, fetch: parts.fetch }
    return openScorer(scorer, {
      ...context,
      noExec: parts.noExec,
      linearOnly: parts.linearOnly,
      openRuntime: (candidate) => openRuntime(candidate, context),
    })
  }
}

function meterOpener(parts: Parts): Effects['openMeters'] {
  return async (candidate, binding) => {
    const { openMeters } = await import('../adapters/meter/table.ts')
    const { env, fetch, processes, machine, noExec } = parts
    const how = { env, fetch, processes, machine, exec: !noExec }
    return openMeters(candidate, binding, { ...how, nowS: monotonicS, idle: 'reserved' })
  }
}

function gridSource(fetch: Parts['fetch']): Effects['gridFactor'] {
  let grids: GridSource | null = null
  return async (place) => {
    if (typeof place === 'object') {
      const { statedGrid } = await import('../core/carbon/stated-factor.ts')
      return statedGrid(place, { asOf: yearOf(clock.now()) })
    }
    const { createGrids } = await import('../adapters/grid/table.ts')
    grids ??= createGrids({ fetch, now: clock.now })
    return grids.factor(place)
  }
}

const yearOf = (iso: string): number => Number.parseInt(iso, 10)

async function apiFacts(env: Parts['env']): Promise<ApiContext> {
  const { openGridTables } = await import('../adapters/grid/annual.ts')
  const { annualFactor } = await import('../core/carbon/grid-zone.ts')
  const { pricesInUse } = await import('./prices.ts')
  const { modelsInUse } = await import('./models.ts')
  const tables = openGridTables()
  return {
    models: await modelsInUse(env),
    prices: (await pricesInUse(env)).table,
    gridOf: (zone: string) => annualFactor(tables, zone, yearOf(clock.now())),
  }
}

async function freshStore(): Promise<Store> {
  const { storeTable } = await import('../adapters/store/table.ts')
  return storeTable.memory()
}

async function openStore(dir: string, onNote?: (text: string) => void): Promise<Store> {
  const { openFolderStore } = await import('../adapters/store/table.ts')
  return openFolderStore(join(dir, '.rightsize'), onNote)
}
