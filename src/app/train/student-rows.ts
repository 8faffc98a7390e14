import type { RuntimeContext } from '../../contract/runtime.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { runtimeFor } from '../../core/part/runtimes.ts'
import { leftOutText } from '../../core/result/left-out-text.ts'
import { specFromFlags } from '../../core/spec/flags.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'
import type { LabelledText as Row } from '../../core/student/example.ts'
import { inputText } from '../evaluate/differences.ts'
import type { Effects } from '../evaluate/effects.ts'
import type { RunEvent } from '../evaluate/events.ts'
import { loadData } from '../evaluate/load.ts'
import { openCandidate, probed } from '../evaluate/opened.ts'
import { teacherRows } from './teacher-rows.ts'

export interface RowsRequest {
  readonly data: string
  readonly input: string
  readonly expected: string | undefined
  readonly teacher: string | undefined
  readonly baseUrl: string | undefined
  readonly apiKeyEnv: string | undefined
  readonly prompt: string | undefined
}

export interface RowsParts {
  readonly effects: Effects
  readonly context: RuntimeContext
  readonly onEvent: (event: RunEvent) => void
}

export interface StudentRows {
  readonly rows: readonly Row[]
  readonly labels?: readonly string[]
  readonly teacher: CandidateSpec | null
}

/** What a student learns from: labelled rows of a file, or a teacher's answers to its texts. */
export async function studentRows(request: RowsRequest, parts: RowsParts): Promise<StudentRows> {
  const { teacher, data, input, expected, baseUrl, apiKeyEnv, prompt } = request
  const named = teacher ?? runtimeFor.baseline
  const flags = {
    dataset: data,
    input,
    expected,
    try: [named],
    floor: 0,
    baseUrl,
    apiKeyEnv,
    prompt,
  }
  const { spec } = specFromFlags(flags)
  const { test, leftOut } = await loadData(spec, parts.effects, parts.context.baseDir)
  for (const one of leftOut) parts.onEvent({ type: 'note', text: leftOutText(one) })
  if (teacher === undefined) {
    const rows = test.items.map((item) => ({ text: inputText(item), label: String(item.expected) }))
    return { rows, teacher: null }
  }
  const candidate = spec.candidates[0]
  if (!candidate)
    throw new RightsizeError('FLAGS_MISSING', `--teacher "${teacher}" is not a candidate`)
  return taughtRows(test.items.map(inputText), candidate, parts)
}

async function taughtRows(
  texts: readonly string[],
  candidate: CandidateSpec,
  { effects, context, onEvent }: RowsParts,
): Promise<StudentRows> {
  const opened = await openCandidate(candidate, null, effects, context)
  const { session, broken } = await probed(opened, { id: '0', input: texts[0] ?? '' }, effects)
  if (!session) {
    throw new RightsizeError(
      'RUN_NOTHING_ANSWERED',
      `the teacher cannot be opened: ${broken?.message}`,
    )
  }
  try {
    const taught = await teacherRows(texts, session, onEvent, context.signal)
    if (taught.unanswered > 0) {
      onEvent({ type: 'note', text: `${taught.unanswered} texts had no answer and were left out` })
    }
    const how = taught.soft ? 'soft labels' : 'hard labels (the teacher gives no probabilities)'
    onEvent({ type: 'note', text: `${taught.rows.length} texts with ${how} of ${candidate.id}` })
    return { rows: taught.rows, labels: taught.labels, teacher: candidate }
  } finally {
    await session.close()
  }
}
