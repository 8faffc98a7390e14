// Compiles src/ into dist/ and makes the command executable. Runs on `npm ci` through `prepare`.
// Types are stripped file by file, which takes half a second; the whole compiler, which checks them and writes
// declarations, runs before packing and with `--declarations`.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transformSync } from 'rolldown/utils'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')

/** npm sets the last one where it packs a git dependency. */
const { npm_command: command = '', _PACOTE_NO_PREPARE_: gitDependency } = process.env
const forUsers =
  process.argv.includes('--declarations') ||
  ['pack', 'publish'].includes(command) ||
  gitDependency !== undefined

function compile() {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  const args = [tsc, '-p', join(root, 'tsconfig.json')]
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

/** The same JavaScript but for layout: tsconfig's `isolatedModules` and `verbatimModuleSyntax` see to that. */
const options = {
  lang: 'ts',
  target: 'es2023',
  typescript: { onlyRemoveTypeImports: true, rewriteImportExtensions: 'rewrite' },
}

function strip() {
  for (const name of readdirSync(join(root, 'src'), { recursive: true })) {
    if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue
    const text = readFileSync(join(root, 'src', name), 'utf8')
    const { code, errors } = transformSync(name, text, options)
    if (errors.length > 0) throw new Error(`${name}: ${errors[0].message}`)
    const path = join(dist, name.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, code)
  }
}

rmSync(dist, { recursive: true, force: true })
if (forUsers) compile()
else strip()
chmodSync(join(dist, 'cli/main.js'), 0o755)
