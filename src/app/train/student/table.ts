import type { StudentKind } from '../../../core/part/runtimes.ts'
import type { Student, StudentTask, StudentWorld } from '../student-task.ts'

/** Trains a student for a task. */
export type TrainStudent = (task: StudentTask, world: StudentWorld) => Promise<Student>

/** Kinds of students and how each is trained; loaded when asked for. */
export const students = {
  linear: async () => (await import('./linear.ts')).trainLinear,
  static: async () => (await import('./static.ts')).trainStatic,
  head: async () => (await import('./head.ts')).trainHead,
  encoder: async () => (await import('./encoder.ts')).trainStudentEncoder,
} as const satisfies Readonly<Record<StudentKind, () => Promise<TrainStudent>>>
