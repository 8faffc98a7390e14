import { createRequire } from 'node:module'

const require = createRequire(new URL('../bench/package.json', import.meta.url))

/** A package that only benches and comparisons with other people's tools need: a plain `npm ci` leaves it out. */
export interface BenchPackage {
  /** Empty where it is installed, else the reason to put behind the name of a skipped test. */
  readonly absent: string
  /** Absolute path of a module of the package. Throws where the package is not installed. */
  resolve(specifier: string): string
  /** Loads a CommonJS module of the package. Throws where the package is not installed. */
  load(specifier: string): unknown
}

/** `witness` is any module of the package, e.g. its name; installed by `npm ci --prefix bench`. */
export function benchPackage(witness: string): BenchPackage {
  return { absent: reasonOf(witness), resolve: require.resolve, load: require }
}

function reasonOf(witness: string): string {
  try {
    require.resolve(witness)
    return ''
  } catch {
    return ` (skipped: ${witness} is not installed; npm ci --prefix bench)`
  }
}
