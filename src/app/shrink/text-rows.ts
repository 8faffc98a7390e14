import { seededRandom } from '../../core/random/random.ts'

/**
 * Texts for the student beyond the given ones, so that the original can be asked about more than it has learned by heart: each text once with
 * tokens replaced by the unknown token (rate 0.15), and once spliced with the end of another. Source of the idea:
 * Jiao et al., TinyBERT, arXiv 1909.10351, 3.3 (data augmentation for task distillation).
 */
export function moreTexts(
  ids: readonly (readonly number[])[],
  unknownId: number,
  seed: number,
  copies: number,
): readonly (readonly number[])[] {
  const source = seededRandom(seed, 0x5a)
  const out: (readonly number[])[] = []
  for (let copy = 0; copy < copies; copy += 1)
    for (const row of ids) {
      const other = ids[source.bits() % ids.length] ?? row
      out.push(copy % 2 === 0 ? dropped(row, unknownId, source) : spliced(row, other))
    }
  return out
}

const replaceRate = 0.15

function dropped(
  row: readonly number[],
  unknownId: number,
  source: ReturnType<typeof seededRandom>,
): readonly number[] {
  return row.map((id, at) =>
    at > 0 && at < row.length - 1 && source.next() < replaceRate ? unknownId : id,
  )
}

function spliced(row: readonly number[], other: readonly number[]): readonly number[] {
  return [...row.slice(0, Math.ceil(row.length / 2)), ...other.slice(Math.ceil(other.length / 2))]
}
