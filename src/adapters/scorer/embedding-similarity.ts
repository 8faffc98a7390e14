import { createHash } from 'node:crypto'
import type { RuntimeSession } from '../../contract/runtime.ts'
import type { ScorerContext } from '../../contract/scorer.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { runtimeName } from '../../core/part/runtimes.ts'
import { answerText, references } from '../../core/score/answer-text.ts'
import { type Options, readOptions } from '../../core/score/options.ts'
import type { Scorer } from '../../core/score/scorer.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'

/**
 * embedding-similarity: how near the answer's meaning is to the reference, by cosine of embeddings.
 *
 * What it does: embeds answer and references with the model that is named; the score is the highest cosine, below 0
 * counted as 0.
 * When to use: free text where many wordings are right.
 * When it misleads: negation and numbers hardly move an embedding: "is covered" and "is not covered" are near. Scores of
 * two embedding models do not compare.
 * Example: `scorer: { name: embedding-similarity, options: { model: models/minilm, threshold: 0.8 } }`
 * Source: cosine similarity; on the STS benchmark such cosines are compared with human scores by rank.
 */
export async function embeddingSimilarity(
  options: Options,
  context: ScorerContext,
): Promise<Scorer> {
  const read = readOptions('embedding-similarity', options)
  if (read.model === null)
    throw new RightsizeError(
      'SCORER_OPTION',
      'The scorer embedding-similarity needs `options.model`.',
    )
  if (context.openRuntime === undefined)
    throw new RightsizeError(
      'SCORER_FAILED',
      'No runtime for an embedding model is available here.',
    )
  const session = await context.openRuntime(embedder(read.model, read))
  const embed = remembered(session)
  return {
    name: 'embedding-similarity',
    version: createHash('sha256')
      .update(JSON.stringify([session.identity, read]))
      .digest('hex'),
    deterministic: false,
    graded: read.threshold === null,
    effects: 'model',
    score: async (output, item) => {
      const answered = answerText(output)
      if (answered === null || answered.trim() === '')
        return { score: 0, reason: 'no text in the answer', price: 0, joules: 0 }
      const vector = await embed(answered)
      const near = await Promise.all(
        references(item, 'embedding-similarity').map(async (one) =>
          cosine(vector, await embed(one)),
        ),
      )
      const best = Math.min(1, Math.max(0, ...near))
      const score = read.threshold === null ? best : Number(best >= read.threshold)
      return { score, read: answered, reason: `cosine ${best.toFixed(3)}` }
    },
    close: () => session.close(),
  }
}

function embedder(
  model: string,
  {
    runtime,
    baseUrl,
    apiKeyEnv,
  }: { runtime: string; baseUrl: string | null; apiKeyEnv: string | null },
): CandidateSpec {
  return {
    id: 'scorer-embedding',
    base: 'scorer-embedding',
    runtime: runtimeName(runtime, 'scorer.options.runtime'),
    model,
    ...(baseUrl === null ? {} : { baseUrl }),
    ...(apiKeyEnv === null ? {} : { apiKeyEnv }),
    settings: { output: 'vector' },
  }
}

/** Embeds a text once: references are asked for again by every candidate. */
function remembered(session: RuntimeSession): (text: string) => Promise<readonly number[]> {
  const known = new Map<string, Promise<readonly number[]>>()
  return (text) => {
    const found = known.get(text) ?? embedded(session, text)
    known.set(text, found)
    return found
  }
}

async function embedded(session: RuntimeSession, text: string): Promise<readonly number[]> {
  const [answer] = await session.answer([{ id: 'text', input: text }])
  if (answer?.ok && answer.output.kind === 'vector') return answer.output.vector
  const why =
    answer === undefined ? 'nothing' : answer.ok ? `a ${answer.output.kind}` : answer.message
  throw new RightsizeError('SCORER_FAILED', `The embedding model returned no vector: ${why}.`, {
    next: 'Set `scorer.options.model` to a model that returns embeddings.',
  })
}

/** Cosine of the angle between two vectors of one length, -1..1; 0 where one is all zeros. */
export function cosine(a: readonly number[], b: readonly number[]): number {
  let dot = 0
  let aa = 0
  let bb = 0
  for (let i = 0; i < a.length; i++) {
    const x = a[i] ?? 0
    const y = b[i] ?? 0
    dot += x * y
    aa += x * x
    bb += y * y
  }
  return aa === 0 || bb === 0 ? 0 : dot / Math.sqrt(aa * bb)
}
