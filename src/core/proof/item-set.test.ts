import { describe, expect, it } from 'vitest'
import { nameOfSet, packItems } from './item-set.ts'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The form that stands in the locks of users, written out plainly. */
function plainly(digests: readonly string[]) {
  const code = (digest: string) =>
    [0, 3, 6, 9]
      .map((at) => Number.parseInt(digest.slice(at, at + 3), 16))
      .map((bits) => `${letters[bits >> 6]}${letters[bits & 63]}`)
      .join('')
  const codes = [...new Set(digests.map(code))].sort()
  const bits = [...new Set(digests)].reduce(
    (all, digest) => all ^ BigInt(`0x${digest.slice(0, 12)}`),
    0n,
  )
  return { set: `${codes.length}-${bits.toString(16).padStart(12, '0')}`, items: codes.join('') }
}

let state = 1
const digest = () =>
  Array.from({ length: 64 }, () => {
    state = (state * 1103515245 + 12345) % 2147483648
    return (state >> 16) & 15
  })
    .map((each) => each.toString(16))
    .join('')

describe('the items of a look, packed', () => {
  const some = Array.from({ length: 2000 }, digest)

  it('are their codes, ascending as texts', () => {
    expect(packItems(some)).toEqual(plainly(some))
    expect(packItems(some.toReversed())).toEqual(plainly(some))
  })

  it('count once', () => {
    expect(packItems([...some, ...some.slice(7, 90)])).toEqual(plainly(some))
  })

  it('share a code where digests begin alike, and keep both in the name', () => {
    const alike = [...some, `${some[3]?.slice(0, 12)}${'0'.repeat(52)}`]
    expect(packItems([...alike, ...alike])).toEqual(plainly(alike))
  })
})

it('a packed set has the name that its items give it; changed items have another, or none', () => {
  const { set, items } = packItems(Array.from({ length: 50 }, digest))
  expect(nameOfSet(items)).toBe(set)
  expect(nameOfSet('')).toBe('0-000000000000')
  expect(nameOfSet(items.slice(8))).not.toBe(set)
  expect(nameOfSet(`${items.slice(0, -1)}${items.endsWith('a') ? 'b' : 'a'}`)).not.toBe(set)
  expect(nameOfSet(`${items.slice(8)}${items.slice(0, 8)}`)).toBeNull()
  expect(nameOfSet(items.slice(1))).toBeNull()
})
