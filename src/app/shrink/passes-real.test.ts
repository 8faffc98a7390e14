import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { foldConstants } from '../../../test/onnx/fold.ts'
import { modelFiles } from '../../adapters/tensors/model-file.ts'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import type { Artefact, Pass, Target } from '../../core/compress/pass.ts'
import { loadPasses } from '../../core/compress/table.ts'
import type { Feeds } from '../../core/onnx/host-tensor.ts'
import type { Model } from '../../core/onnx/model.ts'
import { randomFeeds } from '../../core/onnx/random-feeds.ts'
import { seededRandom } from '../../core/random/random.ts'
import { collectStats } from './collect-stats.ts'
import { verifyModels } from './verify.ts'

const artefact = (model: Model): Artefact => ({ model, tokenizer: null, config: {} })
const target: Target = { runtime: 'onnxruntime-node', features: ['avx_vnni'], threads: 1 }

const data = process.env['RIGHTSIZE_DATA'] ?? '../shared/data'
const files = [
  ...['kws/kws_ref_model.onnx', 'kws/model_kws.onnx'],
  ...['mnist/mnist.onnx', 'mnist/mnist_float16.onnx', 'mnist/pytorch_cnn_mnist.onnx'],
  ...['face/yunet_s_320_320.onnx', 'vad/silero_vad_half.onnx'],
  ...['vad/silero_vad.onnx', 'vad/silero_vad_16k_op15.onnx'],
  ...['vad/silero_vad_v3_piper.onnx'],
]

/** What the verifier enforces; of a lossy pass only that it runs and gives the same shapes: the gate measures it. */
const limits = {
  bitwise: 0,
  ulp: 1e-6,
  'exact-on-calibration': 1e-5,
  lossy: Number.POSITIVE_INFINITY,
} as const

/** Inputs of a model whose open sizes have no names: 512 samples at 16 kHz and a state. */
function speech(): Feeds {
  const wave = Float32Array.from({ length: 512 }, (_, at) => Math.sin(at / 5) / 2)
  return {
    input: { dtype: 'float32', dims: [1, 512], data: wave },
    state: { dtype: 'float32', dims: [2, 1, 128], data: new Float32Array(256) },
    sr: { dtype: 'int64', dims: [], data: BigInt64Array.of(16000n) },
  }
}

/** What the pass does to the model: applies and runs within its class, or the reason why not. */
async function tried(pass: Pass, model: Model, file: string): Promise<string> {
  const engine = await openEngine()
  const proposals = pass.propose(artefact(model), target)
  if ('why' in proposals) return `not: ${proposals.why}`
  const random = seededRandom(4)
  const shape = { other: 2, symbols: { sequence: 512 } }
  const ranges = { sr: { low: 16000, high: 16001 } }
  const said: string[] = []
  // The other ways to choose a range are tried on small models.
  for (const proposal of proposals.slice(0, 2)) {
    const drawn = () => randomFeeds(model.graph, { shape, ranges, random: () => random.next() })
    const feeds = file === 'vad/silero_vad.onnx' ? [speech()] : [drawn(), drawn()]
    const requests = pass.needs(artefact(model), proposal)
    const stats = await collectStats(model, requests, { batches: feeds, engine })
    const after = pass.apply(artefact(model), proposal, stats).artefact.model
    const options = { random: () => random.next(), feeds, maxRelative: limits[proposal.exactness] }
    const { comparisons } = await verifyModels(model, after, engine, options)
    const failure = comparisons.find((one) => one.failure !== null)
    if (failure !== undefined) throw new Error(`${pass.id}: ${failure.output}: ${failure.failure}`)
    said.push(
      `${proposal.text}: ${Math.max(...comparisons.map((one) => one.distance?.relative ?? 0))}`,
    )
  }
  return said.join('\n')
}

// Skipped where the folder RIGHTSIZE_DATA is absent.
test.skipIf(!existsSync(data)).each(files)(
  'every pass applies to a real model and verifies, or says why not: %s',
  async (file) => {
    const read = await modelFiles.read(join(data, file))
    const runs = { folded: await foldConstants(read, await openEngine(), modelFiles), read }
    for (const model of Object.values(runs)) {
      for (const pass of await loadPasses()) {
        const said = await tried(pass, model, file)
        expect(said.length).toBeGreaterThan(5)
      }
    }
  },
  60_000,
)
