import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { itemOrder } from './item-order.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const items = Array.from({ length: 200 }, (_, i) => ({
  digest: sha256(new TextEncoder().encode(`item ${i}`)),
  cluster: i < 40 ? `doc ${Math.floor(i / 4)}` : null,
}))

test('the order depends on the data alone, not on how the items were written', () => {
  const forward = itemOrder(items, 'data', sha256).map(({ digest }) => digest)
  const backward = itemOrder([...items].reverse(), 'data', sha256).map(({ digest }) => digest)
  expect(backward).toEqual(forward)
  expect(itemOrder(items, 'other data', sha256).map(({ digest }) => digest)).not.toEqual(forward)
})

test('without clusters it is ascending sha256(dataset digest + item digest)', () => {
  const alone = items.map((item) => ({ ...item, cluster: null }))
  const keys = itemOrder(alone, 'data', sha256).map(({ digest }) =>
    sha256(new TextEncoder().encode(`data${digest}`)),
  )
  expect(keys).toEqual(keys.toSorted())
})

test('items of a cluster stand together and large clusters do not come first', () => {
  const ordered = itemOrder(items, 'data', sha256)
  const places = ordered.flatMap(({ cluster }, at) => (cluster === 'doc 3' ? [at] : []))
  expect((places.at(-1) ?? 0) - (places[0] ?? 0)).toBe(3)
  const clustered = ordered.slice(0, 80).filter(({ cluster }) => cluster !== null).length
  expect(clustered).toBeLessThan(35)
})

test('places that begin alike are told apart by all of their digits, equal ones stand as written', () => {
  const place = (bytes: Uint8Array) => {
    const own = sha256(bytes)
    return `${Number.parseInt(own.slice(0, 1), 16) % 2}${'0'.repeat(61)}${own.slice(62)}`
  }
  const alone = items.map((item, written) => ({ ...item, cluster: null, written }))
  const ordered = itemOrder(alone, 'data', place)
  const keyOf = ({ digest }: { digest: string }) => place(new TextEncoder().encode(`data${digest}`))
  const plainly = alone.toSorted(
    (a, b) => (keyOf(a) < keyOf(b) ? -1 : Number(keyOf(a) > keyOf(b))) || a.written - b.written,
  )
  expect(ordered).toEqual(plainly)
})
