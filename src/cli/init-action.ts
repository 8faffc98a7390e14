import type { Row } from '../app/evaluate/effects.ts'
import { RightsizeError } from '../core/error/error.ts'
import { runtimeFor } from '../core/part/runtimes.ts'
import type { SpecFlags } from '../core/spec/flags.ts'
import { openWorld, type World } from '../wire/effects.ts'
import { initSpec } from '../wire/spec-source.ts'
import type { Invocation } from './command.ts'
import { list, number, text } from './flag.ts'

const inputNames = [
  'text',
  'input',
  'message',
  'question',
  'query',
  'prompt',
  'utterance',
  'sentence',
]
const labelNames = ['label', 'expected', 'intent', 'category', 'class', 'target', 'answer']

/** What init knows before it asks: flags, and what can be seen in the data. */
interface Draft {
  readonly dataset: string
  readonly input: string
  readonly expected: string | undefined
  readonly incumbent: string | undefined
  readonly tries: readonly string[]
  readonly baseUrl: string | undefined
  readonly floor: number | undefined
}

/** Writes rightsize.yaml from flags, from what the data show, and from questions on a terminal. */
export async function initAction({ args, flags, io }: Invocation): Promise<number> {
  const world = openWorld({ env: io.env, cwd: io.cwd, noExec: true })
  const asks = io.tty && flags['yes'] !== true
  const dataset =
    args[0] ?? (asks ? await ask('Which file holds the examples?', 'tickets.csv') : undefined)
  if (dataset === undefined) {
    throw new RightsizeError('FLAGS_MISSING', 'init needs a file with examples', {
      next: 'rightsize init tickets.csv --input text --expected label --yes',
    })
  }
  const columns = Object.keys((await firstRow(dataset, world)) ?? {})
  const seen = drafted(dataset, columns, flags)
  const draft = asks ? await questions(seen, columns) : seen
  const written = await initSpec(specFlags(draft, flags), flags['force'] === true, world)
  for (const file of written) io.err(`wrote ${file}`)
  io.err('next: rightsize plan, then rightsize run')
  return 0
}

async function firstRow(dataset: string, { effects, cwd }: World): Promise<Row | undefined> {
  const path = effects.resolve(cwd, dataset)
  const rows = await effects.readRows(path, { test: dataset, input: '', limit: 1 })
  return rows[0]
}

function drafted(
  dataset: string,
  columns: readonly string[],
  flags: Readonly<Record<string, unknown>>,
): Draft {
  const tries = list(flags, 'try')
  const incumbent = text(flags, 'incumbent')
  const input = text(flags, 'input') ?? pick(columns, inputNames) ?? columns[0]
  if (input === undefined) throw new RightsizeError('DATA_EMPTY', `${dataset} holds no rows`)
  return {
    dataset,
    input,
    expected: text(flags, 'expected') ?? pick(columns, labelNames),
    incumbent,
    tries: tries.length > 0 ? tries : [runtimeFor.baseline],
    baseUrl: text(flags, 'baseUrl'),
    // Without an incumbent only an absolute bar can be meant; 0.9 is a start to be edited, and the file says so.
    floor: incumbent === undefined && number(flags, 'margin') === undefined ? 0.9 : undefined,
  }
}

function pick(columns: readonly string[], names: readonly string[]): string | undefined {
  return names.flatMap((name) => columns.find((one) => one.toLowerCase() === name) ?? [])[0]
}

function specFlags(draft: Draft, flags: Readonly<Record<string, unknown>>): SpecFlags {
  return {
    dataset: draft.dataset,
    task: text(flags, 'task'),
    input: draft.input,
    expected: draft.expected,
    train: text(flags, 'train'),
    incumbent: draft.incumbent,
    try: draft.tries,
    baseUrl: draft.baseUrl,
    margin: number(flags, 'margin'),
    floor: draft.floor,
  }
}

async function questions(draft: Draft, columns: readonly string[]): Promise<Draft> {
  const known = columns.length > 0 ? ` (columns: ${columns.join(', ')})` : ''
  const input = await ask(`Which column is the input?${known}`, draft.input)
  const expected = await ask(
    'Which column is the label? Empty: judge by agreement with the incumbent',
    draft.expected ?? '',
  )
  const incumbent = await ask(
    'What is in use now, as runtime:model? Empty: nothing yet',
    draft.incumbent ?? '',
  )
  const tries = await ask('What to try, separated by spaces', draft.tries.join(' '))
  const remote = `${incumbent} ${tries}`.includes('openai:')
  const baseUrl = remote
    ? await ask('Base URL of the endpoint', draft.baseUrl ?? 'http://127.0.0.1:11434/v1')
    : draft.baseUrl
  return {
    ...draft,
    input,
    expected: expected || undefined,
    incumbent: incumbent || undefined,
    tries: tries.split(/\s+/).filter(Boolean),
    baseUrl,
    floor: incumbent ? undefined : 0.9,
  }
}

async function ask(message: string, initialValue: string): Promise<string> {
  const { isCancel, text: prompt } = await import('@clack/prompts')
  const answer = await prompt({ message, initialValue, output: process.stderr })
  if (isCancel(answer)) {
    throw new RightsizeError('FLAGS_MISSING', 'init was cancelled', { next: 'nothing was written' })
  }
  return String(answer ?? '').trim()
}
