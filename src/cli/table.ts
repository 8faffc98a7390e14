import { check } from './check.ts'
import type { Command } from './command.ts'
import { compare } from './compare.ts'
import { distill } from './distill.ts'
import { doctor } from './doctor.ts'
import { importModel } from './import.ts'
import { init } from './init.ts'
import { inspect } from './inspect.ts'
import { lintReport } from './lint-report.ts'
import { plan } from './plan.ts'
import { report } from './report.ts'
import { run } from './run.ts'
import { sci } from './sci.ts'
import { shrink } from './shrink.ts'
import { store } from './store.ts'
import { train } from './train.ts'
import { why } from './why.ts'

/** Every command, in the order in which help lists them. */
export const commands: readonly Command[] = [
  init,
  plan,
  run,
  why,
  check,
  report,
  train,
  distill,
  shrink,
  inspect,
  compare,
  importModel,
  sci,
  lintReport,
  doctor,
  store,
]
