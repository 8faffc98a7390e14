import { createRequire } from 'node:module'
import type { Availability } from '../../contract/meter.ts'

/** One package and what it is for. */
interface Needed {
  readonly name: string
  readonly package: string
  readonly fix: string
  /** Loads it, where being installed does not mean that it works (native libraries). */
  readonly load?: () => Promise<unknown>
}

const needed: readonly Needed[] = [
  {
    name: 'onnx',
    package: 'onnxruntime-node',
    fix: 'npm i onnxruntime-node --ignore-scripts',
    load: () => import('onnxruntime-node'),
  },
  { name: 'tokenizers', package: '@huggingface/tokenizers', fix: 'npm i @huggingface/tokenizers' },
  { name: 'prompt templates', package: '@huggingface/jinja', fix: 'npm i @huggingface/jinja' },
  { name: 'store', package: 'libsql', fix: 'npm i libsql', load: () => import('libsql') },
]

/** What `doctor` prints of runtimes and the packages below them. The students need no package at all. */
export async function runtimeAvailability(): Promise<readonly Availability[]> {
  const found = await Promise.all(needed.map(look))
  const always = ['linear', 'static', 'openai', 'command', 'module', 'replay']
  return [...found, { name: always.join(', '), works: true, detail: 'need nothing beyond Node' }]
}

async function look({ name, package: wanted, fix, load }: Needed): Promise<Availability> {
  try {
    await (load ?? (() => import(wanted)))()
    return { name, works: true, detail: `${wanted} ${versionOf(wanted)}`.trim() }
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? ''
    return { name, works: false, detail: `${wanted}: ${reason.slice(0, 200)}`, fix }
  }
}

/** Some packages do not export their package.json; then the version is left out. */
function versionOf(name: string): string {
  try {
    const { version } = createRequire(import.meta.url)(`${name}/package.json`) as {
      version: string
    }
    return version
  } catch {
    return ''
  }
}
