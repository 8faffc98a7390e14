import { seededRandom } from '../../src/core/random/random.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** Values that a document may hold where another one belongs. */
const strange: readonly Json[] = [
  null,
  true,
  -1,
  0,
  0.5,
  1e308,
  -1e308,
  5e-324,
  2 ** 53,
  '',
  'NaN',
  '<b>"&',
  '__proto__',
  'toString',
  'x'.repeat(5000),
  '\ud800\u202e\u0000',
  [],
  {},
  [[[[[[]]]]]],
  [null],
  [1, 'a', {}],
  { kind: 'known' },
  { kind: 'unknown' },
  { kind: 'infinite', reason: '' },
  { constructor: { prototype: { polluted: 1 } } },
]

/** Texts of `count` mutants of a document, the same ones for a seed. */
export function* mutants(document: unknown, count: number, seed: number): Generator<string> {
  const { integer: below } = seededRandom(seed)
  const text = JSON.stringify(document)
  const places = placesOf(document as Json)
  for (let i = 0; i < count; i++) {
    if (below(10) === 0) {
      yield brokenText(text, below)
      continue
    }
    const copy = structuredClone(document) as Json
    for (let changes = 1 + below(3); changes > 0; changes--) {
      const path = places[below(places.length)] ?? []
      change(copy, path, below)
    }
    yield JSON.stringify(copy).replaceAll('1e+308', below(2) === 0 ? '1e999' : '1e308')
  }
}

/** Every path in a document but that of the whole. */
function placesOf(value: Json, path: readonly string[] = []): readonly (readonly string[])[] {
  const own = path.length === 0 ? [] : [path]
  if (value === null || typeof value !== 'object') return own
  return [...own, ...Object.entries(value).flatMap(([key, one]) => placesOf(one, [...path, key]))]
}

/** One change at a path; nothing where an earlier change took the path away. */
function change(root: Json, path: readonly string[], below: (limit: number) => number): void {
  let parent: Json | undefined = root
  for (const key of path.slice(0, -1))
    parent = (parent as Record<string, Json> | null | undefined)?.[key]
  const key = path.at(-1)
  if (parent === null || typeof parent !== 'object' || key === undefined) return
  const own = parent as Record<string, Json>
  const kinds = [
    () => delete own[key],
    () => Object.assign(own, { [key]: structuredClone(strange[below(strange.length)]) }),
    () => Object.assign(own, { [key]: otherOf(own[key], below) }),
    () => Object.assign(own, { [`${key}s`]: own[key], [key]: undefined }),
    () =>
      Object.assign(own, {
        [key]: structuredClone(Object.values(own)[below(Object.keys(own).length)]),
      }),
    () => Array.isArray(own[key]) && own[key].push(...structuredClone(own[key])),
    () => Array.isArray(own[key]) && own[key].splice(0),
  ]
  kinds[below(kinds.length)]?.()
}

/** Another value of the same type: such a mutant is often accepted. */
function otherOf(value: Json | undefined, below: (limit: number) => number): Json {
  if (typeof value === 'number')
    return (
      [0, -value, value * 1e9, value / 1e9, Number.MAX_VALUE, 5e-324, 1, 2 ** 53][below(8)] ?? 0
    )
  if (typeof value === 'string')
    return ['', '<script>', `${value}${value}`, 'x'.repeat(9000), '\u202e\n|', '0'][below(6)] ?? ''
  return typeof value === 'boolean'
    ? !value
    : structuredClone(strange[below(strange.length)] ?? null)
}

export function brokenText(text: string, below: (limit: number) => number): string {
  const at = below(text.length)
  const kinds = [
    text.slice(0, at),
    text.slice(0, at) + text.slice(at + 1 + below(20)),
    `${text.slice(0, at)}${'[{"'[below(3)]}${text.slice(at)}`,
    text.replace(/:[\d.]+/, ':NaN'),
    `${text}${text}`,
    text.replace(/"(\w+)":/, '"$1":1,"$1":'),
    text.replace('{', '{"__proto__":{"a":1},'),
    text.replaceAll(/\d/g, (digit) => (below(50) === 0 ? '9e9' : digit)),
  ]
  return kinds[below(kinds.length)] ?? ''
}
