import { RightsizeError } from '../core/error/error.ts'
import { runtimeFor } from '../core/part/runtimes.ts'
import type { SpecFlags } from '../core/spec/flags.ts'
import { command, type ValuesOf } from './command.ts'
import { type Columns, columnsOf } from './data-columns.ts'
import { flag, list, toggle } from './flag.ts'
import { candidate, column, file, name, share, url } from './kind.ts'

const initFlags = {
  task: flag(name, 'name of the task (default: the file name)'),
  input: flag(column, 'column that holds the input'),
  expected: flag(column, 'column that holds the label'),
  train: flag(file, 'labeled rows for students'),
  incumbent: flag(candidate, 'the model in use now, as runtime:model'),
  try: list(candidate, 'a candidate, as runtime:model or a student such as linear'),
  baseUrl: flag(url, 'OpenAI-compatible endpoint'),
  margin: flag(share, 'loss allowed against the incumbent; 0.01 is one point'),
  yes: toggle('ask nothing; take what the data show'),
  force: toggle('replace an existing rightsize.yaml'),
}

type Flags = ValuesOf<typeof initFlags>

export const init = command({
  args: { dataset: flag(file, 'rows with inputs and labels (CSV, JSONL, JSON)') },
  flags: initFlags,
  example: [
    'rightsize init tickets.csv --yes',
    'rightsize init tickets.csv --incumbent openai:big --try linear \\',
    '  --base-url http://127.0.0.1:8000/v1 --margin 0.01',
  ].join('\n'),
  async action({ args, flags, io, world }) {
    const asks = io.asks && !flags.yes
    const dataset =
      args.dataset ??
      (asks ? await ask('Which file holds the examples?', 'tickets.csv') : undefined)
    if (dataset === undefined)
      throw new RightsizeError('FLAGS_MISSING', 'init needs a file with examples', {
        next: 'For example: rightsize init tickets.csv --yes',
      })
    const columns = await columnsOf(dataset, world)
    const seen = drafted(dataset, columns, flags)
    const draft = asks ? await questions(seen, columns.all) : seen
    const { initSpec } = await import('../wire/source.ts')
    const written = await initSpec(specFlags(draft, flags), flags.force, world)
    for (const file of written) io.err(`wrote ${file}`)
    io.err('next: rightsize plan, then rightsize run')
    return 0
  },
})

/** The spec before any question: from flags and from the columns of the data. */
interface Draft {
  readonly dataset: string
  readonly input: string
  readonly expected: string | undefined
  readonly incumbent: string | undefined
  readonly tries: readonly string[]
  readonly baseUrl: string | undefined
  readonly floor: number | undefined
}

function drafted(dataset: string, columns: Columns, flags: Flags): Draft {
  const { incumbent, margin } = flags
  const input = flags.input ?? columns.input
  if (input === undefined) throw new RightsizeError('DATA_EMPTY', `${dataset} has no rows`)
  return {
    dataset,
    input,
    expected: flags.expected ?? columns.expected,
    incumbent,
    tries: flags.try.length > 0 ? flags.try : [runtimeFor.baseline],
    baseUrl: flags.baseUrl,
    // Without an incumbent only an absolute bar can be meant; 0.9 is a start to be edited, and the file says so.
    floor: incumbent === undefined && margin === undefined ? 0.9 : undefined,
  }
}

function specFlags({ tries, ...draft }: Draft, { task, train, margin }: Flags): SpecFlags {
  return { ...draft, task, train, margin, try: tries }
}

async function questions(draft: Draft, columns: readonly string[]): Promise<Draft> {
  const known = columns.length > 0 ? ` (columns: ${columns.join(', ')})` : ''
  const input = await ask(`Which column is the input?${known}`, draft.input)
  const expected = await ask(
    'Which column is the label? (empty: compare with the incumbent instead)',
    draft.expected ?? '',
  )
  const incumbent = await ask(
    'Which model is in use now, as runtime:model? (empty: none)',
    draft.incumbent ?? '',
  )
  const tries = await ask('Which candidates to try, separated by spaces?', draft.tries.join(' '))
  const remote = `${incumbent} ${tries}`.includes('openai:')
  const baseUrl = remote
    ? await ask(
        'What is the base URL of the endpoint?',
        draft.baseUrl ?? 'http://127.0.0.1:11434/v1',
      )
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
    throw new RightsizeError('FLAGS_MISSING', 'init was canceled', {
      next: 'Nothing was written; run it again.',
    })
  }
  return String(answer ?? '').trim()
}
