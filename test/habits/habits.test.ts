import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { run } from '../../src/index.ts'

vi.setConfig({ testTimeout: 60_000 })

interface Habit {
  readonly name: string
  readonly text: string
  /** Whether the label in it is to be understood. */
  readonly read: boolean
}

const list = new URL('../../bench/inputs/habits.json', import.meta.url)
const habits = (JSON.parse(readFileSync(list, 'utf8')) as readonly Habit[]).map((habit) => ({
  ...habit,
  name: habit.name.replaceAll(' ', '-'),
}))
const labels = ['refund_request', 'login_problem', 'delivery_status', 'other_question']

const folder = mkdtempSync(join(tmpdir(), 'rightsize-habits-'))
afterAll(() => rmSync(folder, { recursive: true }))
const rows = Array.from({ length: 240 }, (_, at) => ({
  id: `t${at}`,
  text: `ticket ${at}`,
  label: labels[at % 4] as string,
}))
writeFileSync(join(folder, 'items.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'))

const other = (label: string) => labels[(labels.indexOf(label) + 1) % labels.length] as string

/** What a model of this habit and share of errors answers to a ticket. */
function answer({ text }: Habit, input: unknown, wrong: number): string {
  const at = Number(String(input).split(' ')[1])
  const right = labels[at % 4] as string
  const label = ((at * 149) % 240) / 240 < wrong ? other(right) : right
  const put: Readonly<Record<string, string>> = {
    label,
    Label: `${label.charAt(0).toUpperCase()}${label.slice(1)}`,
    LABEL: label.toUpperCase(),
    spaced: label.replaceAll('_', ' '),
    hyphened: label.replaceAll('_', '-'),
    other: other(label),
    index: String(labels.indexOf(label)),
  }
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => put[name] ?? whole)
}

/** Every habit at one share of errors, beside an incumbent that answers plainly and is wrong on 5 %. */
function judged(wrong: number, incumbent: Habit, others: readonly Habit[]) {
  const candidate = (id: string, habit: Habit, share: number, parameters: number) => ({
    ...{ id, parameters, version: habit.text },
    answer: ({ input }: { readonly input: unknown }) => answer(habit, input, share),
  })
  return run(
    {
      task: 'habits',
      dataset: { test: 'items.jsonl', input: 'text', expected: 'label', id: 'id' },
      candidates: [
        candidate('large', incumbent, 0.05, 1e9),
        ...others.map((habit) => candidate(habit.name, habit, wrong, 1e6)),
      ],
      incumbent: 'large',
      bar: { margin: 0.1 },
      order: 'parameters',
    },
    { baseDir: folder, fresh: true },
  )
}

const plain = habits[0] as Habit

describe.each([
  ['as good as the incumbent', 0.05, 'meets'],
  ['a little worse', 0.14, 'inconclusive'],
  ['much worse', 0.4, 'fails'],
] as const)('a candidate that is %s', (_, wrong, verdict) => {
  test('gets the verdict of its answers whatever its habit, or cannot be read', async () => {
    const { candidates, incumbent } = await judged(wrong, plain, habits)
    expect(candidates.find(({ id }) => id === 'plain')?.verdict).toBe(verdict)
    for (const { id, why, verdict: found, health } of candidates) {
      if (id === incumbent) continue
      const { read } = habits.find(({ name }) => name === id) as Habit
      expect(found, `${id}: ${why}`).toBe(read ? verdict : 'broken')
      if (read) expect(health.unreadShare, id).toBe(0)
      else expect(why).toContain('cannot be read')
      if (!read) expect(health.fix).not.toBeNull()
      if (read && id !== 'plain') expect(health.wrapped, id).toBe(240)
    }
  })
})

/** Every third habit that is read, and all that are not: beside each everything is judged twice. */
const some = habits.filter(({ read }, at) => !read || at % 3 === 0)

test.each(some)('beside an incumbent that answers with $name', async (habit) => {
  const worse = (await judged(0.4, habit, [plain])).decision
  expect(worse).toMatchObject(habit.read ? { kind: 'none', caps: [] } : { kind: 'undecided' })
  const equal = (await judged(0.05, habit, [plain])).decision
  expect(equal.chosen).toBe(habit.read ? 'plain' : 'large')
  expect(['certified', 'supported'].includes(equal.kind)).toBe(habit.read)
  if (habit.read) return
  expect(equal.headline).toContain('The answers of the incumbent large cannot be read')
  expect(equal.caps.map(({ code }) => code)).toEqual(['incumbent-unread'])
  expect(equal.matches.holds || equal.certified.holds).toBe(false)
  expect(equal.next[0]?.text).toContain('large')
})
