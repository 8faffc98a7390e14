import { command } from './command.ts'
import { flag, needed } from './flag.ts'
import { candidate, file, name, url } from './kind.ts'
import { makeStudent, studentArguments, studentFlags } from './train.ts'

export const distill = command({
  args: studentArguments('texts without labels (CSV, JSONL, JSON)'),
  flags: {
    teacher: needed(candidate, 'the model that answers, as runtime:model'),
    baseUrl: flag(url, 'endpoint of an openai teacher'),
    apiKeyEnv: flag(name, 'environment variable that holds its key'),
    prompt: flag(file, 'its prompt template'),
    ...studentFlags,
  },
  example: [
    'rightsize distill linear texts.jsonl --teacher onnx:models/large \\',
    '  --out models/linear',
  ].join('\n'),
  runsCode: true,
  stops: 'stopping; no model is written',
  action: (call) => makeStudent(call, { ...call.flags, expected: undefined }),
})
