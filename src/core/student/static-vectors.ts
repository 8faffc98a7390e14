import { RightsizeError } from '../error/error.ts'
import { countRows, type DenseRows } from './dense-rows.ts'
import { principalComponents, project } from './principal-components.ts'

export interface StaticVectorOptions {
  /** Length of the new vectors; 64 unless said. At the teacher's width or above no PCA is done. */
  readonly width?: number
  /** How often each token occurs in the user's own texts; a Zipf law on the id order unless said. */
  readonly counts?: ArrayLike<number>
  /** The a of SIF; 1e-4 for the Zipf law, 1e-2 for measured counts, unless said. */
  readonly sif?: number
}

/**
 * Token vectors from an embedding teacher's vocabulary pass (row t: the teacher's vector of token t alone): PCA,
 * then SIF weights a / (a + p), so that frequent words count less (Arora, Liang and Ma, ICLR 2017). The recipe is
 * Model2Vec's (https://github.com/MinishLab/model2vec), but where counts are given p is measured, not assumed.
 * Counts of one narrow task need a larger a: its frequent words are its subject. Banking77, 770 rows, vectors of
 * MiniLM, a linear head on their mean: accuracy .44 with counts and a = 1e-4, .69 with 1e-2, .71 with the Zipf law.
 */
export function staticVectors(teacher: DenseRows, options: StaticVectorOptions = {}): DenseRows {
  const tokens = countRows(teacher)
  const { width = 64, counts } = options
  const { sif = counts === undefined ? 1e-4 : 1e-2 } = options
  if (counts !== undefined && counts.length !== tokens) {
    const what = `there are ${counts.length} counts for ${tokens} tokens`
    throw new RightsizeError('STUDENT_INPUT', what)
  }
  const reduced =
    width < teacher.width && width < tokens
      ? project(teacher, principalComponents(teacher, width))
      : teacher
  const weights = sifWeights(counts === undefined ? zipf(tokens) : shares(counts), sif)
  const data = reduced.data.map(
    (value, at) => value * (weights[Math.floor(at / reduced.width)] as number),
  )
  return { data, width: reduced.width }
}

/** a / (a + p) for each probability p. */
export function sifWeights(probabilities: Float64Array, a: number): Float64Array {
  return probabilities.map((p) => a / (a + p))
}

/** p proportional to 1 / (id + 2), as Model2Vec assumes: vocabularies list frequent tokens first. */
function zipf(tokens: number): Float64Array {
  return shares(Float64Array.from({ length: tokens }, (_, id) => 1 / (id + 2)))
}

function shares(counts: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(counts)
  const total = values.reduce((sum, count) => sum + count, 0)
  return values.map((count) => count / (total || 1))
}
