// What each format and cut gives in CPU time on the MiniLM shape, beside the figures of the study that this tool was planned with: its own
// prototype on an AMD EPYC (Genoa) with avx512_vnni, onnxruntime-node 1.30, one thread.

/** Batch x tokens, runs of one measurement: tens of milliseconds each. */
export const shapes = [
  { name: '1x16', batch: 1, length: 16, runs: 12 },
  { name: '1x64', batch: 1, length: 64, runs: 4 },
  { name: '1x128', batch: 1, length: 128, runs: 2 },
  { name: '32x64', batch: 32, length: 64, runs: 1 },
]

const int8 = ['int8', { limit: 63 }]
const embedding = ['int8-embedding', {}]
const neurons = ['neurons', { keep: 0.5 }]
const heads = ['heads', { keep: 0.5 }]
const layers = ['layers', { drop: [1, 3, 5] }]

/**
 * Rows of the study: size in MB and how many times less CPU at each shape. `passes` make them with this tool; `staticQdq` by hand, because the
 * pass of that name leaves matrices dynamic. `vocabulary`: the same shape with fewer words, as random words have no text to trim by.
 */
export const rows = [
  { name: 'int8 dynamic', mb: 58.5, study: [2.75, 2.55, 2.64, 2.65], passes: [int8] },
  { name: '+ int8 embedding', mb: 23.5, study: [2.5, 2.6, 2.65, 2.6], passes: [int8, embedding] },
  { name: 'static QDQ', mb: 58.5, study: [2.3, 2.2, 2.5, 2.45], staticQdq: true },
  {
    name: 'blocks 4b/32',
    mb: 54.5,
    study: [1.4, 1.1, 1.15, 1.1],
    passes: [['blocks', { bits: 4, size: 32 }]],
  },
  {
    name: 'blocks 4b/128',
    mb: 53.5,
    study: [1.7, 1.4, 1.4, 1.4],
    passes: [['blocks', { bits: 4, size: 128 }]],
  },
  {
    name: 'blocks 8b/128',
    mb: 58.8,
    study: [1.6, 1.4, 1.5, 1.4],
    passes: [['blocks', { bits: 8, size: 128 }]],
  },
  {
    name: 'float16 stored',
    mb: 45.2,
    study: [0.99, 0.96, 0.98, 0.91],
    passes: [['half', { type: 'float16' }]],
  },
  { name: 'FFN 50 %', mb: 76.1, study: [1.4, 1.42, 1.46, 1.42], passes: [neurons] },
  { name: 'heads 50 %', mb: 83.2, study: [1.25, 1.23, 1.31, 1.17], passes: [heads] },
  {
    name: 'FFN 50 + heads 50',
    mb: 69.0,
    study: [1.94, 1.87, 2.03, 1.85],
    passes: [neurons, heads],
  },
  { name: '3 of 6 layers', mb: 69.0, study: [1.94, 1.96, 1.98, 1.95], passes: [layers] },
  {
    name: 'FFN + heads + layers',
    mb: 58.4,
    study: [3.8, 3.6, 3.7, 4.0],
    passes: [layers, neurons, heads],
  },
  {
    name: 'all structural + int8',
    mb: 50.4,
    study: [11.7, 10.4, 9.5, 9.2],
    passes: [layers, neurons, heads, int8],
  },
  {
    name: '... 12k words, int8 emb.',
    mb: 8.2,
    study: [11.7, 9.7, 9.5, 9.5],
    passes: [layers, neurons, heads, int8, embedding],
    vocabulary: 12000,
  },
]

/** Share of the study's factor by which a figure may be off and still count as the same: other processors, other neighbours. */
export const tolerance = 0.25

/** `OK` within the tolerance, `MORE` above it (it saves more than the study said), `MISS` below it. */
export function judged(value, expected) {
  if (value < expected * (1 - tolerance)) return 'MISS'
  return value > expected * (1 + tolerance) ? 'MORE' : 'OK'
}

/** Inputs of the MiniLM shape, no padding. */
export function feedsOf(batch, length, words = 30522) {
  const ids = BigInt64Array.from({ length: batch * length }, (_, at) => BigInt((at * 7919) % words))
  const mask = new BigInt64Array(batch * length).fill(1n)
  return {
    input_ids: { dtype: 'int64', dims: [batch, length], data: ids },
    attention_mask: { dtype: 'int64', dims: [batch, length], data: mask },
  }
}

/** CPU ms of one run, best of `rounds` after one that warms up; sessions take turns so that a busy machine is busy for all. */
export async function takeTurns(sessions, feedsFor, runs, rounds = 5) {
  const best = sessions.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round <= rounds; round++) {
    for (const [at, session] of sessions.entries()) {
      const feeds = feedsFor(at)
      const start = process.cpuUsage()
      for (let run = 0; run < runs; run++) await session.run(feeds)
      const { user, system } = process.cpuUsage(start)
      if (round > 0) best[at] = Math.min(best[at], (user + system) / 1000 / runs)
    }
  }
  return best
}
