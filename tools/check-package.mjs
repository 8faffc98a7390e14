// Packs the package, installs the tarball into empty folders and uses it as a stranger would: its size, its commands without
// optional packages, its doors under Node, esbuild, Vite and tsc. Also publint. `--node DIR/bin/node` runs the commands there.
import { execFileSync, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { build as vite } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const dir = mkdtempSync(join(tmpdir(), 'rightsize-pack-'))
const node = process.argv.includes('--node')
  ? process.argv[process.argv.indexOf('--node') + 1]
  : process.execPath
const esbuildVersion = '0.25.12'
const mostInstalledMB = 45
/** A new dependency is a decision: raise this in the commit that adds it, and say there why it is worth its risk. */
const mostPackages = 40
const npmFlags = ['--no-audit', '--no-fund', '--loglevel=error']

const run = (command, args, options = {}) =>
  execFileSync(command, args, {
    ...{ cwd: dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
    ...options,
  })
const MB = (bytes) => (bytes / 1e6).toFixed(1)

function require(holds, what) {
  if (!holds) throw new Error(what)
}

function folder(name) {
  const path = join(dir, name)
  mkdirSync(path)
  writeFileSync(join(path, 'package.json'), '{"private":true,"type":"module"}')
  return path
}

function bytesIn(path) {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

/** Packages that npm has installed below a folder. */
function packagesIn(path) {
  const { packages } = JSON.parse(
    readFileSync(join(path, 'node_modules/.package-lock.json'), 'utf8'),
  )
  return Object.keys(packages).length
}

async function pack() {
  const args = ['pack', '--json', '--pack-destination', dir, '--loglevel=error']
  const out = run('npm', args, { cwd: root })
  const found = JSON.parse(out.slice(out.search(/^[[{]/m)))
  const [{ filename, unpackedSize, entryCount }] = Array.isArray(found)
    ? found
    : Object.values(found)
  console.log(`packed ${filename}: ${entryCount} files, ${MB(unpackedSize)} MB unpacked`)
  const { messages, pkg } = await publint({ pkgDir: root, strict: true })
  for (const message of messages) console.log(formatMessage(message, pkg))
  require(messages.length === 0, 'publint complains')
  return join(dir, filename)
}

const words = {
  refund: ['money back please', 'refund my order', 'return the payment', 'i want a refund'],
  login: ['cannot sign in', 'password is wrong', 'login fails', 'account is locked'],
  shipping: ['where is my parcel', 'delivery is late', 'track the package', 'the address is wrong'],
}

function tickets() {
  const rows = ['text,label']
  for (let i = 0; i < 25; i++)
    for (const [label, texts] of Object.entries(words))
      rows.push(`${texts[i % 4]} number ${i},${label}`)
  return `${rows.join('\n')}\n`
}

/** init and run with the n-gram student alone, as on a machine of the given kind; returns what was told on stderr. */
function useCommands(path) {
  writeFileSync(join(path, 'tickets.csv'), tickets())
  const bin = join(path, 'node_modules/rightsize/dist/cli/main.js')
  const rightsize = (...args) => {
    const { status, stderr } = spawnSync(node, [bin, ...args], { cwd: path, encoding: 'utf8' })
    require([0, 1, 2].includes(status), `rightsize ${args[0]} ended with ${status}: ${stderr}`)
    return stderr
  }
  const columns = ['--input', 'text', '--expected', 'label', '--try', 'linear']
  rightsize('init', 'tickets.csv', ...columns, '--yes')
  const told = rightsize('run')
  const { schema, decision } = JSON.parse(readFileSync(join(path, 'result.json'), 'utf8'))
  require(schema.startsWith('rightsize/run-result@'), 'no run result')
  return { told, kind: decision.kind }
}

function plainInstall(tarball) {
  const path = folder('plain')
  run('npm', ['i', tarball, ...npmFlags], { cwd: path })
  const installed = bytesIn(join(path, 'node_modules'))
  const packages = packagesIn(path)
  console.log(
    `npm i rightsize: ${packages} packages (at most ${mostPackages}), ${MB(installed)} MB (at most ${mostInstalledMB})`,
  )
  require(packages <= mostPackages, 'a plain install brings too many packages')
  require(installed < mostInstalledMB * 1e6, 'a plain install is too large')
  require(!existsSync(join(path, 'node_modules/onnxruntime-node')), 'onnxruntime-node came along')
  const { told, kind } = useCommands(path)
  require(!told.includes('libsql is not installed'), 'libsql does not load')
  console.log(`init and run with the linear student: ${kind}`)
  return path
}

function withoutOptional(tarball) {
  const path = folder('omit')
  run('npm', ['i', tarball, '--omit=optional', ...npmFlags], { cwd: path })
  console.log(`npm i rightsize --omit=optional: ${MB(bytesIn(join(path, 'node_modules')))} MB`)
  const { told, kind } = useCommands(path)
  require(told.split('libsql is not installed').length === 2, 'the fallback is not said once')
  require(existsSync(join(path, '.rightsize/store.jsonl')), 'no store of JSON lines')
  console.log(`the same without libsql: ${kind}, stored in JSON lines`)
}

function consumer(path, name) {
  copyFileSync(join(root, 'tools/consumer', name), join(path, name))
  return join(path, name)
}

/** What a user installs for single runtimes; a bundle leaves it out. */
function optionalPackages() {
  const text = readFileSync(join(root, 'package.json'), 'utf8')
  const { peerDependencies, optionalDependencies } = JSON.parse(text)
  return [...Object.keys(peerDependencies), ...Object.keys(optionalDependencies)]
}

async function bundles(path) {
  run('npm', ['i', `esbuild@${esbuildVersion}`, '--no-save', ...npmFlags], { cwd: path })
  const expected = run(node, [consumer(path, 'doors.mjs')], { cwd: path })
  require(JSON.parse(expected).upper, 'the doors do not work under Node')
  const esbuild = join(path, 'node_modules/.bin/esbuild')
  const external = optionalPackages()
  const peers = external.map((name) => `--external:${name}`)
  const flags = ['--bundle', '--format=esm', '--log-level=warning', ...peers]
  const sizes = []
  const bundled = (name, more, outdir) => {
    run(esbuild, [consumer(path, name), ...flags, ...more, `--outdir=${outdir}`], { cwd: path })
    sizes.push(
      `esbuild ${name} ${MB(statSync(join(path, outdir, name.replace('.mjs', '.js'))).size)} MB`,
    )
    return join(path, outdir, name.replace('.mjs', '.js'))
  }
  const whole = bundled('doors.mjs', ['--platform=node', '--splitting'], 'out-node')
  require(run(node, [whole], { cwd: path }) === expected, 'the bundle of esbuild says otherwise')
  bundled('pure.mjs', ['--platform=browser', '--minify'], 'out-browser')
  for (const [name, ssr] of [
    ['doors.mjs', true],
    ['pure.mjs', false],
  ]) {
    const outDir = join(path, `out-vite-${ssr ? 'node' : 'browser'}`)
    const lib = ssr ? {} : { lib: { entry: join(path, name), formats: ['es'], fileName: 'pure' } }
    const options = { outDir, emptyOutDir: true, ...(ssr ? { ssr: join(path, name) } : lib) }
    const inline = { ssr: { noExternal: ['rightsize'], external } }
    await vite({ root: path, configFile: false, logLevel: 'warn', build: options, ...inline })
    sizes.push(`vite ${name} ${MB(bytesIn(outDir))} MB`)
  }
  const [entry] = readdirSync(join(path, 'out-vite-node')).filter((name) =>
    /^doors\.m?js$/.test(name),
  )
  const again = run(node, [join(path, 'out-vite-node', entry)], { cwd: path })
  require(again === expected, "Vite's bundle says otherwise")
  console.log(`bundles: ${sizes.join(', ')}`)
}

const misspellings = [
  ["runtime: 'openai'", "runtime: 'opnai'"],
  ["scorer: 'exact'", "scorer: 'exactt'"],
  ["incumbent: 'large'", "incumbent: 'larg'"],
]

function compiles(path) {
  const text = readFileSync(join(root, 'tools/consumer/right.ts'), 'utf8')
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const check = (name, source, how) => {
    writeFileSync(join(path, name), source)
    const strict = ['--strict', '--exactOptionalPropertyTypes', '--noEmit', '--target', 'es2023']
    const types = ['--lib', 'es2023,dom', '--typeRoots', join(root, 'node_modules/@types')]
    const args = [tsc, name, ...how, ...strict, ...types, '--types', 'node']
    return spawnSync(process.execPath, args, { cwd: path, encoding: 'utf8' })
  }
  const ways = [
    ['--module', 'node16', '--moduleResolution', 'node16'],
    ['--module', 'esnext', '--moduleResolution', 'bundler'],
  ]
  for (const way of ways) {
    const { status, stdout } = check('right.ts', text, way)
    require(status === 0, `${way.join(' ')}: ${stdout}`)
  }
  for (const [right, wrong] of misspellings) {
    const { status, stdout } = check('wrong.ts', text.replace(right, wrong), ways[0])
    require(status !== 0 && stdout.includes(wrong.split("'")[1]), `${wrong} compiles`)
  }
  console.log('tsc: node16 and bundler compile a strict consumer; three misspellings do not')
}

try {
  const tarball = await pack()
  const path = plainInstall(tarball)
  withoutOptional(tarball)
  if (node === process.execPath) {
    await bundles(path)
    compiles(path)
  }
} finally {
  rmSync(dir, { recursive: true, force: true })
}
