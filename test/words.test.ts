import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'

/**
 * What a user reads is plain American English: the string and template literals of src, and the pages. Identifiers,
 * imports, types and code in pages are not looked at. docs/glossary.md gives each idea its one word.
 */

/** What may not occur, and what to write instead. */
const banned: readonly (readonly [RegExp, string])[] = [
  [/\bheal(s|ed|ing)?\b/i, 'fine-tune, repair'],
  [/\b(un)?proven\b|\bproves? (it|that)\b/i, 'certified, supported'],
  [/\blean(s|ing)?\b/i, 'undecided'],
  [/\bcontenders?\b/i, 'candidate'],
  [/\blessons?\b/i, 'training row, training data'],
  [/\bthe original\b/i, 'the incumbent, the source'],
  [/\bthat there (is|are)\b/i, 'a noun'],
  [/\bwhat (it|the message|the file|the spec) (says|names)\b/i, 'a noun'],
  [/\b(is|are|was|were) (said|told)\b|\bsaid (so|as)\b/i, 'stated, reported'],
  [/\bworks? (it|them)? ?out\b|\bworked out\b/i, 'compute'],
  [/\bheld (against|to)\b/i, 'compared with'],
  [/\bhand(ed|s)? over\b|\bhanded\b/i, 'pass'],
  [/\bgo(es)? on (from|where|with)\b|\bgoes on\b/i, 'continue, resume'],
  [/\b(was|were|is|be) had\b/i, 'obtained, measured'],
  [/\bpassed over\b|\bread over\b/i, 'ignored, skipped'],
  [/\b(anybody|nobody|somebody|everybody)\b/i, 'anyone, no one, or name the actor'],
  [/\bgive[sn]? back\b|\bgave\b/i, 'return'],
  [/\b(is|are) made of\b/i, 'contains, consists of'],
  [/\btimes less\b/i, 'uses 1/N, N times lower'],
  [/\bnone of the 1\b/i, 'the only'],
  [/\bcan ?not be said\b|\bcan be said\b/i, 'unknown'],
  [
    /\bfirst things first\b|\bin the end\b|\bfinding out\b/i,
    'in order, finally, the cost of the run',
  ],
  [/(?<!\b[Tt]here )\b(is|are) no (?!longer\b|more\b)[a-z]+/, 'is not a'],
  [/\b(is|are) not known\b/i, 'is unknown'],
  [/\bbeside\b/i, 'next to'],
  [/\bthe ending of\b/i, 'the extension of'],
  [/\bdear(er)?\b/i, 'expensive'],
  [/\bbe judged by\b|\bjudged? what\b/i, 'evaluate, check'],
  [/\bas they come\b|\bin its place\b|\bwithout an if\b|\btake it for\b/i, 'plain words'],
  [/\bby (the same|different|comparable) means\b/i, 'with the same meter'],
  [/\blikeliest\b/i, 'most likely'],
  [/\bhas cost\b|\bpays? (it )?back after infinite\b/i, 'the cost of, never pays back'],
  [/\b(makes|making|made) nothing\b|\bnothing (that|which)\b/i, 'name the thing'],
]

/** British words; the American form of each is the one with z, or, er, l, log. */
const british = new RegExp(
  `\\b(un|re|pre|de)?(${[
    '(quant|initial|token|normal|optim|recogn|summar|organ|visual|standard|minim|maxim|penal|general|real|serial|util|random|synchron|categor|final|author|regular|memor|priorit|local|character|emphas)is(e|es|ed|ing|er|ers|ation|ations)',
    'analys(e|es|ed|ing)',
    '(model|label|cancel|travel|level|signal|fuel|channel|total)l(ed|ing|er|ers)',
    '(col|fav|behavi|hon|neighb|lab|harb|flav)our[a-z]*',
    '(cent|lit|fib|theat)re(s|d)?',
    'licen[c]e[sd]?',
    'catalogue[sd]?',
    '(grey|programme|defence|offence|artefact|fulfil|whilst|amongst|learnt|spelt|misspelt|spoilt|judgement|acknowledgement|sceptical|cheque|aluminium)s?',
  ].join('|')})\\b`,
  'i',
)

