// What users' code does on a bad day; each export is one way to go wrong.
import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'

const later = (ms) => new Promise((done) => setTimeout(done, ms))

export function crash(input) {
  if (input === 'bad') process.exit(7)
  return input
}

/** Dies the first time only: `input` is the path of a file that remembers. */
export function crashOnce(input) {
  if (existsSync(input)) return 'well'
  writeFileSync(input, '')
  process.kill(process.pid, 'SIGSEGV')
  return later(10_000)
}

export function hang() {
  for (;;);
}

export async function hangPolitely() {
  await later(1e8)
}

export function flood() {
  const chunk = 'x'.repeat(1 << 20)
  for (let i = 0; i < 200; i++) process.stdout.write(chunk)
  return later(60_000)
}

const kept = []
export async function eat() {
  for (let i = 0; i < 100; i++) {
    kept.push(Buffer.alloc(8 << 20, 1))
    await later(10)
  }
  return 'full'
}

/** The memory is eaten by a process that this one started. */
export async function eatInChild() {
  const script =
    'const k=[];setInterval(()=>k.length<40&&k.push(Buffer.alloc(16<<20,1)),10);setTimeout(process.exit,2e4)'
  spawn(process.execPath, ['-e', script], { stdio: 'ignore' })
  await later(60_000)
}

export function throwOnBad(input) {
  if (input === 'bad') throw new Error('no answer, key sk-abcdefghijklmnop1234')
  return input
}

export function stderrSecret() {
  process.stderr.write(`fatal: token ${process.env.TEST_SECRET_KEY}\n`)
  process.exit(3)
}
