import { studentKinds } from '../core/part/runtimes.ts'
import type { Command, Flag } from './command.ts'

/** Flags that training and distilling share. */
export const studentFlags: readonly Flag[] = [
  { flags: '--input <column>', text: 'column that holds the text', fallback: 'text' },
  { flags: '--name <id>', text: 'name of the student (default: the kind)' },
  { flags: '--out <folder>', text: 'where the model is written (default: models/<name>)' },
  {
    flags: '--encoder <folder>',
    text: 'for head, encoder and static: an ONNX folder to build on (what `rightsize import` leaves)',
  },
  {
    flags: '--option <key=value>',
    text: 'a setting of the student, such as epochs=8 or width=128',
    many: true,
  },
  { flags: '--seed <n>', text: 'seed of everything random', fallback: '1' },
  { flags: '--grid <place>', text: 'country or cloud region, for the carbon on the model card' },
  { flags: '--json', text: 'print what was made as JSON' },
]

/** Trains one student into a folder that `rightsize run` takes as it is. */
export const train: Command = {
  name: 'train',
  args: '<kind> <data>',
  summary: `train a student (${studentKinds.join(', ')}) on labeled rows`,
  example: 'rightsize train linear train.jsonl --input text --expected intent --out models/linear',
  flags: [
    { flags: '--expected <column>', text: 'column that holds the label', fallback: 'label' },
    ...studentFlags,
  ],
  action: async () => (await import('./train-action.ts')).trainAction,
}
