import type { Artefact } from '../../core/compress/pass.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import { tokenFacts } from '../../core/onnx/text-feeds.ts'
import type { Compression } from '../../core/result/compression.ts'
import { logitsOf } from './answers.ts'
import type { TrainingData } from './fine-tune.ts'
import { numberedInputs, opened, type Part } from './inputs.ts'
import type { Original } from './open-original.ts'
import { requireFinite } from './original-answers.ts'
import type { ShrinkEffects, ShrinkRequest } from './request.ts'
import { moreTexts } from './text-rows.ts'

/** How much the original is asked before anything is trained. */
export type Amount = Compression['training']

/** Share of the search's time that asking the original may take. */
const askingShare = 0.2
const fewestRows = 1000

/** As much as the time allows, with `itemS` wall seconds for an answer; said once for a search, so that a resumed one asks and trains the same. */
export async function amountOf(
  search: string,
  rows: number,
  { itemCpuS, itemS }: { readonly itemCpuS: number; readonly itemS: number },
  { copies, seconds }: ShrinkRequest,
  { keep, digest }: ShrinkEffects,
): Promise<Amount> {
  const encoder = new TextEncoder()
  const name = `training-${digest(encoder.encode(JSON.stringify([search, copies, seconds])))}.json`
  const stored = amountIn(await keep.load(name))
  if (stored !== null) return stored
  const most = Math.max(fewestRows, (askingShare * seconds) / Math.max(1e-9, itemS))
  const asked = Math.min(rows, Math.floor(most))
  const amount = {
    rows: asked,
    copies: Math.min(copies, Math.floor(most / Math.max(1, asked)) - 1),
  }
  const settled = { ...amount, copies: Math.max(0, amount.copies), itemCpuS }
  await keep.save(name, encoder.encode(JSON.stringify(settled)))
  return settled
}

/** Null where nothing, or half of it, was kept. */
function amountIn(stored: Uint8Array | null): Amount | null {
  try {
    return stored === null ? null : (JSON.parse(new TextDecoder().decode(stored)) as Amount)
  } catch {
    return null
  }
}

/** Train rows, and changed copies where they are texts, with the original's logits: asked for when first needed and kept on disk. The corpus comes first. */
export function trainingDataOnce(
  request: ShrinkRequest,
  original: Original,
  corpus: Part,
  amount: Amount,
  effects: ShrinkEffects,
): () => Promise<TrainingData> {
  let training: Promise<TrainingData> | null = null
  const make = async (): Promise<TrainingData> => {
    const { engine, digest, keep, signal, say } = effects
    const { artefact, labels } = original
    const { inputs, size, own, facts } = trainingRows(request, original, corpus, amount, effects)
    const classes = labels.length
    const key = [digest(encodeModel(artefact.model)), facts, engine.name, engine.version]
    const name = `answers-${digest(new TextEncoder().encode(JSON.stringify(key)))}.f32`
    const stored = await keep.load(name)
    // Copied: what was read may lie at an odd place of a larger buffer.
    if (stored !== null && stored.byteLength === 4 * size * classes)
      return {
        size,
        own,
        inputs,
        logits: new Float32Array(Uint8Array.from(stored).buffer),
        classes,
      }
    say(`asking the incumbent about ${size} rows`)
    const rows = Array.from({ length: size }, (_, row) => row)
    const ask = { engine, signal }
    const logits = await logitsOf(artefact.model, inputs(artefact), classes, ask, rows)
    requireFinite(logits, classes, 'train')
    await keep.save(name, new Uint8Array(logits.buffer))
    return { size, own, inputs, logits, classes }
  }
  return () => {
    training ??= make()
    return training
  }
}

function trainingRows(
  { seed, data }: ShrinkRequest,
  { artefact }: Original,
  corpus: Part,
  { rows, copies }: Amount,
  { openTokenizer }: ShrinkEffects,
) {
  if (corpus.texts === null)
    return { inputs: corpus.inputs, size: rows, own: rows, facts: data.train?.digest ?? '' }
  const tokenizer = opened(artefact, openTokenizer)
  const own = corpus.texts.slice(0, rows).map((text) => tokenizer.encode(text).ids)
  const ids = [...own, ...moreTexts(own, replacementId(artefact), seed, copies)]
  const factsOf = (one: Artefact) => tokenFacts(opened(one, openTokenizer))
  return { inputs: numberedInputs(ids, factsOf), size: ids.length, own: own.length, facts: ids }
}

/** What a replaced token becomes: the mask token, else the unknown token, else padding. */
function replacementId({ tokenizer }: Artefact): number {
  const vocabulary =
    (tokenizer as { model?: { vocab?: Record<string, number> } }).model?.vocab ?? {}
  return (
    vocabulary['[MASK]'] ?? vocabulary['<mask>'] ?? vocabulary['[UNK]'] ?? vocabulary['<unk>'] ?? 0
  )
}
