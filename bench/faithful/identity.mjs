// every single-byte change of a file that is read changes the identity, and 20 restarts do not (after `npm run build`)
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const load = (path) => import(join(root, 'dist', `${path}.js`))
const restarts = 20
/** Every byte of a shorter file, so many of a longer one. */
const samples = 64

/** One candidate of each kind of which files hold the model, and the files that it reads. */
async function candidates(folder) {
  const { decodeModel } = await load('core/onnx/decode')
  const { encodeFiles } = await load('core/onnx/external-write')
  const { encodeHead } = await load('core/student/student-forms')
  const put = (name, content) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
    return name
  }
  cpSync(join(root, 'examples/helpdesk-intents/models/tiny'), join(folder, 'tiny'), {
    recursive: true,
  })
  const graph = 'tiny/onnx/model.onnx'
  const model = decodeModel(readFileSync(join(folder, graph)))
  const files = encodeFiles(model, { dataPath: 'weights.bin', threshold: 0 })
  put('tiny/onnx/weights.bin', Buffer.concat([...files.data.chunks()]))
  put(graph, Buffer.concat([...files.model.chunks()]))
  for (const name of ['tokenizer_config.json', 'special_tokens_map.json', 'vocab.txt'])
    put(`tiny/${name}`, '{}')
  const onnx = readdirSync(join(folder, 'tiny'), { recursive: true })
    .map((name) => `tiny/${name}`)
    .filter((name) => statSync(join(folder, name)).isFile() && !name.endsWith('.md'))
  const labels = ['a', 'b']
  const layers = [{ weights: new Float32Array(4), bias: new Float32Array(2) }]
  const head = put('head.safetensors', encodeHead({ labels, width: 2, layers }))
  // The identity of a student is that of its bytes, whatever they hold.
  const student = put('student.safetensors', encodeHead({ labels, width: 2, layers }))
  const main = put('code/main.mjs', "export { answer } from './inner.mjs'\n")
  const inner = put(
    'code/inner.mjs',
    "import { pick } from 'pick'\nexport const answer = (x) => pick(x)\n",
  )
  const pick = put('code/node_modules/pick/index.js', 'export const pick = (x) => x\n')
  put('code/node_modules/pick/package.json', '{"name":"pick","version":"1.0.0","type":"module"}')
  const answers = put('answers.jsonl', '{"id":"1","output":"a"}\n')
  const code = [main, inner, pick]
  return [
    [{ runtime: 'onnx', model: 'tiny' }, onnx],
    [{ runtime: 'encoder', model: 'tiny' }, onnx],
    [{ runtime: 'linear', model: student }, [student]],
    [{ runtime: 'static', model: student }, [student]],
    [{ runtime: 'head', model: head, settings: { encoder: 'tiny' } }, [head, ...onnx]],
    [{ runtime: 'module', model: main }, code],
    [{ runtime: 'command', command: ['node', main], inputs: [answers] }, [...code, answers]],
    [{ runtime: 'replay', model: answers }, [answers]],
  ].map(([spec, reads]) => ({ spec: { id: 'one', base: 'one', settings: {}, ...spec }, reads }))
}

const script = `const { revisionOf } = await import(process.argv[1])
const specs = JSON.parse(process.argv[2])
const found = []
for (const spec of specs) found.push(await revisionOf(spec, { baseDir: process.argv[3] }))
console.log(JSON.stringify(found))`

export async function section() {
  const folder = mkdtempSync(join(tmpdir(), 'rightsize-identity-'))
  try {
    const { revisionOf } = await load('adapters/runtime/revision/table')
    const all = await candidates(folder)
    let holds = true
    const before = []
    for (const { spec, reads } of all) {
      const own = await revisionOf(spec, { baseDir: folder })
      before.push(own)
      let changed = 0
      let tried = 0
      for (const name of reads) {
        const whole = readFileSync(join(folder, name))
        const count = Math.min(whole.length, samples)
        for (let i = 0; i < count; i++) {
          const at = Math.floor((i * (whole.length - 1)) / Math.max(1, count - 1))
          const other = Buffer.from(whole)
          other[at] ^= 0x15
          writeFileSync(join(folder, name), other)
          tried++
          // A file that no longer opens is found as well.
          if ((await revisionOf(spec, { baseDir: folder }).catch(() => null)) !== own) changed++
        }
        writeFileSync(join(folder, name), whole)
      }
      console.log(
        `${spec.runtime.padEnd(8)} ${reads.length} files: ${changed} of ${tried} changes found`,
      )
      holds &&= changed === tried
    }
    const table = join(root, 'dist/adapters/runtime/revision/table.js')
    const words = [
      '--input-type=module',
      '-e',
      script,
      table,
      JSON.stringify(all.map(({ spec }) => spec)),
      folder,
    ]
    let moved = 0
    for (let i = 0; i < restarts; i++) {
      const { stdout } = spawnSync(process.execPath, words, { encoding: 'utf8' })
      if (stdout.trim() !== JSON.stringify(before)) moved++
    }
    console.log(`restarts: ${moved} of ${restarts} changed an identity`)
    return holds && moved === 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
