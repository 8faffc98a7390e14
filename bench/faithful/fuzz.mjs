// every form that others write, mutated for 10 minutes: 0 hangs over 2 s, 0 errors without a name, 0 prototype pollution
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The ONNX reader has a fuzzer of its own, which runs as long again. */
const seconds = process.argv.includes('--quick') ? 20 : 300

export function section() {
  const { status } = spawnSync(
    'npx',
    ['vitest', 'run', 'test/fuzz/formats.test.ts', 'test/onnx/fuzz.test.ts'],
    {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, RIGHTSIZE_FUZZ_S: String(seconds) },
      stdio: 'inherit',
    },
  )
  return status === 0
}
