import { createHash } from 'node:crypto'
import { isAbsolute, resolve } from 'node:path'
import type { Runtime, RuntimeContext, RuntimeSession } from '../../contract/runtime.ts'
import type { Answer } from '../../core/data/answer.ts'
import { csvRows } from '../../core/data/csv.ts'
import { decodedText } from '../../core/data/decoded-text.ts'
import { errorIn, fieldsOf, idIn } from '../../core/data/fields.ts'
import { figuresIn, type WrittenFigures, withUnread } from '../../core/data/figures.ts'
import { outputFrom } from '../../core/data/free-output.ts'
import { jsonValue } from '../../core/data/json-value.ts'
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
  const answers = new Map(rows.map((row) => [row.id, answerOf(row, candidate.labels ?? [])]))
  const unusedScores = new Map(rows.flatMap(scoreBeside))
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
      return batch.map((item) => answers.get(item.id) ?? missing(item.id))
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
      : text
          .split('\n')
          .flatMap((line, i) => (line.trim() === '' ? [] : [parse(line, file, i + 1)]))
  if (rows.length === 0) throw new RightsizeError('REPLAY_UNUSABLE', `${file} is empty`)
  return rows.map((row, i) => checked(row, file, i + 1))
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

function parse(text: string, file: string, line: number): unknown {
  try {
    return jsonValue(text)
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
  return { ...(row as Stored), id }
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

/** The score of a row that has an output to be scored. */
function scoreBeside({ id, output, prediction, error, ...row }: Stored) {
  const score = row.unusedScore ?? row.score
  const unused =
    score !== undefined && (output ?? prediction) != null && errorIn(error) === undefined
  return unused ? [[id, score] as const] : []
}

const missing = (id: string): Answer => ({
  ok: false,
  code: 'REPLAY_UNUSABLE',
  message: `no stored answer for item ${id}`,
  retryable: false,
})
