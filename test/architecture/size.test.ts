import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

/** A file of src is read in one sitting, a function on one screen. Tests are not measured. */
const limits = { file: 300, function: 45 }

/** `file` or `file function` of all that is over its limit, and its lines. */
function tooLong(file: string, source: string): ReadonlyMap<string, number> {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true)
  const lineAt = (position: number) => tree.getLineAndCharacterOfPosition(position).line
  const found = new Map<string, number>()
  const lines = source.split('\n').length - 1
  if (lines > limits.file) found.set(file, lines)
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const length = lineAt(node.end) - lineAt(node.getStart()) + 1
      if (length > limits.function) found.set(`${file} ${nameOf(node)}`, length)
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

function nameOf(node: ts.SignatureDeclaration): string {
  const { parent } = node
  if (node.name !== undefined) return node.name.getText()
  return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)
    ? parent.name.getText()
    : 'a function without a name'
}

const root = join(import.meta.dirname, '../..')
const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((file) => `src/${file}`)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))

test('no file and no function of src is longer than its limit', () => {
  const found = new Map(
    files.flatMap((file) => [...tooLong(file, readFileSync(join(root, file), 'utf8'))]),
  )
  for (const [where, lines] of found) process.stdout.write(`${lines} lines: ${where}\n`)
  expect([...found.keys()]).toEqual([])
})

test('a long function and a long file are found, nested functions too', () => {
  const body = '  1\n'.repeat(limits.function)
  const source = `const outer = () => {\n  function inner() {\n${body}  }\n}\n${'\n'.repeat(limits.file)}`
  expect([...tooLong('a.ts', source).keys()]).toEqual(['a.ts', 'a.ts outer', 'a.ts inner'])
  expect(tooLong('b.ts', 'const short = () => 1\n').size).toBe(0)
})
