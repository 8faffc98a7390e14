import { expect, test } from 'vitest'
import { seededRandom } from '../random/random.ts'
import { alphaOfTrial, gate } from './gate.ts'

const spec = { margin: 0.02, alpha: 0.05, lean: 0.7 }

/** Scores of original and candidate with given chances of a win and of a loss. */
function world(seed: number, items: number, win: number, lose: number) {
  const random = seededRandom(seed)
  const candidate = new Uint8Array(items)
  const original = new Uint8Array(items)
  for (let at = 0; at < items; at += 1) {
    const draw = random.next()
    candidate[at] = Number(draw < win || draw >= win + lose)
    original[at] = Number(draw >= win)
  }
  return { candidate, original }
}

test('alpha over any number of trials stays below what may be spent', () => {
  const spent = Array.from({ length: 1000 }, (_, at) => alphaOfTrial(0.05, at + 1))
  expect(spent.reduce((sum, one) => sum + one, 0)).toBeLessThan(0.05)
})

test('a model that answers like the incumbent is kept', () => {
  const { original } = world(1, 600, 0.1, 0)
  const verdict = gate(original, original, spec, 0.05)
  expect([verdict.kind, verdict.loss]).toEqual(['kept', 0])
})

test('a loss of exactly the margin is kept as shown in at most alpha of the worlds', () => {
  const worlds = 120
  let kept = 0
  for (let seed = 0; seed < worlds; seed += 1) {
    const { candidate, original } = world(seed, 250, 0.03, 0.05)
    if (gate(candidate, original, spec, 0.05).kind === 'kept') kept += 1
  }
  expect(kept / worlds).toBeLessThanOrEqual(0.05 + 2 * Math.sqrt((0.05 * 0.95) / worlds))
})

test('a much worse model is refused before all items are seen', () => {
  const { candidate, original } = world(3, 1000, 0.02, 0.3)
  const verdict = gate(candidate, original, spec, 0.05)
  expect(verdict.kind).toBe('refused')
  expect(verdict.seen).toBeLessThan(500)
})

test('no items show nothing', () => {
  expect(gate([], [], spec, 0.05).kind).toBe('refused')
})

test('where nothing is shown or refuted the chance decides what is kept for the hold-out', () => {
  const { candidate, original } = world(5, 300, 0.02, 0.03)
  const kind = (lean: number) => gate(candidate, original, { ...spec, lean }, 0.001).kind
  expect([kind(0.05), kind(0.999)]).toEqual(['undecided', 'refused'])
})
