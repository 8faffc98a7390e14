import { createRequire } from 'node:module'
import type { Availability } from '../../contract/meter.ts'
import { type PackageName, type PackageRow, packages } from '../../core/part/packages.ts'
import { partNames } from '../../core/part/part.ts'
import { type RuntimePart, runtimes } from '../../core/part/runtimes.ts'

/** Loads each package: being installed does not mean that it works (native libraries). */
const loads: Readonly<Record<PackageName, () => Promise<unknown>>> = {
  'onnxruntime-node': () => import('onnxruntime-node'),
  '@huggingface/tokenizers': () => import('@huggingface/tokenizers'),
  '@huggingface/jinja': () => import('@huggingface/jinja'),
  '@ai-sdk/openai': () => import('@ai-sdk/openai'),
  '@ai-sdk/anthropic': () => import('@ai-sdk/anthropic'),
  '@ai-sdk/google': () => import('@ai-sdk/google'),
  '@ai-sdk/amazon-bedrock': () => import('@ai-sdk/amazon-bedrock'),
  libsql: () => import('libsql'),
}

/** What `doctor` prints of runtimes and the packages below them. */
export async function runtimeAvailability(): Promise<readonly Availability[]> {
  const found = await Promise.all((Object.keys(packages) as PackageName[]).map(look))
  const free = kindsWith(undefined)
  return [...found, { name: free.join(', '), works: true, detail: 'need nothing beyond Node' }]
}

/** The kinds of runtime that need a package; with undefined, those that need none. */
const kindsWith = (name: PackageName | undefined): readonly string[] =>
  partNames(runtimes).filter((kind) => (runtimes[kind] as RuntimePart).package === name)

async function look(wanted: PackageName): Promise<Availability> {
  const { use, install }: PackageRow = packages[wanted]
  const name = kindsWith(wanted).join(', ') || use
  try {
    await loads[wanted]()
    return { name, works: true, detail: `${wanted} ${versionOf(wanted)}`.trim() }
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? ''
    return { name, works: false, detail: `${wanted}: ${reason.slice(0, 200)}`, fix: install }
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
