import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { commandLine } from '../../test/command-line.ts'

const cwd = mkdtempSync(join(tmpdir(), 'models-'))
afterAll(() => rmSync(cwd, { recursive: true }))
const run = (...argv: string[]) => commandLine(argv, { cwd, env: { XDG_DATA_HOME: cwd } })

test('a closed model is a range with its source, an unknown one an error that says what to type', async () => {
  const { out } = await run('models', 'find', 'gpt-4o')
  expect(out).toMatch(/44 to 132 billion per token/)
  expect(out).toMatch(/not published; assumed by .*EcoLogits 0.11.3/)
  const unknown = await run('models', 'find', 'my-own')
  expect(unknown).toMatchObject({ code: 3 })
  expect(unknown.err).toMatch(/--parameters/)
})

test('a table of the user is asked first, and the list of EcoLogits can be one', async () => {
  const models = { 'my-own': { total: 9, source: 'our training log', checked: '2026-11-01' } }
  writeFileSync(join(cwd, 'mine.json'), JSON.stringify({ schema: 'rightsize/models@2', models }))
  expect((await run('models', 'update', '--from', 'mine.json')).out).toMatch(/1 model /)
  expect((await run('models', 'find', 'my-own')).out).toMatch(/our training log/)
  const list = {
    models: [
      {
        ...{ provider: 'openai', name: 'gpt-4o', warnings: ['model-arch-not-released'] },
        architecture: { parameters: { total: 200, active: { min: 20, max: 60 } } },
      },
    ],
  }
  writeFileSync(join(cwd, 'list.json'), JSON.stringify(list))
  await run('models', 'update', '--from', 'list.json', '--date', '2027-01-01')
  const { out } = await run('models', 'find', 'gpt-4o')
  expect(out).toMatch(/20 to 60 billion per token/)
  expect(out).toMatch(/list.json, checked 2027-01-01/)
  // What the list does not know stays, with its own date.
  expect((await run('models', 'find', 'my-own')).out).toMatch(
    /our training log, checked 2026-11-01/,
  )
})

test.each([
  ['[]', 'holds no object'],
  ['{"schema":"rightsize/models@2","models":{"a":{"total":0,"source":"x"}}}', 'cannot be read: a'],
  ['{"schema":"rightsize/models@2","models":{}}', 'holds no model'],
])('%s is refused, and nothing is replaced', async (text, why) => {
  writeFileSync(join(cwd, 'bad.json'), text)
  const { code, err } = await run('models', 'update', '--from', 'bad.json')
  expect(code).toBe(3)
  expect(err).toContain(why)
})

test('what the action does not read is refused, not dropped', async () => {
  const shown = await run('models', 'show', 'gpt-4o')
  expect(shown).toMatchObject({ code: 3, out: '' })
  expect(shown.err).toContain('rightsize models find gpt-4o')
  expect((await run('models', '--date', '2027-01-01')).err).toContain('error FLAG_UNUSED')
})
