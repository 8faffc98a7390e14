import type { Feeds, HostTensor } from '../../core/onnx/host-tensor.ts'
import { seededRandom } from '../../core/random/random.ts'
import type { MaskInput } from '../../core/train/architecture.ts'
import { dropoutMask } from '../../core/train/dropout-mask.ts'

const dropoutStream = 0xd0

/** Dropout masks of one step, from seed, step and place alone. Batch and length are those of `input_ids`. */
export function maskFeeds(
  masks: readonly MaskInput[],
  data: Feeds,
  rate: number,
  seed: number,
  step: number,
): Feeds {
  const { input_ids: ids } = data
  const [batch = 1, sequence = 1] = ids?.dims ?? []
  const feeds: Record<string, HostTensor> = {}
  for (const [place, { name, width, pooled }] of masks.entries()) {
    const dims = pooled ? [batch, width] : [batch, sequence, width]
    const count = dims.reduce((product, dim) => product * dim, 1)
    const source = seededRandom(seed, dropoutStream, step, place)
    const mask = rate > 0 ? dropoutMask(source, count, rate) : new Float32Array(count).fill(1)
    feeds[name] = { dtype: 'float32', dims, data: mask }
  }
  return feeds
}