/** Rooms of src whose sentences have not had their pass yet. Take a line away when its room is clean; none may stay. */
const notYet: readonly string[] = [
  'src/app/shrink/',
  'src/core/report/',
  'src/core/result/',
  'src/core/select/',
]

interface Sentence {
  readonly where: string
  readonly text: string
}

function problems({ where, text }: Sentence): readonly string[] {
  const found = banned.flatMap(([pattern, instead]) => {
    const hit = pattern.exec(text)?.[0]
    return hit === undefined ? [] : [`${where}: "${hit}" (write: ${instead}) in: ${text.trim()}`]
  })
  const word = british.exec(text)?.[0]
  return word === undefined
    ? found
    : [...found, `${where}: "${word}" is British spelling, in: ${text.trim()}`]
}

/** Literals with a space in them: sentences. Single words are keys, codes and names. */
function sentencesOf(file: string, source: string): readonly Sentence[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true)
  const found: Sentence[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return
    const text = literalText(node)
    if (text !== null && /\S\s+\S/.test(text)) {
      const line = tree.getLineAndCharacterOfPosition(node.getStart()).line + 1
      found.push({ where: `${file}:${line}`, text })
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

function literalText(node: ts.Node): string | null {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text
  if (!ts.isTemplateExpression(node)) return null
  return node.head.text + node.templateSpans.map((span) => `{}${span.literal.text}`).join('')
}

/** Lines of a page without its code. */
function proseOf(file: string, source: string): readonly Sentence[] {
  const prose = source
    .replace(/```[\s\S]*?```/g, (code) => code.replace(/[^\n]/g, ' '))
    .replace(/`[^`\n]*`/g, '{}')
    .replace(/\]\([^)]*\)/g, ']')
  return prose.split('\n').map((text, i) => ({ where: `${file}:${i + 1}`, text }))
}

const root = join(import.meta.dirname, '..')
const files = (...patterns: readonly string[]) =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...patterns], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => file !== '')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const isWaiting = (file: string) => notYet.some((room) => file.startsWith(room))

describe('words', () => {
  const sources = files('src/*.ts').filter((file) => !file.endsWith('.test.ts'))
  const sentences = sources.flatMap((file) => sentencesOf(file, read(file)))
  // The glossary lists the words that are not used.
  const pages = files('*.md').filter((file) => !/^test\/|glossary/.test(file))
  const prose = pages.flatMap((file) => proseOf(file, read(file)))

  test('sentences of src are plain American English', () => {
    expect(sentences.length).toBeGreaterThan(2000)
    expect(sentences.filter(({ where }) => !isWaiting(where)).flatMap(problems)).toEqual([])
  })

  test('every room that waits for its pass still needs it', () => {
    const all = [...sentences, ...prose]
    const clean = notYet.filter(
      (room) => !all.some((one) => one.where.startsWith(room) && problems(one).length > 0),
    )
    expect(clean).toEqual([])
  })

  test('pages are plain American English', () => {
    expect(pages.length).toBeGreaterThan(20)
    expect(prose.filter(({ where }) => !isWaiting(where)).flatMap(problems)).toEqual([])
  })

  test('the list finds what it bans, and lets identifiers, keys and code be', () => {
    const planted =
      "import x from 'the original'\nconst labelled = { unlabelled: 1 }\nthrow 'it is no model'"
    expect(sentencesOf('a.ts', planted).flatMap(problems)).toEqual([
      'a.ts:3: "is no model" (write: is not a) in: it is no model',
    ])
    expect(problems({ where: 'b', text: 'quantised colours' })).toHaveLength(1)
    expect(proseOf('c.md', 'set `unlabelled`\n```\ncolour\n```').flatMap(problems)).toEqual([])
  })
})
