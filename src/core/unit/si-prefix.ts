/** A power of 1000 with its SI prefix. Source: BIPM, The International System of Units (SI), 9th edition, table 7. */
export interface SiPrefix {
  readonly factor: number
  readonly prefix: string
}

const prefixes: readonly SiPrefix[] = [
  { factor: 1e9, prefix: 'G' },
  { factor: 1e6, prefix: 'M' },
  { factor: 1e3, prefix: 'k' },
  { factor: 1, prefix: '' },
  { factor: 1e-3, prefix: 'm' },
  { factor: 1e-6, prefix: 'µ' },
  { factor: 1e-9, prefix: 'n' },
  { factor: 1e-12, prefix: 'p' },
]

/** The prefix under which a value reads between 1 and 1000; none for 0, the outermost beyond p and G. */
export function siPrefix(value: number): SiPrefix {
  const size = Math.abs(value)
  if (size === 0 || !Number.isFinite(size)) return { factor: 1, prefix: '' }
  return prefixes.find(({ factor }) => size >= factor) ?? { factor: 1e-12, prefix: 'p' }
}

/** `digits` significant figures; an exponent below a thousandth and from ten million on, and only there. */
export function figures(value: number, digits = 4): string {
  const rounded = Number(value.toPrecision(digits))
  const size = Math.abs(rounded)
  if (size === 0 || (size >= 1e-3 && size < 1e7)) return String(rounded)
  return rounded.toExponential()
}

/** Value with prefix and unit: 34.38 µWh. With `like`, under that prefix, so that figures side by side compare. */
export function withPrefix(value: number, unit: string, like: SiPrefix = siPrefix(value)): string {
  return `${figures(value / like.factor)} ${like.prefix}${unit}`
}
