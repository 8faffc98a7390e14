import { accountErrors } from './area-account.ts'
import { commandErrors } from './area-command.ts'
import { dataErrors } from './area-data.ts'
import { onnxErrors } from './area-onnx.ts'
import { runErrors } from './area-run.ts'
import { runtimeErrors } from './area-runtime.ts'
import { shrinkErrors } from './area-shrink.ts'
import { specErrors } from './area-spec.ts'
import { studentErrors } from './area-student.ts'
import { trainErrors } from './area-train.ts'

/** One row of the catalogue; codes are permanent. The docs page is generated from this table. */
export interface ErrorEntry {
  readonly title: string
  readonly why: string
  readonly next: string
}

/** Every error that rightsize can raise, by permanent code. One file per area. */
export const catalogue = {
  ...specErrors,
  ...dataErrors,
  ...onnxErrors,
  ...trainErrors,
  ...studentErrors,
  ...runtimeErrors,
  ...runErrors,
  ...commandErrors,
  ...accountErrors,
  ...shrinkErrors,
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof catalogue
