import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { linuxProcesses, parseStat } from './linux.ts'
import { parsePs, psProcesses } from './ps.ts'

/** A /proc of our own: [pid, name, parent, utime, stime, cutime, cstime, rss in kB]. */
function fakeProc(
  rows: readonly (readonly [number, string, number, number, number, number, number, number])[],
): string {
  const root = mkdtempSync(join(tmpdir(), 'rightsize-proc-'))
  for (const [pid, name, parent, utime, stime, cutime, cstime, rss] of rows) {
    mkdirSync(join(root, `${pid}`))
    const fields = ['S', parent, ...Array(9).fill(0), utime, stime, cutime, cstime, 20, 0]
    writeFileSync(join(root, `${pid}/stat`), `${pid} (${name}) ${fields.join(' ')}\n`)
    writeFileSync(join(root, `${pid}/status`), `Name:\t${name}\nVmRSS:\t  ${rss} kB\n`)
  }
  writeFileSync(join(root, 'stat'), 'cpu  1000 100 400 8000 300 50 50 100 900 0\ncpu0 1 1 1\n')
  return root
}

test('a tree is the process, its children and theirs, with children that have ended', () => {
  const proc = fakeProc([
    [10, 'root', 1, 100, 20, 30, 5, 1000],
    [11, 'child', 10, 50, 0, 0, 0, 500],
    [12, 'grand child', 11, 7, 3, 0, 0, 250],
    [99, 'stranger', 1, 900, 0, 0, 0, 9000],
  ])
  const use = linuxProcesses({ proc }).trees([10])
  expect(use).toEqual({ cpuS: expect.closeTo(2.15, 9), rssBytes: 1750 * 1024, pids: [10, 11, 12] })
})

test('one that has ended and that nobody has asked after counts, but is no process that runs', () => {
  const proc = fakeProc([[10, 'root', 1, 100, 0, 0, 0, 1000]])
  const path = join(proc, '10/stat')
  writeFileSync(path, readFileSync(path, 'utf8').replace(') S', ') Z'))
  expect(linuxProcesses({ proc }).trees([10])).toMatchObject({ cpuS: 1, pids: [] })
})

test('two roots of one tree count once; a root that is gone counts nothing', () => {
  const proc = fakeProc([
    [10, 'root', 1, 100, 0, 0, 0, 100],
    [11, 'child', 10, 50, 0, 0, 0, 100],
  ])
  const processes = linuxProcesses({ proc })
  expect(processes.trees([10, 11])?.cpuS).toBeCloseTo(1.5, 9)
  expect(processes.trees([777])).toBeNull()
  expect(processes.trees([])).toBeNull()
  expect(processes.rss(777)).toBeNull()
})

test('a process may be named like the end of its own record', () => {
  expect(parseStat('7 (a) R 1 (b) S) S 3 0 0 0 0 0 0 0 0 0 200 100 0 0 20')).toEqual({
    pid: 7,
    parent: 3,
    cpuS: 3,
    ended: false,
  })
  expect(parseStat('')).toBeNull()
})

test('the machine: guest time is inside user time, waiting is not work', () => {
  expect(linuxProcesses({ proc: fakeProc([]) }).machine()).toEqual({
    busyS: expect.closeTo(16, 9),
    stealS: 1,
    totalS: expect.closeTo(100, 9),
  })
})

test('a cgroup is read by its own accounts', () => {
  const cgroup = mkdtempSync(join(tmpdir(), 'rightsize-cgroup-'))
  mkdirSync(join(cgroup, 'llm.slice'))
  writeFileSync(join(cgroup, 'llm.slice/cpu.stat'), 'usage_usec 2500000\nuser_usec 1\n')
  writeFileSync(join(cgroup, 'llm.slice/memory.current'), '4096\n')
  writeFileSync(join(cgroup, 'llm.slice/cgroup.procs'), '5\n6\n')
  const processes = linuxProcesses({ cgroup })
  expect(processes.cgroup('/llm.slice')).toEqual({ cpuS: 2.5, rssBytes: 4096, pids: [5, 6] })
  expect(processes.cgroup('none.slice')).toBeNull()
})

test.skipIf(process.platform !== 'linux')(
  'a real child that works is seen working (Linux only)',
  async () => {
    const child = spawn(process.execPath, ['-e', 'for(;;);'])
    const processes = linuxProcesses()
    let cpuS = 0
    while (cpuS < 0.1) {
      await new Promise((done) => setTimeout(done, 20))
      cpuS = processes.trees([child.pid ?? 0])?.cpuS ?? 0
    }
    expect(processes.rss(child.pid ?? 0)).toBeGreaterThan(1e6)
    expect(processes.trees([process.pid])?.pids).toContain(child.pid)
    child.kill('SIGKILL')
  },
)

test('ps of macOS is read into the same form', () => {
  const text = [
    ...['  1  0 1000 Ss 0:01.00', ' 10  1 2000 S+ 1:02.50', ' 11 10 3000 R 1-02:03:04'],
    ...[' 12  1 1 S 0:00.10', ' 13 10 0 Z 0:00.00'],
  ].join('\n')
  expect(parsePs(text)[2]?.cpuS).toBe(86_400 + 2 * 3600 + 3 * 60 + 4)
  const use = psProcesses(() => text).trees([10])
  expect(use).toEqual({
    cpuS: expect.closeTo(62.5 + 93_784, 6),
    rssBytes: 5000 * 1024,
    pids: [10, 11],
  })
})
