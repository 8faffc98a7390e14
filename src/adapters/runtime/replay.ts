import { createHash } from 'node:crypto'
import { isAbsolute, resolve } from 'node:path'
import type { Runtime, RuntimeContext, RuntimeSession } from '../../contract/runtime.ts'
import type { Answer } from '../../core/data/answer.ts'
import { csvRows } from '../../core/data/csv.ts'
import { decodedText } from '../../core/data/decoded-text.ts'
import { errorIn, fieldsOf, idIn } from '../../core/data/fields.ts'
import { figuresIn, type WrittenFigures, withUnread } from '../../core/data/figures.ts'
import { outputFrom } from '../../core/data/free-output.ts'
import { isPlainJson, jsonValue } from '../../core/data/json-value.ts'
import { linesIn } from '../../core/data/lines.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'
import { bytesNow } from '../files/read-file.ts'

/**
 * Answers that exist already, from a .jsonl or .json file of `{ id, output, latencyS?, joules?, price?, tokens?, error? }`, or a
 * .csv or .tsv file with such columns.
 * Calls no model and uses no energy of its own; items without an answer fail as REPLAY_UNUSABLE.
 */
export function createReplayRuntime(): Runtime {
  return { kind: 'replay', open: openReplay }
}

interface Stored extends WrittenFigures {
  readonly id: string
  readonly output?: unknown
  readonly prediction?: unknown
  readonly error?: unknown
  readonly score?: unknown
  readonly unusedScore?: unknown
}

/** Rows are looked up, so a batch may be as large as anyone likes. */
const batchSize = 1000

async function openReplay(
  candidate: CandidateSpec,
  context: RuntimeContext,
): Promise<RuntimeSession> {
  const path = candidate.model ?? ''
  const file = isAbsolute(path) ? path : resolve(context.baseDir, path)
  const bytes = read(file)
  const text = decodedText(bytes, file)
  const rows = rowsOf(text, file)
  const answers = new Map<string, Stored>()
  const unusedScores = new Map<string, unknown>()
  for (const row of rows) {
    answers.set(row.id, row)
    const score = scoreBeside(row)
    if (score !== undefined) unusedScores.set(row.id, score)
  }
  return {
    identity: {
      model: candidate.model ?? '',
      revision: createHash('sha256').update(bytes).digest('hex'),
      precision: 'unknown',
      engine: 'replay',
      floating: false,
      ...(candidate.parameters === undefined ? {} : { parameters: candidate.parameters }),
      ...(candidate.labels === undefined ? {} : { labels: candidate.labels }),
    },
    batchSize,
    replays: true,
    ...(unusedScores.size > 0 ? { unusedScores } : {}),
    answer: async (batch, signal) => {
      signal?.throwIfAborted()
      return batch.map(({ id }) => {
        const row = answers.get(id)
        return row === undefined ? missing(id) : answerOf(row, candidate.labels ?? [])
      })
    },
    close: async () => undefined,
  }
}

function read(file: string): Buffer {
  try {
    return bytesNow(file)
  } catch (cause) {
    if (cause instanceof RightsizeError) throw cause
    throw new RightsizeError('REPLAY_UNUSABLE', `${file} cannot be read`, { cause })
  }
}

function rowsOf(text: string, file: string): readonly Stored[] {
  const rows = /\.[ct]sv$/i.test(file)
    ? table(text, file)
    : text.trimStart().startsWith('[')
      ? list(text, file)
      : linesOf(text, file)
  if (rows.length === 0) throw new RightsizeError('REPLAY_UNUSABLE', `${file} is empty`)
  return rows.map((row, i) => checked(row, file, i + 1))
}

function linesOf(text: string, file: string): readonly unknown[] {
  const rows: unknown[] = []
  const read = isPlainJson(text) ? JSON.parse : jsonValue
  let number = 0
  for (const line of linesIn(text)) {
    number += 1
    if (line.trim() !== '') rows.push(parse(line, file, number, read))
  }
  return rows
}

/** An empty cell says nothing. */
function table(text: string, file: string): readonly unknown[] {
  return csvRows(text, file, { tabs: /\.tsv$/i.test(file) }).map((row) =>
    Object.fromEntries(Object.entries(row).filter(([, cell]) => cell !== '')),
  )
}

function list(text: string, file: string): readonly unknown[] {
  const value = parse(text, file, 1)
  return Array.isArray(value) ? value : [value]
}

function parse(
  text: string,
  file: string,
  line: number,
  read: (text: string) => unknown = jsonValue,
): unknown {
  try {
    return read(text)
  } catch (cause) {
    throw new RightsizeError('REPLAY_UNUSABLE', 'a row is not JSON', {
      at: `${file}:${line}`,
      cause,
    })
  }
}

function checked(row: unknown, file: string, line: number): Stored {
  const id = idIn(fieldsOf(row)['id'])
  if (id === undefined)
    throw new RightsizeError('REPLAY_UNUSABLE', 'a row has no id', { at: `${file}:${line}` })
  return (row as Stored).id === id ? (row as Stored) : { ...(row as Stored), id }
}

function answerOf(row: Stored, labels: readonly string[]): Answer {
  const value = row.output ?? row.prediction
  const error = errorIn(row.error)
  if (value === undefined || value === null || error !== undefined) {
    const message = error ?? 'the stored row has no output'
    return { ok: false, code: 'REPLAY_UNUSABLE', message, retryable: false }
  }
  return { ok: true, output: outputFrom(value, labels), ...withUnread(figuresIn(row)) }
}

/** The score of a row that has an output to be scored; undefined where it has none. */
function scoreBeside({ output, prediction, error, unusedScore, score }: Stored): unknown {
  const unused = (output ?? prediction) != null && errorIn(error) === undefined
  return unused ? (unusedScore ?? score) : undefined
}

const missing = (id: string): Answer => ({
  ok: false,
  code: 'REPLAY_UNUSABLE',
  message: `no stored answer for item ${id}`,
  retryable: false,
})
