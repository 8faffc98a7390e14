import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ScorerContext } from '../../contract/scorer.ts'
import type { Output } from '../../core/data/answer.ts'
import type { Item } from '../../core/data/item.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { type Options, readOptions } from '../../core/score/options.ts'
import { scoreIn } from '../../core/score/score-in.ts'
import type { Score, Scorer } from '../../core/score/scorer.ts'
import type { FunctionScore, ScoreFunction } from '../../core/spec/definition.ts'
import { moduleRevision } from '../files/code-revision.ts'

/**
 * module: a function of your own scores the answer.
 *
 * What it does: imports a file and calls `score(output, item)`, which gives 0..1, true or false, null (does not apply),
 * or `{ score, reason }`. Its version is a digest of the file and of what it imports.
 * When to use: what no scorer of the table says.
 * When it misleads: it is code of the spec; --no-exec refuses it. A function that reads files or the network can make
 * scores differ between runs: say `deterministic: false`.
 * Example: `scorer: { name: module, options: { path: ./score.mjs } }` or `scorer: ./score.mjs`
 * Source: yours.
 */
export async function moduleScorer(options: Options, context: ScorerContext): Promise<Scorer> {
  const { path, export: name, deterministic } = readOptions('module', options)
  if (path === null)
    throw new RightsizeError('SCORER_OPTION', 'The scorer module needs `options.path`.')
  if (context.noExec)
    throw new RightsizeError(
      'SCORER_REFUSED',
      `The scorer ${path} runs code, and --no-exec is set.`,
    )
  const file = resolve(context.baseDir, path)
  const score = await importedFunction(file, name)
  const version = await moduleVersion(options, context)
  const about = { name: path, version, deterministic }
  return { ...functionScorer(score, about), name: `module:${path}`, effects: 'code' }
}

/** The version of the scorer, computed without running it: a digest of its file, of what that imports, and of the export. */
export const moduleVersion = (options: Options, { baseDir }: Pick<ScorerContext, 'baseDir'>) => {
  const { path, export: name } = readOptions('module', options)
  return moduleRevision({ model: `${path}#${name}` }, { baseDir })
}

/** A function as a scorer. Throws SCORER_FAILED where it throws, or returns anything but 0 to 1 or null. */
export function functionScorer(
  score: ScoreFunction,
  about: Pick<Scorer, 'name' | 'version' | 'deterministic'>,
): Scorer {
  return {
    ...about,
    score: async (output, item) =>
      checkedScore(await called(score, output, item, about.name), about.name, item),
  }
}

async function importedFunction(file: string, name: string): Promise<ScoreFunction> {
  const module = await import(pathToFileURL(file).href).catch((cause: unknown) => {
    throw new RightsizeError(
      'SCORER_FAILED',
      `The scorer ${file} cannot be imported: ${(cause as Error).message}`,
      { cause },
    )
  })
  const found = module[name] ?? module.default
  if (typeof found === 'function') return found
  throw new RightsizeError('SCORER_OPTION', `${file} exports no function \`${name}\`.`, {
    next: `Write \`export function ${name}(output, item) { return 1 }\`.`,
  })
}

async function called(
  score: ScoreFunction,
  output: Output,
  item: Item,
  path: string,
): Promise<FunctionScore> {
  try {
    return await score(output, item)
  } catch (cause) {
    const what = `The scorer ${path} threw on item ${item.id}: ${(cause as Error).message}`
    throw new RightsizeError('SCORER_FAILED', what, { cause })
  }
}

/** A score in 0..1. Throws SCORER_FAILED for anything else. */
function checkedScore(given: FunctionScore, path: string, item: Item): Score {
  const bare = typeof given !== 'object' || given === null
  const score = scoreIn(bare ? { score: given === null ? null : Number(given) } : given)
  if (score !== null) return score
  const what = `The scorer ${path} returned ${shown(given)} for item ${item.id}; a score is 0 to 1, or null.`
  throw new RightsizeError('SCORER_FAILED', what)
}

function shown(given: unknown): string {
  try {
    return (JSON.stringify(given) ?? 'nothing').slice(0, 200)
  } catch {
    return `a ${typeof given}`
  }
}
