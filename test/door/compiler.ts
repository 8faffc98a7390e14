import { join } from 'node:path'
import ts from 'typescript'

const root = join(import.meta.dirname, '../..')

/** The published paths, as a checkout has them. */
const paths = {
  rightsize: ['src/index.ts'],
  'rightsize/*': ['src/*.ts'],
}

const options: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  types: ['node'],
  paths: Object.fromEntries(
    Object.entries(paths).map(([name, [to]]) => [name, [join(root, to ?? '')]]),
  ),
}

/** What the compiler says of each text, as if it were a module at the root of the repository; nothing is written. */
export function mistakesIn(
  texts: Readonly<Record<string, string>>,
): Readonly<Record<string, readonly string[]>> {
  const files = new Map(
    Object.entries(texts).map(([name, text], i) => [
      join(root, `example-${i}.ts`),
      { name, text: `${text}\nexport {}` },
    ]),
  )
  const host = ts.createCompilerHost(options)
  const { readFile, fileExists } = host
  host.readFile = (path) => files.get(path)?.text ?? readFile(path)
  host.fileExists = (path) => files.has(path) || fileExists(path)
  host.getSourceFile = (path, target) => {
    const text = host.readFile(path)
    return text === undefined ? undefined : ts.createSourceFile(path, text, target)
  }
  const program = ts.createProgram([...files.keys()], options, host)
  return Object.fromEntries(
    [...files].map(([path, { name }]) => [name, diagnosticsOf(program, path)]),
  )
}

function diagnosticsOf(program: ts.Program, path: string): readonly string[] {
  const source = program.getSourceFile(path)
  const found = [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
  ]
  return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))
}
