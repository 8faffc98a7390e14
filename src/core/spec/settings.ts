import type { SettingsInput } from './define.ts'

/** The facts of one setting of a candidate. */
interface SettingRow {
  /** May be a list, of which each value makes a candidate. */
  readonly tuned: boolean
  /** May change an answer: it enters the key under which answers are stored. */
  readonly answers: boolean
}

const tuned = { tuned: true, answers: true } as const
const tunedCost = { tuned: true, answers: false } as const
const fixed = { tuned: false, answers: true } as const
const fixedCost = { tuned: false, answers: false } as const

/** Settings with a meaning of their own, in the order in which an id names them; others are handed to the runtime as they are. */
const settings: Readonly<Record<Exclude<keyof SettingsInput, 'extra'>, SettingRow>> = {
  maxTokens: tuned,
  reasoningEffort: tuned,
  temperature: tuned,
  threads: tunedCost,
  spinning: tunedCost,
  batch: tunedCost,
  maxLength: tuned,
  int8: tuned,
  seed: fixed,
  draws: fixed,
  memoryMiB: fixedCost,
  timeoutS: fixedCost,
  concurrency: fixedCost,
  limits: fixedCost,
}

/** Names of the settings that may be lists. */
export const tunedSettings: readonly string[] = Object.entries(settings).flatMap(([name, row]) =>
  row.tuned ? [name] : [],
)

/** Whether a setting has a meaning of its own. */
export const isOwnSetting = (name: string): boolean => Object.hasOwn(settings, name)

/** Whether a setting may change an answer; one without a row may. */
export const mayChangeAnswers = (name: string): boolean =>
  !isOwnSetting(name) || settings[name as keyof typeof settings].answers
