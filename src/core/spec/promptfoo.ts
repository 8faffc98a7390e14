import type { Row } from '../data/json-rows.ts'
import { RightsizeError } from '../error/error.ts'
import { scorerFor } from '../part/scorer-name.ts'
import { countedLeftOut } from '../result/left-out-text.ts'
import type { SpecInput } from './define.ts'
import { type Ignored, isRecord, type PromptfooWorld, promptsOf } from './promptfoo-prompts.ts'
import { candidatesOf } from './promptfoo-providers.ts'
import { type PromptfooTest, promptfooTests } from './promptfoo-tests.ts'

export interface PromptfooImport {
  /** A spec; without `bar` and `incumbent` unless the file has them. */
  readonly input: SpecInput
  readonly ignored: readonly Ignored[]
}

/** Column that holds the assertions of a row. */
const ASSERT_COLUMN = 'assert'

/** Whether a file is promptfoo's: prompts, providers or tests, and no task. */
export function isPromptfoo(value: unknown): value is Row {
  if (!isRecord(value) || 'task' in value) return false
  return ['prompts', 'providers', 'targets', 'tests'].some((key) => key in value)
}

/** Keys of our own that a promptfoo file may carry beside promptfoo's. */
const OURS = [
  'incumbent',
  'bar',
  'risk',
  'budget',
  'constraints',
  'account',
  'order',
  'regime',
] as const
/** promptfoo keys that are read. */
const READ = new Set([
  'description',
  'prompts',
  'providers',
  'targets',
  'tests',
  'defaultTest',
  'evaluateOptions',
  'scenarios',
])
/** Why some well-known keys are left out. */
const WHY: Readonly<Record<string, string>> = {
  env: 'keys come from the environment only',
  outputPath: 'files are written next to the spec',
  sharing: 'nothing is shared',
  redteam: 'attacks are another job than choosing a model',
  nunjucksFilters: 'is code; templates here run none',
  extensions: 'is code and is never run',
  derivedMetrics: 'the bar is on the score of the assertions',
}

/**
 * A promptfoo file as a spec: providers become candidates (one per prompt), tests become rows with their own
 * assertions, and everything that was not used is listed with its reason. Throws PROMPTFOO_INVALID where nothing is left
 * to run.
 */
export function importPromptfoo(file: Row, name: string, world: PromptfooWorld): PromptfooImport {
  const ignored: Ignored[] = []
  for (const key of Object.keys(file))
    if (!READ.has(key) && !(OURS as readonly string[]).includes(key) && key !== '$schema')
      ignored.push({ path: key, why: WHY[key] ?? 'is not read' })
  const prompts = promptsOf(file['prompts'], world, ignored)
  const candidates = candidatesOf(file, prompts, ignored)
  const { tests, totals } = promptfooTests(
    file['tests'],
    file['defaultTest'],
    file['scenarios'],
    world,
    ignored,
  )
  if (candidates.length === 0) throw nothingLeft('provider', name, ignored)
  if (tests.length === 0) throw nothingLeft('test', name, ignored)
  const ours = Object.fromEntries(OURS.flatMap((key) => (key in file ? [[key, file[key]]] : [])))
  const threshold = commonThreshold(tests, ignored)
  const { description } = file
  const leftOut = countedLeftOut(ignored, totals)
  const input = {
    task: taskName(name, description),
    ...(typeof description === 'string' ? { description } : {}),
    dataset: { ...datasetOf(tests), ...(leftOut.length === 0 ? {} : { leftOut }) },
    scorer: { name: scorerFor.assertions, ...(world.trust ? { options: { trust: true } } : {}) },
    accept: threshold,
    candidates,
    ...ours,
  }
  return { input: input as SpecInput, ignored }
}

function nothingLeft(what: string, name: string, ignored: readonly Ignored[]): RightsizeError {
  const why = ignored.slice(0, 6).map((one) => `\n  ${one.path}: ${one.why}`)
  return new RightsizeError(
    'PROMPTFOO_INVALID',
    `No ${what} of the file can be used.${why.join('')}`,
    { at: name },
  )
}

function taskName(file: string, description: unknown): string {
  const words =
    typeof description === 'string' ? description.toLowerCase().match(/[a-z0-9]+/g) : null
  return words?.slice(0, 6).join('-') ?? file.replace(/^.*[/\\]/, '').replace(/\.\w+$/, '')
}

/** Rows with all variables as the input and the assertions as the label. */
function datasetOf(tests: readonly PromptfooTest[]): SpecInput['dataset'] {
  const names = [...new Set(tests.flatMap((test) => Object.keys(test.vars)))]
  const blank = Object.fromEntries(names.map((name) => [name, '']))
  const rows = tests.map((test) => ({ ...blank, ...test.vars, [ASSERT_COLUMN]: test.asserts }))
  return { rows, input: names.length === 0 ? [ASSERT_COLUMN] : names, expected: ASSERT_COLUMN }
}

/** A test passes when all assertions hold, or from its threshold; one threshold for all can be kept. */
function commonThreshold(tests: readonly PromptfooTest[], ignored: Ignored[]): number {
  const all = new Set(tests.map((test) => test.threshold ?? 1))
  if (all.size === 1) return [...all][0] ?? 1
  ignored.push({
    path: 'tests[].threshold',
    why: 'tests have different thresholds; all assertions must hold (accept: 1)',
  })
  return 1
}
