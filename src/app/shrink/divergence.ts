import type { Artefact } from '../../core/compress/pass.ts'
import { logitsOf } from './answers.ts'
import type { Bench } from './bench.ts'

/** Rows of the gate's items that a probe looks at. */
const probeRows = 200

/** Mean Kullback-Leibler divergence in nats of the model's answers from the original's on the gate's first rows: a cheap rank between equal savings. */
export async function divergence(artefact: Artefact, bench: Bench): Promise<number> {
  const { classes, items, originalLogits } = bench
  const size = Math.min(probeRows, items.size)
  const rows = Array.from({ length: size }, (_, row) => row)
  const logits = await logitsOf(artefact.model, items.inputs(artefact), classes, bench, rows)
  let sum = 0
  for (const row of rows) {
    const p = logShares(originalLogits.subarray(row * classes, (row + 1) * classes))
    const q = logShares(logits.subarray(row * classes, (row + 1) * classes))
    for (let c = 0; c < classes; c += 1) sum += Math.exp(p[c] ?? 0) * ((p[c] ?? 0) - (q[c] ?? 0))
  }
  return sum / Math.max(1, size)
}

function logShares(logits: Float32Array): readonly number[] {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const total = Math.log(logits.reduce((sum, value) => sum + Math.exp(value - most), 0))
  return Array.from(logits, (value) => value - most - total)
}
