import { expect, test } from 'vitest'
import { commandLine } from '../../test/command-line.ts'
import { tables } from '../wire/list.ts'

const list = (...words: string[]) => commandLine(['list', ...words], { cwd: '/' })

test('without a word the lists are listed', async () => {
  const { code, out } = await list()
  expect(code).toBe(0)
  for (const name of Object.keys(tables)) expect(out).toContain(`  ${name}`)
})

test.each(Object.keys(tables) as (keyof typeof tables)[])(
  'list %s prints every row with its summary and its example, and all facts as JSON',
  async (name) => {
    const rows = Object.entries(await tables[name].load())
    const { out } = await list(name)
    const flat = out.replace(/\s+/g, ' ')
    for (const [part, { summary, example }] of rows) {
      expect(flat).toContain(part)
      expect(flat).toContain(summary)
      expect(out).toContain(example)
    }
    const json = JSON.parse((await list(name, '--json')).out) as { name: string }[]
    expect(json.map((row) => row.name)).toEqual(rows.map(([part]) => part))
    expect(json[0]).toMatchObject({ summary: rows[0]?.[1].summary })
  },
)

test('a list that does not exist is refused with the nearest', async () => {
  const { code, err } = await list('scorrers')
  expect(code).toBe(3)
  expect(err).toContain('Did you mean `scorers`?')
})
