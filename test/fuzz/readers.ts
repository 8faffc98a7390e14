import { energyImporters, importEnergy } from '../../src/adapters/energy-import/table.ts'
import { namesIn } from '../../src/adapters/files/import-graph.ts'
import { importResults } from '../../src/adapters/importer/table.ts'
import { parseLine } from '../../src/adapters/meter/external.ts'
import { isDirect } from '../../src/adapters/network/fetch.ts'
import { openPrompt } from '../../src/adapters/runtime/endpoint/prompt.ts'
import { readReply, textOf, usageOf } from '../../src/adapters/runtime/endpoint/reply.ts'
import type { Files } from '../../src/contract/files.ts'
import { parseCsv } from '../../src/core/data/csv.ts'
import { sniffDelimiter } from '../../src/core/data/csv-delimiter.ts'
import { jsonlRows, jsonRows } from '../../src/core/data/json-rows.ts'
import { notJsonBecause } from '../../src/core/data/json-value.ts'
import { nearPairs, normalisedText } from '../../src/core/data/near-duplicates.ts'
import { hasDecimalComma, writtenScore } from '../../src/core/data/score-text.ts'
import { plainText, safeText } from '../../src/core/error/safe-text.ts'
import { redact } from '../../src/core/error/secret.ts'
import { lintReport } from '../../src/core/lint/lint.ts'
import { readQuantity } from '../../src/core/lint/quantity-text.ts'
import { scorerKind } from '../../src/core/part/scorer-name.ts'
import { wrap } from '../../src/core/report/kit/wrap.ts'
import { readDocument } from '../../src/core/result/document.ts'
import { readLock } from '../../src/core/result/lock-text.ts'
import {
  behindReasoning,
  isAnswerField,
  takesBack,
  visible,
} from '../../src/core/score/answer-wrap.ts'
import { jsonAnswer } from '../../src/core/score/json-answer.ts'
import { labelReader } from '../../src/core/score/label-reader.ts'
import { numberIn } from '../../src/core/score/numeric.ts'
import { isRefusal } from '../../src/core/score/refusal.ts'
import { squadNormalised, tokenF1 } from '../../src/core/score/squad.ts'
import { parseSpec } from '../../src/core/spec/parse.ts'
import { bertWords } from '../../src/core/text/wordpiece.ts'

type Reader = (text: string) => unknown

/** Files of a world that holds one text. */
export const holding = (text: string): Files => ({
  text: async () => text,
  blocks: async function* () {
    yield text
  },
  bytes: async () => Buffer.from(text),
  list: async () => ['a'],
  isFolder: async () => false,
  join: (_, path) => path,
  folderOf: () => '/',
})
const imported =
  (path: string): Reader =>
  (text) =>
    importResults([{ name: 'a', path }], holding(text))

const label = labelReader(['refund', 'log in', 'other'])
const prompt = (text: string) =>
  openPrompt(
    { id: 'a', base: 'a', runtime: 'openai', settings: {}, prompt: text },
    { baseDir: '/', env: {}, fetch: async () => Response.json({}) },
  ).render({ id: '1', input: 'x', row: { a: 'b' } })
/** The text as it is, and as it would be in each kind of document. */
const report =
  (before: string): Reader =>
  (text) =>
    lintReport({ text: `${before}${text}`, parse: () => ({ a: text }), today: '2026-01-01' })

/** What reads texts of others: one entry each, by name. */
export const readers: Readonly<Record<string, Reader>> = {
  parseCsv: (text) => parseCsv(text, 'a.csv'),
  sniffDelimiter,
  jsonlRows: (text) => jsonlRows(text, 'a.jsonl'),
  jsonRows: (text) => jsonRows(text, 'a.json'),
  notJsonBecause,
  normalisedText,
  nearPairs: (text) => nearPairs([text, `${text}x`, 'another text']),
  writtenScore: (text) => [writtenScore(text, true), writtenScore(text, false)],
  hasDecimalComma: (text) => hasDecimalComma([text]),
  redact: (text) => redact(text, ['some-secret-text']),
  'lintReport of a case study': report(''),
  'lintReport of a statement': report('SCI: 1 g per visit\n## Methodologies\n'),
  'lintReport of a model card': report('---\nlicense: mit\n---\n'),
  readQuantity,
  scorerKind: (text) => scorerKind(`./${text}`),
  plainText,
  safeText: (text) => safeText(text, 600),
  wrap: (text) => wrap(text, 80),
  readDocument: (text) => readDocument(text, 'run-result', 'r.json'),
  readLock: (text) => readLock(text, 'r.lock'),
  behindReasoning,
  isAnswerField,
  takesBack,
  visible,
  'jsonAnswer, fenced': (text) => jsonAnswer({ kind: 'text', text }, true),
  labelReader: label,
  numberIn: (text) => [numberIn(text, true), numberIn(text, false)],
  isRefusal,
  squadNormalised,
  tokenF1: (text) => tokenF1(text, 'the reference answer'),
  parseSpec,
  bertWords: (text) =>
    bertWords(text, { cleanText: true, chineseChars: true, lowercase: true, stripAccents: true }),
  namesIn,
  parseLine,
  isDirect: (text) => isDirect(new URL('http://a.b'), text),
  prompt,
  readReply: async (text) => {
    const reply = await readReply(new Response(text))
    return [textOf(reply), usageOf(reply)]
  },
  importEnergy,
  ...Object.fromEntries(
    Object.entries(energyImporters).map(([name, { load }]) => [
      `energy of ${name}`,
      async (text: string) => (await load())(text),
    ]),
  ),
  'results in .json': imported('/a.json'),
  'results in .jsonl': imported('/a.jsonl'),
  'results in .csv': imported('/a.csv'),
}
