import { afterAll, describe, expect, test, vi } from 'vitest'
import { Endpoint } from './endpoint.ts'
import { Folder } from './folder.ts'

// Starting the program takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const folder = new Folder()
afterAll(() => folder.remove())

const one = 'text,label\nhello one,a\nhello two,a\nhello three,a\n'
const two = 'text,label\nhello one,a\nhello two,b\nbye three,a\nbye four,b\nok five,a\nok six,b\n'
folder.write('one.csv', one)
folder.write('train.csv', two)
folder.write('test.csv', 'text,label\nhello again,a\nbye again,c\n')
folder.write('other.csv', 'when;energy\n2026-01-01;1,5\n')
folder.write(
  'manifest.yml',
  [
    'name: hostile',
    'initialize:',
    '  plugins:',
    '    shell: { method: Shell, path: builtin, global-config: { command: touch PWNED } }',
    'tree:',
    '  children:',
    '    c:',
    '      pipeline: { compute: [shell] }',
    '      inputs: [{ timestamp: "2026-01-01T00:00:00.000Z", duration: 10, energy: 1 }]',
  ].join('\n'),
)

const judged = ['--input', 'text', '--expected', 'label', '--floor', '0.5']

describe('bad input ends with 3, a code, a cause and a next step', () => {
  test.each([
    [['train', 'linear', 'one.csv', '--out', 'm'], 'STUDENT_ONE_CLASS', /"a"/],
    [['train', 'linear', 'none.csv', '--out', 'm'], 'DATA_MISSING', /none\.csv/],
    [
      ['train', 'tree', 'train.csv', '--out', 'm'],
      'FLAG_VALUE',
      /linear, static, head or encoder, not "tree"/,
    ],
    [
      ['run', 'test.csv', ...judged, '--train', 'train.csv', '--try', 'linear'],
      'DATA_LABEL',
      /`c`/,
    ],
    [['run', 'one.csv', ...judged, '--try', 'linear'], 'RUN_NOTHING_ANSWERED', /STUDENT_ONE_CLASS/],
    [['run', 'train.csv', ...judged, '--try', 'magic:x'], 'RUNTIME_UNKNOWN', /`magic:x`/],
    [
      ['sci', '--kwh', '1', '--requests', '0', '--grid', 'DEU'],
      'FLAG_VALUE',
      /number above 0, not "0"/,
    ],
    [['sci', '--kwh', '-1', '--requests', '9', '--grid', 'DEU'], 'FLAG_VALUE', /not "-1"/],
    [['sci', '--kwh', '1,5', '--requests', '9', '--grid', 'DEU'], 'FLAG_VALUE', /1,5/],
    [['sci', '--kwh', '1', '--requests', '9', '--grid', 'Germny'], 'GRID_UNKNOWN', /DEU/],
    [['sci', 'other.csv', '--requests', '9', '--grid', 'DEU'], 'IMPORT_INVALID', /codecarbon/],
  ])('%j', async (args, code, what) => {
    const ran = await folder.rightsize(args)
    expect(ran.err).toContain(`error ${code}: `)
    expect(ran.err).toMatch(what)
    expect(ran.err).toMatch(/^ {2}next: \S/m)
    expect(ran).toMatchObject({ code: 3, out: '' })
  })
})

test('the shell plugins of a manifest are never executed', async () => {
  await folder.rightsize(['sci', 'manifest.yml', '--requests', '9', '--grid', 'DEU'])
  const lint = await folder.rightsize(['lint-report', 'manifest.yml'])
  expect(lint).toMatchObject({ code: 1, out: expect.stringContaining('never executed') })
  expect(folder.files()).not.toContain('PWNED')
})

test('a trained student is a folder that a run takes as it is', async () => {
  const trained = await folder.rightsize(['train', 'linear', 'train.csv', '--out', 'models/linear'])
  expect(trained).toMatchObject({ code: 0, out: expect.stringContaining('as a candidate') })
  const tried = ['--try', 'linear:models/linear', '--save']
  const ran = await folder.rightsize(['run', 'train.csv', ...judged, ...tried])
  expect(ran.err).toContain('wrote rightsize.lock')
  expect(folder.result().candidates[0]).toMatchObject({ n: 6, runtime: 'linear', trained: null })
})

test('a promptfoo file runs, says what it left out, and asks for a bar where it has none', async () => {
  const endpoint = await Endpoint.open(({ text }) => (/Spanish/.test(text) ? 'Hola' : 'Bonjour'))
  const user = new Folder()
  user.write(
    'promptfooconfig.yaml',
    [
      'description: Greetings',
      "prompts: ['Say hello in {{language}}']",
      'providers:',
      `  - { id: "openai:big", config: { apiBaseUrl: "${endpoint.baseUrl}", apiKey: sk-written-into-the-file-123 } }`,
      'tests:',
      '  - { vars: { language: French }, assert: [{ type: icontains, value: bonjour }, { type: javascript, value: "output.length < 20" }] }',
      '  - { vars: { language: Spanish }, assert: [{ type: equals, value: Hola }] }',
    ].join('\n'),
  )
  const asked = await user.rightsize(['run', 'promptfooconfig.yaml'])
  expect(asked).toMatchObject({ code: 3, err: expect.stringContaining('error SPEC_BAR') })
  const ran = await user.rightsize(['run', 'promptfooconfig.yaml', '--floor', '0.5'])
  expect(ran.err).toMatch(/note: .*javascript is code/)
  expect(ran.err).toMatch(/note: .*keys come from the environment only.*apiKey/)
  expect(user.result().candidates[0]).toMatchObject({ n: 2, quality: { value: 1 } })
  const trusted = await user.rightsize(['run', 'promptfooconfig.yaml', '--floor', '0.5', '--trust'])
  expect(trusted.err).not.toContain('javascript')
  expect(user.result().candidates[0]).toMatchObject({ quality: { value: 1 } })
  for (const name of user
    .files()
    .filter((file) => /report|result|lock|rightsize\.yaml|store\.db$/.test(file)))
    expect(user.read(name)).not.toContain('sk-written-into-the-file-123')
  endpoint.close()
  user.remove()
})
