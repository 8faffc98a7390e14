// A Python environment for peers, outside the repository: made once, with pip, where both can be had.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = join(tmpdir(), 'rightsize-bench', 'venv')
const last = (text) => (text ?? '').trim().split('\n').at(-1)

/** `{python}` that can import all `modules`, or `{why}` not. `packages` are what pip installs for them. RIGHTSIZE_PYTHON names another Python. */
export function pythonWith(packages, modules) {
  const can = (python) =>
    spawnSync(python, ['-c', modules.map((name) => `import ${name}`).join('\n')]).status === 0
  const given = process.env.RIGHTSIZE_PYTHON ?? 'python3'
  if (can(given)) return { python: given }
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  if (existsSync(python) && can(python)) return { python }
  mkdirSync(join(tmpdir(), 'rightsize-bench'), { recursive: true })
  const steps = [
    [given, ['-m', 'venv', folder]],
    [python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]],
  ]
  for (const [program, args] of steps) {
    const run = spawnSync(program, args, { encoding: 'utf8', timeout: 120_000 })
    if (run.status === 0) continue
    rmSync(folder, { recursive: true, force: true })
    return {
      why: `${program} ${args.slice(0, 3).join(' ')}: ${run.error?.message ?? last(run.stderr)}`,
    }
  }
  return can(python)
    ? { python }
    : { why: `${modules.join(', ')} cannot be imported after the install` }
}
