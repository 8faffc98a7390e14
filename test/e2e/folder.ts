import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { RunResult } from '../../src/core/result/run-result.ts'
import { compiledPackage } from './compiled.ts'

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

type Env = Readonly<Record<string, string>>

/** What the shell allows the program; everything where it says nothing. */
interface Limits {
  readonly openFiles?: number
}

/** An empty folder of a stranger, and `rightsize` in it. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'rightsize-user-'))

  write(name: string, text: string): void {
    const path = join(this.path, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }

  read(name: string): string {
    return readFileSync(join(this.path, name), 'utf8')
  }

  result(): RunResult {
    return JSON.parse(this.read('result.json')) as RunResult
  }

  /** Everything in the folder, as one text of bytes: to look for what must not be there. */
  allBytes(): string {
    const names = readdirSync(this.path, { recursive: true, withFileTypes: true })
    return names
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
      .join('\n')
  }

  files(): readonly string[] {
    return readdirSync(this.path, { recursive: true, encoding: 'utf8' }).sort()
  }

  start(args: readonly string[], env: Env = {}, { openFiles }: Limits = {}): ChildProcess {
    const main = join(compiledPackage(), 'dist/cli/main.js')
    const limited = ['-c', `ulimit -n ${openFiles}; exec "$@"`, 'sh', process.execPath]
    const [program, before] =
      openFiles === undefined ? [process.execPath, []] : (['sh', limited] as const)
    return spawn(program, [...before, main, ...args], {
      cwd: this.path,
      env: { PATH: process.env['PATH'] ?? '', NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  /** The environment of a machine on which these packages are not installed. */
  without(...packages: readonly string[]): Env {
    this.write(
      'absent/hook.mjs',
      `export async function resolve(name, context, next) {
        if (!${JSON.stringify(packages)}.includes(name)) return next(name, context)
        throw Object.assign(new Error(\`Cannot find package '\${name}'\`), { code: 'ERR_MODULE_NOT_FOUND' })
      }`,
    )
    this.write(
      'absent/absent.mjs',
      `import { register } from 'node:module'\nregister('./hook.mjs', import.meta.url)`,
    )
    return { NODE_OPTIONS: `--import ${join(this.path, 'absent/absent.mjs')}` }
  }

  rightsize(args: readonly string[], env: Env = {}, limits: Limits = {}): Promise<Ended> {
    return ended(this.start(args, env, limits))
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

export function ended(child: ChildProcess): Promise<Ended> {
  let out = ''
  let err = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })))
}

const intents = {
  refund: ['money back', 'refund please', 'return my payment'],
  shipping: ['where is my parcel', 'delivery late', 'track my package'],
  login: ['cannot sign in', 'password reset', 'locked out'],
} as const

/** What a model that reads well answers. */
export const intentOf = (text: string): string =>
  Object.entries(intents).find(([, words]) => words.some((word) => text.includes(word)))?.[0] ?? ''

/** A CSV of `rows` tickets with columns text and label, numbered so that no two are alike. */
export function tickets(rows: number): string {
  const names = Object.keys(intents) as (keyof typeof intents)[]
  const lines = Array.from({ length: rows }, (_, i) => {
    const name = names[i % 3] ?? 'login'
    return `"hello #${i} ${intents[name][Math.floor(i / 3) % 3]}, thanks",${name}`
  })
  return `text,label\n${lines.join('\n')}\n`
}

/** The same as JSONL of `id, text, label`. */
export function ticketRows(rows: number): readonly { id: string; text: string; label: string }[] {
  return tickets(rows)
    .trim()
    .split('\n')
    .slice(1)
    .map((line, i) => ({
      id: `t${i}`,
      text: line.slice(1, line.lastIndexOf('"')),
      label: line.slice(line.lastIndexOf(',') + 1),
    }))
}

export const jsonl = (rows: readonly object[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('')
