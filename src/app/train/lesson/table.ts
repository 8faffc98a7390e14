import type { StudentKind } from '../../../core/part/runtimes.ts'
import type { Lesson, LessonWorld, Taught } from '../lesson.ts'

type Teach = (lesson: Lesson, world: LessonWorld) => Promise<Taught>

/** Kinds of students and how each is taught; loaded when asked for. */
export const lessons = {
  linear: async () => (await import('./linear.ts')).teachLinear,
  static: async () => (await import('./static.ts')).teachStatic,
  head: async () => (await import('./head.ts')).teachHead,
  encoder: async () => (await import('./encoder.ts')).teachEncoder,
} as const satisfies Readonly<Record<StudentKind, () => Promise<Teach>>>
