import { describe, expect, test } from 'vitest'
import { every } from '../../../test/report/results.ts'
import { RightsizeError } from '../error/error.ts'
import { readDocument } from './document.ts'

const { supported } = every
const text = JSON.stringify(supported)

const refused = (given: string) =>
  readDocument(given, 'run-result', 'result.json').then(
    () => 'accepted',
    (error: RightsizeError) =>
      error instanceof RightsizeError ? `${error.message} | ${error.next}` : `not caught: ${error}`,
  )

/** The text with one value replaced. */
const changed = (path: readonly (string | number)[], value: unknown): string => {
  const copy = JSON.parse(text)
  const parent = path.slice(0, -1).reduce((at, key) => at[key], copy)
  parent[path.at(-1) as string] = value
  return JSON.stringify(copy)
}

describe('a run result that is read back', () => {
  test.each(Object.keys(every))('%s comes back as it was written', async (name) => {
    const result = every[name as keyof typeof every]
    const read = await readDocument(JSON.stringify(result), 'run-result', 'r')
    expect(read).toEqual(JSON.parse(JSON.stringify(result)))
  })

  test('keys of a later version are kept', async () => {
    const read = await readDocument(changed(['task', 'later'], 1), 'run-result', 'r')
    expect(read.task).toHaveProperty('later', 1)
  })
})

describe('a broken document names the place, what is expected and what was found', () => {
  test.each([
    ['`candidates` is missing', changed(['candidates'], undefined)],
    ['`candidates[1].cost.sci` must be an object', changed(['candidates', 1, 'cost', 'sci'], 'x')],
    ['`candidates[1].verdict` is "good"; it must', changed(['candidates', 1, 'verdict'], 'good')],
    ['`bar.margin` is too large', changed(['bar', 'margin'], 3)],
    ['`account.payBack.carbon.date` must', changed(['account', 'payBack', 'carbon', 'date'], 3)],
    ['`overhead.energy.kind` is "ok"; it must be', changed(['overhead', 'energy', 'kind'], 'ok')],
    ['`account.comparisons[0].kind`', changed(['account', 'comparisons', 0, 'kind'], 1)],
    ['must be a number', text.replace('"cpuS":', '"cpuS":1e999,"was":')],
    ['is not JSON', ''],
    ['is not JSON', text.slice(0, -40)],
    ['is not JSON', text.replace(/"cpuS":[\d.]+/, '"cpuS":NaN')],
    ['marks of a merge conflict', `<<<<<<< ours\n${text}\n=======\n>>>>>>> theirs\n`],
    ['has no `schema`', 'null'],
    ['has no `schema`', '{"schema":{"a":1}}'],
    ['of an earlier rightsize', changed(['schema'], 'rightsize/run-result@1')],
    ['of a later rightsize', changed(['schema'], 'rightsize/run-result@99')],
    ['Name a run-result file', changed(['schema'], 'rightsize/account@2')],
    ['has the key `schema` twice', `{"schema":"x",${text.slice(1)}`],
    ['has a key `__proto__`', text.replace('{', '{"__proto__":{},')],
    ['more than 64 levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['more than 64 levels', text.replace('{', `{"a":${'{"a":'.repeat(99)}1${'}'.repeat(99)},`)],
  ])('%s', async (message, given) => {
    expect(await refused(given)).toContain(message)
  })

  test('an earlier version is refused with the command that renews it', async () => {
    const old = changed(['schema'], 'rightsize/run-result@1')
    expect(await refused(old)).toContain('Run `rightsize run` again')
  })

  test('quotes and backslashes in texts do not hide keys', async () => {
    expect(await refused(changed(['task', 'name'], 'a\\"},{"x":[[\\\\'))).toBe('accepted')
  })
})
