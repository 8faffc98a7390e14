import { runtimePart, runtimes, type StudentKind } from '../part/runtimes.ts'

/** What is known about how a student was taught. */
export interface Teaching {
  readonly kind: StudentKind
  readonly rows: number
  readonly classes: number
  /** The teacher, where answers of a model were learned from. */
  readonly teacher?: { readonly model: string; readonly runtime: string }
  readonly emptyTexts?: number
  /** Labels in test that no training row has. */
  readonly missingLabels?: readonly { readonly label: string; readonly rows: number }[]
}

/**
 * Rows per class below which the notes point to `head`: 300 rows over 77 classes (4 each) give the n-gram model
 * 0.58 on banking77, 130 each give 0.92 (bench/students). Between them the gain from a pretrained encoder shrinks.
 */
export const FEW_ROWS_PER_CLASS = 20

/** Honest remarks for the report and the model card, one sentence or two each; empty when there is nothing to say. */
export function studentNotes(teaching: Teaching): string[] {
  return [...teacherNotes(teaching), ...fewLabelNotes(teaching), ...dataNotes(teaching)]
}

function teacherNotes({ teacher }: Teaching): string[] {
  if (teacher === undefined) return []
  const { model, runtime } = teacher
  if (runtimePart(runtime).where !== 'elsewhere') {
    return [
      `Taught by the answers of ${model}. Its license may limit what may be done with a model that learned from them.`,
    ]
  }
  return [
    `Taught by the answers of ${model} through the ${runtime} runtime. The terms of whoever serves that model may apply to this student: many forbid training models on their output, or models that compete with theirs. Read them before you ship it.`,
  ]
}

function fewLabelNotes({ kind, rows, classes }: Teaching): string[] {
  if (runtimes[kind].pretrained || rows >= FEW_ROWS_PER_CLASS * classes) return []
  const each = (rows / classes).toFixed(rows < 10 * classes ? 1 : 0)
  return [
    `Few labels: ${rows} rows for ${classes} labels, ${each} each. A model that learns words from so few rows knows little beyond them. With any sentence encoder as ONNX, \`head\` is the usual answer here; cross-fitting lets the same rows teach and judge.`,
  ]
}

function dataNotes({ emptyTexts = 0, missingLabels = [] }: Teaching): string[] {
  const notes: string[] = []
  if (emptyTexts > 0) {
    notes.push(
      `${emptyTexts} training rows have no text; an empty text is answered from the label frequencies alone.`,
    )
  }
  if (missingLabels.length > 0) {
    const rows = missingLabels.reduce((sum, label) => sum + label.rows, 0)
    const names = missingLabels.slice(0, 5).map(({ label }) => `"${label}"`)
    const more = missingLabels.length > 5 ? ` and ${missingLabels.length - 5} more` : ''
    notes.push(
      `${rows} rows have labels that no training row has (${names.join(', ')}${more}); they can only be answered wrongly.`,
    )
  }
  return notes
}
