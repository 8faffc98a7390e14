import { spawnSync } from 'node:child_process'
import { env } from 'node:process'

/** Python with packages that only comparisons with other people's tools need. RIGHTSIZE_PYTHON names another Python. */
export interface PythonPackages {
  /** Empty where all can be imported, else the reason to put behind the name of a skipped test. */
  readonly absent: string
  /** What a program prints as JSON. Throws with its stderr where it fails. */
  run(program: string, ...args: readonly string[]): unknown
}

const python = env['RIGHTSIZE_PYTHON'] ?? 'python3'

export function pythonPackages(...names: readonly string[]): PythonPackages {
  const can = spawnSync(python, ['-c', `import ${names.join(', ')}`]).status === 0
  return {
    absent: can
      ? ''
      : ` (skipped: ${python} has not all of ${names.join(', ')}; RIGHTSIZE_PYTHON names one that has)`,
    run: (program, ...args) => {
      const ran = spawnSync(python, ['-c', program, ...args], { encoding: 'utf8' })
      if (ran.status !== 0) throw new Error(ran.stderr)
      return JSON.parse(ran.stdout)
    },
  }
}
