import { oneLine } from '../core/error/safe-text.ts'
import { bytes, grouped } from '../core/report/kit/number.ts'
import { command } from './command.ts'
import { flag, needed, toggle } from './flag.ts'
import { file, folder } from './kind.ts'

export const importModel = command({
  args: {
    folder: needed(
      folder,
      'config.json and safetensors of a BERT, RoBERTa, DistilBERT or MPNet model',
    ),
  },
  flags: {
    out: flag(folder, 'where the model is written (default: <folder>-onnx)'),
    logits: flag(file, 'JSON with texts (or input_ids) and the logits to reproduce'),
    json: toggle('print the result as JSON'),
  },
  example: [
    'rightsize import checkpoints/minilm --out models/minilm',
    'rightsize import checkpoints/minilm --logits expected.json',
  ].join('\n'),
  async action({ args, flags, io, world }) {
    const { importModel } = await import('../wire/import.ts')
    const out = flags.out ?? `${args.folder.replace(/\/+$/, '')}-onnx`
    const made = await importModel({ folder: args.folder, out, logits: flags.logits }, world)
    for (const note of made.notes) io.err(`note: ${oneLine(note)}`)
    if (flags.json) {
      io.out(JSON.stringify(made, null, 2))
      return 0
    }
    io.out(`${made.folder}: ${bytes(made.bytes)}, ${grouped(made.parameters)} parameters`)
    for (const check of made.checks) io.out(`checked: ${oneLine(check)}`)
    io.err(`next: rightsize inspect ${out}`)
    return 0
  },
})
