import { describe, expect, test } from 'vitest'
import { labelsMissingIn } from './label-set.ts'
import { studentNotes } from './student-note.ts'

const plain = { kind: 'linear', rows: 10_000, classes: 77 } as const

describe('studentNotes', () => {
  test('says nothing where there is nothing to say', () => {
    expect(studentNotes(plain)).toEqual([])
  })

  test('says whose terms may apply when an API taught', () => {
    const [note] = studentNotes({ ...plain, teacher: { model: 'gpt-4o-mini', runtime: 'openai' } })
    expect(note).toMatch(/gpt-4o-mini .* terms of whoever serves/)
  })

  test('points to head when labels are few, and only then', () => {
    expect(studentNotes({ ...plain, rows: 300 })[0]).toMatch(/3\.9 each.*`head`/)
    expect(studentNotes({ ...plain, kind: 'head', rows: 300 })).toEqual([])
  })

  test('lists labels that can never be answered', () => {
    const train = [{ label: 'a' }, { label: 'b' }]
    const missingLabels = labelsMissingIn(train, [{ label: 'c' }, { label: 'a' }, { label: 'c' }])
    expect(missingLabels).toEqual([{ label: 'c', rows: 2 }])
    expect(studentNotes({ ...plain, missingLabels })[0]).toMatch(/2 rows .*"c"/)
  })
})
