import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** One step of a recipe: a block of code, and what its sentence says to do with it. */
export type Step =
  | { readonly kind: 'file'; readonly path: string; readonly code: string }
  | { readonly kind: 'import'; readonly path: string; readonly code: string }
  | {
      readonly kind: 'row'
      readonly path: string
      readonly table: string
      /** The row before which it stands; null for the end. */
      readonly before: string | null
      readonly code: string
    }

export interface Recipe {
  readonly title: string
  readonly steps: readonly Step[]
}

const sentences: readonly (readonly [RegExp, (found: RegExpExecArray, code: string) => Step])[] = [
  [/^New file `([^`]+)`/, ([, path = ''], code) => ({ kind: 'file', path, code })],
  [/^In `([^`]+)`, an import/, ([, path = ''], code) => ({ kind: 'import', path, code })],
  [
    /^In `([^`]+)`, a row at the end of `([^`]+)`/,
    ([, path = '', table = ''], code) => ({ kind: 'row', path, table, before: null, code }),
  ],
  [
    /^In `([^`]+)`, a row of `([^`]+)` before `([^`]+)`/,
    ([, path = '', table = '', before = ''], code) => ({ kind: 'row', path, table, before, code }),
  ],
]

/** The recipes of a page: sections `### Add ...` with numbered steps, each a sentence and a block of TypeScript. */
export function recipesIn(page: string): readonly Recipe[] {
  const [, ...sections] = page.split(/^### (?=Add )/m)
  return sections.map((section) => {
    const blocks = [...section.matchAll(/^\d+\. (.+)\n\n {3}```ts\n([\s\S]*?)^ {3}```$/gm)]
    return {
      title: section.split('\n', 1)[0] ?? '',
      steps: blocks.map(([, sentence = '', code = '']) => stepOf(sentence, code)),
    }
  })
}

function stepOf(sentence: string, indented: string): Step {
  const code = indented.replace(/^ {3}/gm, '')
  for (const [pattern, make] of sentences) {
    const found = pattern.exec(sentence)
    if (found !== null) return make(found, code)
  }
  throw new Error(`no step can be read from: ${sentence}`)
}

/** Does what a step says in the copy below `root`. */
export function apply(step: Step, root: string): void {
  const path = join(root, step.path)
  if (step.kind === 'file') {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, step.code, { flag: 'wx' })
    return
  }
  const text = readFileSync(path, 'utf8')
  const done = step.kind === 'import' ? step.code + text : withRow(text, step)
  writeFileSync(path, done)
}

function withRow(text: string, { table, before, code }: Step & { readonly kind: 'row' }): string {
  const start = new RegExp(`const ${table}\\b[^=]*= [[{]`).exec(text)
  if (start === null) throw new Error(`there is no table ${table}`)
  const open = start.index + start[0].length
  const at = before === null ? endOf(text, open) : text.indexOf(`\n  ${before}: `, open)
  if (at < 0) throw new Error(`${table} has no row ${before}`)
  const rows = code.trimEnd().replace(/^(?=.)/gm, '  ')
  return `${text.slice(0, at)}\n${rows}${text.slice(at)}`
}

/** Where the table ends: the line break before the first bracket at the beginning of a line. */
function endOf(text: string, open: number): number {
  const found = /\n[\]}]/.exec(text.slice(open))
  if (found === null) throw new Error('the table has no end')
  return open + found.index
}
