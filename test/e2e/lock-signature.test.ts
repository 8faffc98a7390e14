import { generateKeyPairSync } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import type { Lock } from '../../src/core/result/lock.ts'
import { lockText, readLock } from '../../src/core/result/lock-text.ts'
import { signLock, verifyLock } from '../../src/wire/lock-signature.ts'
import { Folder } from './folder.ts'

const look = (key: string, at: string): Lock['looks'][number] => ({
  ...{ at, by: 'run', task: 't', key, asked: 'q', number: 1, alpha: 0.04, set: 's', test: 'd' },
  ...{
    bar: { kind: 'absolute', floor: 0.8, target: 0.9 } as never,
    incumbent: null,
    candidates: ['a'],
  },
  claim: { kind: 'certified', chosen: 'a' },
})

const decision = (task: string, decidedAt: string, headline = 'Ship a') =>
  ({
    task: {
      ...{ name: task, metric: 'accuracy', scorer: 'exact', items: 10, synthetic: false },
      ...{ data: { test: 'd' }, spec: 's' },
    },
    ...{ kind: 'certified', headline, chosen: null, incumbent: null, matches: true },
    ...{ certified: true, claim: 'certified', pLossOverMargin: 0.01, loss: null, energy: null },
    ...{
      bar: { kind: 'absolute', floor: 0.8, target: 0.9 },
      sci: null,
      rejected: [],
      look: 'k1',
      evidence: 'e',
    },
    ...{ decidedAt, validUntil: '2027', supersedes: null, generator: 'rightsize@0' },
  }) as unknown as Lock['decisions'][string]

const base: Lock = {
  decisions: { t: decision('t', '2026-01-01') },
  looks: [look('k1', '2026-01-01')],
  sets: { s: 'AAAAAAAA' },
}

const folders: Folder[] = []
afterAll(() => folders.forEach((folder) => void folder.remove()))

function signed() {
  const folder = new Folder()
  folders.push(folder)
  const keys = (name: string) => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    folder.write(`${name}.pem`, privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)
    folder.write(`${name}.pub.pem`, publicKey.export({ type: 'spki', format: 'pem' }) as string)
  }
  keys('one')
  keys('two')
  let minute = 10
  const at = {
    cwd: folder.path,
    effects: { clock: { now: () => `2026-02-01T00:${minute++}:00.000Z` } },
  } as never
  return {
    folder,
    put: (lock: Lock) => folder.write('rightsize.lock', lockText(lock)),
    sign: (key = 'one') => signLock('rightsize.lock', `${key}.pem`, at),
    faults: async (...names: string[]) => {
      const files = (names.length > 0 ? names : ['one']).map((name) => `${name}.pub.pem`)
      return (await verifyLock('rightsize.lock', files, at)).faults
    },
  }
}

