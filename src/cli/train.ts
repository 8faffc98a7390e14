import { oneLine } from '../core/error/safe-text.ts'
import { studentKinds } from '../core/part/runtimes.ts'
import { bytes, significant } from '../core/report/kit/number.ts'
import type { StudentRequest } from '../wire/students.ts'
import { type Call, command } from './command.ts'
import { flag, list, needed, toggle } from './flag.ts'
import { gridFlags, statedGridOf } from './grid.ts'
import { column, file, folder, name, oneOf, pairKind, seed, textKind } from './kind.ts'
import { untrustedFlags } from './untrusted.ts'

/** Numbers and true/false are read as such. */
const setting = {
  ...textKind('value', 'a number, true, false or a word', '8'),
  read(text: string): unknown {
    if (text === 'true' || text === 'false') return text === 'true'
    return Number.isNaN(Number(text)) ? text : Number(text)
  },
}

/** Arguments that training and distilling share. */
export const studentArguments = (data: string) => ({
  kind: needed(oneOf('kind', studentKinds), 'the kind of model'),
  data: needed(file, data),
})

/** Flags that training and distilling share. */
export const studentFlags = {
  input: flag(column, 'column that holds the text', 'text'),
  name: flag(name, 'name of the model (default: the kind)'),
  out: flag(folder, 'where the model is written (default: models/<name>)'),
  encoder: flag(folder, 'head, encoder and static: the ONNX encoder to build on'),
  option: list(
    pairKind(['key', setting], 'epochs=8'),
    'a training setting, such as epochs=8 or width=128',
  ),
  seed: flag(seed, 'random seed', '1'),
  ...gridFlags,
  json: toggle('print the result as JSON'),
  ...untrustedFlags,
}

export const train = command({
  args: studentArguments('labeled rows (CSV, JSONL, JSON)'),
  flags: { expected: flag(column, 'column that holds the label', 'label'), ...studentFlags },
  example: [
    'rightsize train linear train.jsonl --expected intent --out models/linear',
    'rightsize train head train.jsonl --encoder models/minilm --option epochs=8',
  ].join('\n'),
  runsCode: true,
  stops: 'stopping; no model is written',
  action: (call) => makeStudent(call, { ...nobody, expected: call.flags.expected }),
})

const nobody = { teacher: undefined, baseUrl: undefined, apiKeyEnv: undefined, prompt: undefined }

type Source = Pick<StudentRequest, 'expected' | 'teacher' | 'baseUrl' | 'apiKeyEnv' | 'prompt'>

/** Trains one model into a folder that `rightsize run` takes as it is. */
export async function makeStudent(
  { args, flags, io, world, watch }: Call<ReturnType<typeof studentArguments>, typeof studentFlags>,
  { expected, teacher, baseUrl, apiKeyEnv, prompt }: Source,
): Promise<number> {
  const { makeStudent } = await import('../wire/students.ts')
  const { encoder, input, seed } = flags
  const grid = statedGridOf(flags)
  const name = flags.name ?? args.kind
  const made = await makeStudent(
    {
      ...{ expected, teacher, baseUrl, apiKeyEnv, prompt },
      ...{ ...args, name, input, encoder, seed, grid },
      out: flags.out ?? `models/${name}`,
      options: Object.fromEntries(flags.option),
    },
    watch,
    world,
  )
  for (const note of made.notes) io.err(`note: ${oneLine(note)}`)
  if (flags.json) {
    io.out(JSON.stringify(made, null, 2))
    return 0
  }
  io.out(`${made.folder}: ${bytes(made.bytes)}, ${significant(made.cpuS)} CPU-s; see its README.md`)
  io.out(`as a candidate:\n  - ${JSON.stringify(made.entry)}`)
  return 0
}
