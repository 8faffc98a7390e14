import type { Digest } from '../../contract/digest.ts'
import { canonicalJson } from '../../core/data/canonical-json.ts'
import type { Item } from '../../core/data/item.ts'
import { runtimePart } from '../../core/part/runtimes.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'

/**
 * What a candidate is asked at an item, as text: the input and whatever else of the row it can see, never
 * the label, so that a corrected label costs no answer. Items that ask an endpoint the same are told apart by a number:
 * each was sampled on its own. Computed at the first question: answers of a file are never asked for.
 */
export function askedOf(
  items: readonly Item[],
  candidate: CandidateSpec,
  labelColumn: string | undefined,
): (item: Item) => string {
  let known: ReadonlyMap<string, string> | undefined
  return (item) => {
    known ??= allAsked(items, candidate, labelColumn)
    return known.get(item.id) ?? item.digest
  }
}

function allAsked(
  items: readonly Item[],
  candidate: CandidateSpec,
  labelColumn: string | undefined,
): ReadonlyMap<string, string> {
  const templates = `${candidate.prompt ?? ''}\n${candidate.system ?? ''}`
  const times = new Map<string, number>()
  return new Map(
    items.map((item) => {
      const asked = canonicalJson(seen(item, candidate.runtime, templates, labelColumn))
      const before = times.get(asked) ?? 0
      times.set(asked, before + 1)
      return [item.id, before === 0 ? asked : `${asked}\n${before}`]
    }),
  )
}

function seen(item: Item, runtime: string, templates: string, labelColumn: string | undefined) {
  const input = item.inputDigest ?? item.digest
  const { sees } = runtimePart(runtime)
  if (sees === 'input') return { input }
  if (sees === 'prompt') {
    const used = Object.entries(item.row).filter(([name]) => named(templates, name))
    return used.length === 0 ? { input } : { input, row: Object.fromEntries(used) }
  }
  // Programs are told the id, adapters of others the whole row.
  const { [labelColumn ?? '']: _label, ...row } = item.row
  return { input, id: item.id, row }
}

/** Whether a template has the column inside {{ }} or {% %}. */
function named(templates: string, column: string): boolean {
  const blocks = templates.match(/\{[{%][\s\S]*?[%}]\}/g) ?? []
  const word = new RegExp(`(?<!\\w)${column.replace(/[^\w]/g, '\\$&')}(?!\\w)`)
  return blocks.some((block) => word.test(block))
}

/** The key of one outcome: what was asked, of whom, and which draw it was. */
export function outcomeKey(
  digest: Digest,
  asked: string,
  candidateDigest: string,
  draw: number,
): string {
  return digest(new TextEncoder().encode(`${asked}\n${candidateDigest}\n${draw}`))
}
