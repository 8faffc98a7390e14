import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'
import { temporaryFolder } from './temporary-folder.ts'

const root = resolve(import.meta.dirname, '../..')
const source = join(root, 'src')

/**
 * Compiles src/worker.ts and what it reaches into a folder of its own and returns the path of worker.js: a .ts child
 * cannot be forked under Node 20, and dist may be older than the sources under test.
 */
export const compiledWorker = (): string => compiledModule('worker.ts')

/** The same for any file of src, by its path below it. */
export function compiledModule(path: string): string {
  const folder = temporaryFolder('compiled')
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  const seen = new Set<string>()
  const queue = [join(source, path)]
  for (let file = queue.shift(); file; file = queue.shift()) {
    if (seen.has(file)) continue
    seen.add(file)
    const text = readFileSync(file, 'utf8')
    const target = join(folder, relative(source, file)).replace(/\.ts$/, '.js')
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, transpile(text))
    queue.push(...importsOf(text, file))
  }
  return join(folder, path.replace(/\.ts$/, '.js'))
}

function transpile(text: string): string {
  return ts.transpileModule(text, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  }).outputText
}

/** Values only: what is imported as a type leaves no trace in the output. */
function importsOf(text: string, file: string): readonly string[] {
  const found = [...text.matchAll(/(?:from|import\()\s*'(\.[^']+\.ts)'/g)]
  return found.map((match) => resolve(dirname(file), match[1] ?? ''))
}
