import type { Artefact, Proposal } from '../../core/compress/pass.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { seededRandom } from '../../core/random/random.ts'
import type { RecipeStep } from '../../core/result/compression.ts'
import { logitsOf } from './answers.ts'
import type { Bench, State } from './bench.ts'
import { verifyModels } from './verify.ts'

/** Holds a pass to its promise; a broken promise is an error of the pass, and the trial is thrown away. */
export async function verifyPromise(
  state: State,
  after: Artefact,
  { exactness }: Proposal,
  { fineTuning }: RecipeStep,
  bench: Bench,
): Promise<void> {
  if (fineTuning !== null || exactness === 'lossy') return
  if (exactness === 'exact-on-calibration') return verifyOnCorpus(state, after, bench)
  const source = seededRandom(bench.seed)
  const limit = exactness === 'bitwise' ? { maxUlp: 0 } : {}
  const options = { random: () => source.next(), ...limit }
  const found = await verifyModels(state.artefact.model, after.model, bench.engine, options)
  const failure = found.comparisons.find((one) => one.failure !== null)?.failure
  if (failure) throw new RightsizeError('SHRINK_PASS', `outputs changed: ${failure}`)
}

/** Tokens of the whole corpus, and logits of its first rows, each artefact with its own tokens. */
async function verifyOnCorpus(state: State, after: Artefact, bench: Bench): Promise<void> {
  const { corpus, classes } = bench
  if (after.idsKept !== state.artefact.idsKept) verifyTokens(state.artefact, after, bench)
  const rows = Array.from({ length: Math.min(512, corpus.size) }, (_, row) => row)
  const of = (one: Artefact) => logitsOf(one.model, corpus.inputs(one), classes, bench, rows)
  const [before, now] = [await of(state.artefact), await of(after)]
  const scale = before.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const apart = before.reduce(
    (most, value, at) => Math.max(most, Math.abs(value - (now[at] ?? 0))),
    0,
  )
  if (apart > 1e-5 * scale)
    throw new RightsizeError('SHRINK_PASS', `logits moved by ${apart} of ${scale} on the corpus`)
}

/** Every text of the corpus must come apart as before, in the original's numbers. */
function verifyTokens(before: Artefact, after: Artefact, { corpus, open }: Bench): void {
  if (open === null || corpus.texts === null) return
  const [old, now] = [open(before), open(after)]
  const originally = ({ idsKept }: Artefact, ids: readonly number[]) =>
    ids.map((id) => idsKept?.[id] ?? (idsKept === undefined ? id : -1)).join(' ')
  const other = corpus.texts.find(
    (text) => originally(before, old.encode(text).ids) !== originally(after, now.encode(text).ids),
  )
  if (other === undefined) return
  const what = `the trimmed tokenizer takes "${other.slice(0, 60)}" apart otherwise than before`
  throw new RightsizeError('SHRINK_PASS', what)
}
