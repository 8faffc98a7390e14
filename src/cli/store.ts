import { resolve } from 'node:path'
import type { StoreHealth } from '../contract/store.ts'
import { RightsizeError } from '../core/error/error.ts'
import { bytes, grouped } from '../core/report/kit/number.ts'
import { plural } from '../core/unit/figure-words.ts'
import { command, type Io } from './command.ts'
import { flag, toggle } from './flag.ts'
import { date, folder, oneOf } from './kind.ts'

export const store = command({
  args: {
    action: flag(
      oneOf('action', ['show', 'prune', 'export', 'verify', 'repair']),
      'what to do',
      'show',
    ),
  },
  flags: {
    before: flag(date, 'with prune: drop answers older than this'),
    dir: flag(folder, 'the folder that holds .rightsize/', '.'),
    json: toggle('with show, verify and repair: print the figures as JSON'),
  },
  example: [
    'rightsize store',
    'rightsize store prune --before 2026-01-01',
    'rightsize store export > answers.jsonl',
    'rightsize store verify               # does every row match its checksum?',
    'rightsize store repair               # keeps what does; end all runs before',
  ].join('\n'),
  /** Exit code 1: verify has found damage. */
  async action({ args, flags, io, world }) {
    const dir = resolve(io.cwd, flags.dir)
    if (args.action === 'verify') return verify(dir, flags.json, io)
    if (args.action === 'repair') return repair(dir, flags.json, io)
    const store = await world.effects.openStore(dir, io.err)
    try {
      if (args.action === 'export')
        for (const row of store.exportRows()) io.out(JSON.stringify(row))
      else if (args.action === 'show') io.out(shown(store.stats(), flags.json))
      else if (flags.before === undefined)
        throw new RightsizeError('FLAGS_MISSING', 'store prune needs --before', {
          next: 'For example: rightsize store prune --before 2026-01-01',
        })
      else
        io.out(`dropped ${grouped(store.prune(flags.before))} answers older than ${flags.before}`)
      return 0
    } finally {
      store.close()
    }
  },
})

type Stats = Readonly<Record<'outcomes' | 'scores' | 'windows' | 'documents' | 'bytes', number>>

function shown(stats: Stats, json: boolean): string {
  if (json) return JSON.stringify(stats)
  return [...rowCounts(stats), `${'size'.padEnd(11)}${bytes(stats.bytes)}`].join('\n')
}

const rowCounts = (rows: StoreHealth['rows']): readonly string[] =>
  Object.entries({
    answers: rows.outcomes,
    scores: rows.scores,
    windows: rows.windows,
    documents: rows.documents,
  }).map(([name, count]) => `${name.padEnd(11)}${grouped(count)}`)

async function verify(dir: string, json: boolean, io: Io): Promise<number> {
  const { verifyStoreIn } = await import('../wire/store.ts')
  const health = await verifyStoreIn(dir)
  if (json) io.out(JSON.stringify(health))
  else if (health === null) io.out(none(dir))
  else {
    io.out(`${health.path}: every row counted here matches its checksum`)
    io.out(rowCounts(health.rows).join('\n'))
    io.out([...lost(health), damaged(health) ? 'next: rightsize store repair' : 'ok'].join('\n'))
  }
  return health !== null && damaged(health) ? 1 : 0
}

async function repair(dir: string, json: boolean, io: Io): Promise<number> {
  const { repairStoreIn } = await import('../wire/store.ts')
  const repaired = await repairStoreIn(dir)
  if (json) io.out(JSON.stringify(repaired))
  else if (repaired === null) io.out(none(dir))
  else if (repaired.aside === null) io.out('nothing is damaged; nothing was changed')
  else {
    const { found, aside } = repaired
    io.out([`${found.path} now holds what was whole:`, ...rowCounts(found.rows)].join('\n'))
    io.out([...lost(found), `the damaged store is kept as ${aside}`].join('\n'))
    io.out('next: run again; only what was lost is asked for')
  }
  return 0
}

const none = (dir: string): string => `there is no store in ${dir}`

const damaged = ({ damaged, failure }: StoreHealth): boolean =>
  damaged.length > 0 || failure !== null

/** Rows shown by name. */
const examples = 5

/** What cannot be trusted or read, with examples. */
function lost({ damaged, unread, failure }: StoreHealth): readonly string[] {
  const more = damaged.length - examples
  return [
    ...(failure === null ? [] : [`SQLite cannot read the file: ${failure}`]),
    ...(damaged.length === 0
      ? []
      : [`lost: ${plural(damaged.length, 'row')} changed after being written`]),
    ...damaged.slice(0, examples).map((name) => `  ${name}`),
    ...(more > 0 ? [`  and ${grouped(more)} more`] : []),
    ...(unread.count === 0
      ? []
      : [`lost: what lay in ${plural(unread.count, unread.unit)} that cannot be read`]),
  ]
}