describe('a signed lock', () => {
  test('holds as it is, also with other line ends and another order of lines', async () => {
    const { folder, put, sign, faults } = signed()
    put(base)
    expect(await faults()).toEqual([expect.stringContaining('missing')])
    await sign()
    expect(await faults()).toEqual([])
    const lines = folder.read('rightsize.lock').split('\n')
    const [open, schema, list, ...rest] = lines
    const entries = rest.filter((line) => line.endsWith(','))
    const turned = [open, schema, list, ...entries.toReversed(), 'null]', '}', '']
    folder.write('rightsize.lock', turned.join('\r\n'))
    expect(await faults()).toEqual([])
  })

  test.each<[string, (lock: Lock) => Lock, string]>([
    [
      'a headline',
      (lock) => ({ ...lock, decisions: { t: decision('t', '2026-01-01', 'Ship b') } }),
      'decision for "t"',
    ],
    [
      'a later decision',
      (lock) => ({ ...lock, decisions: { t: decision('t', '2026-03-01') } }),
      'not signed as it stands',
    ],
    [
      'an older decision put back',
      (lock) => ({ ...lock, decisions: { t: decision('t', '2025-01-01') } }),
      'changed after',
    ],
    ['a decision that is gone', (lock) => ({ ...lock, decisions: {} }), 'is gone'],
    ['a look that is gone', (lock) => ({ ...lock, looks: [] }), 'look k1'],
    [
      'a look more',
      (lock) => ({ ...lock, looks: [...lock.looks, look('k2', '2026-02-02')] }),
      'look k2',
    ],
    [
      'another claim',
      (lock) => ({ ...lock, looks: [{ ...look('k1', '2026-01-01'), alpha: 0.01 }] }),
      'look k1',
    ],
    ['other items', (lock) => ({ ...lock, sets: { s: 'BBBBBBBB' } }), 'set of items s'],
    [
      'a task named __proto__',
      (lock) => ({
        ...lock,
        decisions: Object.fromEntries([
          ['t', decision('t', '2026-01-01')],
          ['x', decision('__proto__', '2026-01-01')],
        ]),
      }),
      '__proto__',
    ],
  ])('%s is found by name', async (_, tamper, name) => {
    const { put, sign, faults } = signed()
    put(base)
    await sign()
    put(tamper(base))
    expect((await faults()).join('\n')).toContain(name)
  })

  test('signatures that are edited, of others, or no signatures are found', async () => {
    const { folder, put, sign, faults } = signed()
    put(base)
    await sign()
    const text = folder.read('rightsize.lock.sig')
    expect(await faults('two')).toEqual([
      expect.stringContaining('no signature by these keys'),
      ...Array(3).fill(expect.stringContaining('not signed')),
    ])
    folder.write('rightsize.lock.sig', text.replace('"at":"2026-02', '"at":"2026-03'))
    expect((await faults())[0]).toContain('signature 1 is not by the key')
    folder.write('rightsize.lock.sig', `${text}{"statement":{}}\n`)
    expect(await faults()).toEqual([expect.stringContaining('signature 2 cannot be read')])
    // Nothing can be signed in the name of another key.
    const own = JSON.parse(text)
    await sign('two')
    const two = folder
      .read('rightsize.lock.sig')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const foreign = two.find(({ key }) => key !== own.key)
    folder.write('rightsize.lock.sig', `${JSON.stringify({ ...foreign, key: own.key })}\n`)
    expect((await faults()).length).toBeGreaterThan(0)
  })

  test('branches that were signed each are signed when git has merged their lines', async () => {
    const { folder, put, sign, faults } = signed()
    const other: Lock = {
      ...base,
      decisions: { ...base.decisions, u: decision('u', '2026-01-02') },
    }
    const renewed: Lock = {
      ...base,
      decisions: { t: decision('t', '2026-01-03', 'Ship c') },
      looks: [...base.looks, look('k2', '2026-01-03')],
    }
    put(other)
    await sign('one')
    const [lockOne, first] = [folder.read('rightsize.lock'), folder.read('rightsize.lock.sig')]
    folder.write('rightsize.lock.sig', '')
    put(renewed)
    await sign('two')
    const merged = `${first}${folder.read('rightsize.lock.sig')}`
    const lines = new Set([...lockOne.split('\n'), ...folder.read('rightsize.lock').split('\n')])
    const body = [...lines].filter((line) => line.endsWith(',') && !line.startsWith('"schema"'))
    const head = lockOne.split('\n').slice(0, 3)
    folder.write('rightsize.lock', `${[...head, ...body, 'null]', '}'].join('\n')}\n`)
    const lock = await readLock(folder.read('rightsize.lock'), 'rightsize.lock')
    expect(lock.decisions['t']?.headline).toBe('Ship c')
    folder.write('rightsize.lock.sig', merged)
    expect(await faults('one', 'two')).toEqual([])
    // One of them alone has not signed what the other has decided.
    expect((await faults('one')).join('\n')).toContain('decision for "t" of 2026-01-03')
  })

  test('the command signs and verifies, and a key of another kind is refused', async () => {
    const { folder, put } = signed()
    put(base)
    const sign = await folder.rightsize(['lock', 'sign', '--key', 'one.pem'])
    expect(sign).toMatchObject({ code: 0, err: expect.stringContaining('rightsize.lock.sig') })
    const verified = await folder.rightsize(['lock', 'verify', '--key', 'one.pub.pem'])
    expect(verified).toMatchObject({ code: 0, out: expect.stringContaining('every entry') })
    expect((await folder.rightsize(['lock', '--key', 'two.pub.pem'])).code).toBe(1)
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    folder.write('rsa.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)
    const refused = await folder.rightsize(['lock', 'sign', '--key', 'rsa.pem'])
    expect(refused).toMatchObject({ code: 3, err: expect.stringContaining('LOCK_KEY') })
  }, 120_000)
})
