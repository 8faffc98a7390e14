import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'

const root = resolve(import.meta.dirname, '../..')
const source = join(root, 'src')

/**
 * A package folder with what is in src now, compiled: end-to-end tests run what a user installs, and dist may be older
 * than the sources. Named by the digest of the sources, so that all test files share one.
 */
export function compiledPackage(): string {
  const files = sources()
  const texts = files.map((file) => readFileSync(file, 'utf8'))
  const digest = createHash('sha256').update(files.concat(texts).join('\n')).digest('hex')
  const place = join(tmpdir(), `rightsize-e2e-${digest.slice(0, 16)}`)
  if (existsSync(place)) return place
  const half = mkdtempSync(join(tmpdir(), 'rightsize-e2e-half-'))
  files.forEach((file, i) => {
    const target = join(half, 'dist', relative(source, file)).replace(/\.ts$/, '.js')
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, transpile(texts[i] ?? ''))
  })
  for (const name of ['node_modules', 'data', 'schema', 'package.json'])
    symlinkSync(join(root, name), join(half, name))
  try {
    renameSync(half, place)
  } catch {
    // Another test file was quicker.
    rmSync(half, { recursive: true, force: true })
  }
  return place
}

const sources = (): readonly string[] =>
  readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(source, name))
    .sort()

const transpile = (text: string): string =>
  ts.transpileModule(text, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  }).outputText
