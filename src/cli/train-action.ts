import { RightsizeError } from '../core/error/error.ts'
import { bytes, significant } from '../core/report/kit/number.ts'
import { openWorld } from '../wire/effects.ts'
import { makeStudent, type StudentRequest } from '../wire/students.ts'
import type { Invocation } from './command.ts'
import { list, number, text } from './flag.ts'
import { progress } from './progress.ts'

export const trainAction = (call: Invocation): Promise<number> =>
  make(call, { expected: text(call.flags, 'expected') ?? 'label', teacher: undefined })

export async function distillAction(call: Invocation): Promise<number> {
  const teacher = text(call.flags, 'teacher')
  if (teacher === undefined) {
    throw new RightsizeError('FLAGS_MISSING', 'distill needs --teacher runtime:model')
  }
  return make(call, { expected: undefined, teacher })
}

async function make(
  { args, flags, io }: Invocation,
  source: Pick<StudentRequest, 'expected' | 'teacher'>,
): Promise<number> {
  const [kind = '', data = ''] = args
  const name = text(flags, 'name') ?? kind
  const world = openWorld({ env: io.env, cwd: io.cwd, noExec: false })
  const drawing = progress(io)
  const made = await makeStudent(
    {
      ...source,
      kind,
      data,
      name,
      input: text(flags, 'input') ?? 'text',
      out: text(flags, 'out') ?? `models/${name}`,
      encoder: text(flags, 'encoder'),
      options: optionsOf(list(flags, 'option')),
      seed: number(flags, 'seed') ?? 1,
      grid: text(flags, 'grid'),
      baseUrl: text(flags, 'baseUrl'),
      apiKeyEnv: text(flags, 'apiKeyEnv'),
      prompt: text(flags, 'prompt'),
    },
    { onEvent: drawing.onEvent, signal: io.signal },
    world,
  ).finally(drawing.done)
  for (const note of made.notes) io.err(`note: ${note}`)
  if (flags['json'] === true) {
    io.out(JSON.stringify(made, null, 2))
    return 0
  }
  io.out(`${made.folder}: ${bytes(made.bytes)}, ${significant(made.cpuS)} CPU-s; see its README.md`)
  io.out(`as a candidate:\n  - ${JSON.stringify(made.entry)}`)
  return 0
}

/** `key=value`: numbers and true/false are read as such. */
function optionsOf(entries: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    entries.map((entry) => {
      const at = entry.indexOf('=')
      if (at < 1)
        throw new RightsizeError('FLAGS_MISSING', `--option needs key=value, not "${entry}"`)
      const value = entry.slice(at + 1)
      const read = value === 'true' ? true : value === 'false' ? false : Number(value)
      return [entry.slice(0, at), Number.isNaN(read) ? value : read]
    }),
  )
}
