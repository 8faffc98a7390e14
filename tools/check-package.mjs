// Packs the package, installs the tarball into an empty folder without the optional onnxruntime, and uses it as a
// new user would: init, run with the linear student alone, check. Also publint.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const dir = mkdtempSync(join(tmpdir(), 'rightsize-pack-'))
const run = (command, args, options = {}) =>
  execFileSync(command, args, {
    cwd: dir,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    ...options,
  })

const words = {
  refund: ['money back please', 'refund my order', 'return the payment', 'i want a refund'],
  login: ['cannot sign in', 'password is wrong', 'login fails', 'account is locked'],
  shipping: [
    'where is my parcel',
    'delivery is late',
    'track the package',
    'shipping address is wrong',
  ],
}

function tickets() {
  const rows = ['text,label']
  for (let i = 0; i < 25; i++) {
    for (const [label, texts] of Object.entries(words))
      rows.push(`${texts[i % 4]} number ${i},${label}`)
  }
  return `${rows.join('\n')}\n`
}

try {
  const [{ filename, unpackedSize, entryCount }] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', dir, '--loglevel=error'], { cwd: root }),
  )
  console.log(
    `packed ${filename}: ${entryCount} files, ${(unpackedSize / 1e6).toFixed(1)} MB unpacked`,
  )
  run('npx', ['publint', root, '--strict'], { cwd: root, stdio: 'inherit' })
  writeFileSync(join(dir, 'package.json'), '{"private":true,"type":"module"}')
  run('npm', [
    'i',
    join(dir, filename),
    '--omit=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ])
  // libsql's prebuilt binaries are optional dependencies of libsql itself.
  if (!existsSync(join(dir, 'node_modules/@libsql'))) {
    run('npm', [
      'i',
      join(dir, filename),
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      '--onnxruntime-node-install=skip',
    ])
    rmSync(join(dir, 'node_modules/onnxruntime-node'), { recursive: true, force: true })
  }
  writeFileSync(join(dir, 'tickets.csv'), tickets())
  const bin = join(dir, 'node_modules/.bin/rightsize')
  run(bin, [
    'init',
    'tickets.csv',
    '--input',
    'text',
    '--expected',
    'label',
    '--try',
    'linear',
    '--yes',
  ])
  let code = 0
  try {
    run(bin, ['run'])
  } catch (error) {
    code = error.status
  }
  if (![0, 1, 2].includes(code)) throw new Error(`run ended with ${code}`)
  const result = JSON.parse(readFileSync(join(dir, 'result.json'), 'utf8'))
  if (result.schema !== 'rightsize/run-result@2') throw new Error('no run result')
  console.log(`linear alone, without onnxruntime: ${result.decision.kind}, exit ${code}`)
  console.log(
    `library: ${run('node', ['-e', "import('rightsize').then((m) => console.log(Object.keys(m).join(' ')))"]).trim()}`,
  )
} finally {
  rmSync(dir, { recursive: true, force: true })
}
