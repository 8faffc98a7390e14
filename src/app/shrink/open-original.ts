import type { ModelFiles } from '../../contract/model-files.ts'
import type { OpenTokenizer } from '../../contract/tokenizer.ts'
import type { Artefact, Pass, Target } from '../../core/compress/pass.ts'
import { orderedPasses } from '../../core/compress/plan.ts'
import { passPart } from '../../core/compress/table.ts'
import type { Item } from '../../core/data/item.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { classNames, maxTokens } from '../../core/onnx/model-config.ts'
import { rawInputs } from '../../core/onnx/raw-feeds.ts'
import { requireTextInputs } from '../../core/onnx/text-feeds.ts'
import { outputOf } from './answers.ts'
import { opened, type Part, partOf } from './inputs.ts'

export interface OpenEffects {
  readonly files: ModelFiles
  readonly openTokenizer: OpenTokenizer
  /** Text of a file, or null. */
  readonly text: (path: string) => Promise<string | null>
}

export interface OpenRequest {
  /** Folder of the original. */
  readonly model: string
  /** Items that may be learned from; null where there are none. */
  readonly train: readonly Item[] | null
  /** Class names where config.json has none. */
  readonly labels: readonly string[] | null
}

/** The original with everything that passes ask about. */
export interface Original {
  readonly artefact: Artefact
  readonly labels: readonly string[]
  /** Files beside the model by name, as text. */
  readonly sidecars: ReadonlyMap<string, string>
  readonly part: (items: readonly Item[]) => Part
}

const sidecarNames = [
  'config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
] as const

/** Reads a model folder, or an .onnx file with what lies beside it. Throws TOKENIZER_MISSING for a text model without one and SHRINK_TASK where its classes cannot be named. */
export async function openOriginal(
  { model: path, train, labels: given }: OpenRequest,
  { files, openTokenizer, text }: OpenEffects,
): Promise<Original> {
  // An .onnx file lies beside its tokenizer, or in a folder `onnx` beside it.
  const folder = path.replace(/([\\/]onnx)?[\\/][^\\/]*\.onnx$/, '')
  const sidecars = await sidecarsOf(folder, text)
  const json = (name: string): unknown => {
    const found = sidecars.get(name)
    return found === undefined ? null : parsed(found, `${folder}/${name}`)
  }
  const config = (json('config.json') ?? {}) as Readonly<Record<string, unknown>>
  const model = await files.read(path)
  const labels = classNames(config) ?? given
  if (labels === null)
    throw new RightsizeError('SHRINK_TASK', `${folder}/config.json has no id2label`, {
      next: 'Write id2label into config.json, in the order of the model’s outputs, or train labels in the spec.',
    })
  checkClasses(model, labels)
  checkBatch(model)
  const takesText = model.graph.inputs.some(({ name }) => name === 'input_ids')
  const tokenizer = json('tokenizer.json')
  if (takesText && tokenizer === null)
    throw new RightsizeError('TOKENIZER_MISSING', `no tokenizer.json in ${folder}`)
  if (takesText) requireTextInputs(rawInputs(model.graph))
  const tokenizerConfig = json('tokenizer_config.json')
  const base: Artefact = {
    ...{ model, config, classes: labels.length },
    tokenizer: takesText ? tokenizer : null,
    ...(tokenizerConfig === null ? {} : { tokenizerConfig }),
    ...(takesText
      ? { maxLength: maxTokens({ config, tokenizerConfig, inputs: model.graph.inputs }) }
      : {}),
  }
  return {
    artefact: takesText && train !== null ? withTexts(base, train, openTokenizer) : base,
    labels,
    sidecars,
    part: (items) => partOf(items, labels, openTokenizer),
  }
}

async function sidecarsOf(
  folder: string,
  text: OpenEffects['text'],
): Promise<ReadonlyMap<string, string>> {
  const sidecars = new Map<string, string>()
  for (const name of sidecarNames) {
    const found = await text(`${folder}/${name}`)
    if (found !== null) sidecars.set(name, found)
  }
  return sidecars
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new RightsizeError('SHRINK_TASK', `${path} is no JSON: ${String(cause)}`, { at: path })
  }
}

/** Where the graph states the width of its output, there must be as many names. */
function checkClasses(model: Artefact['model'], labels: readonly string[]): void {
  const name = outputOf(model)
  const width = model.graph.outputs.find((output) => output.name === name)?.dims?.at(-1)
  if (typeof width !== 'number' || width === labels.length) return
  throw new RightsizeError(
    'SHRINK_TASK',
    `the model's output '${name}' has ${width} values an item, and there are ${labels.length} class names`,
    {
      next: `Write id2label with ${width} names into config.json, in the order of the model's outputs.`,
    },
  )
}

/** Answers are asked for in batches of any size, or one by one. */
function checkBatch({ graph }: Artefact['model']): void {
  const input = rawInputs(graph)[0]
  const batch = input?.dims[0]
  if (typeof batch !== 'number' || batch === 1) return
  throw new RightsizeError(
    'SHRINK_TASK',
    `input '${input?.name}' has a fixed batch of ${batch}: the last items of a part would not fill it`,
    { next: 'Export the model with a free batch, or with a batch of one.' },
  )
}

/** Tokens and lengths of the texts that may be learned from. */
function withTexts(base: Artefact, train: readonly Item[], open: OpenTokenizer): Artefact {
  const tokenizer = opened(base, open)
  const used = new Set<number>()
  const lengths: number[] = []
  for (const { input } of train) {
    if (typeof input !== 'string') continue
    const { ids } = tokenizer.encode(input)
    // Of the whole text: what is cut off today must not come apart otherwise tomorrow.
    for (const id of ids) used.add(id)
    lengths.push(Math.min(ids.length, base.maxLength ?? Number.POSITIVE_INFINITY))
  }
  if (lengths.length === 0) return base
  return {
    ...base,
    tokensUsed: [...used].sort((a, b) => a - b),
    textLengths: lengths.sort((a, b) => a - b),
  }
}

/** The passes that were asked for. Throws SHRINK_OPTION for names that there are none of. */
export async function wantedPasses(
  load: () => Promise<readonly Pass[]>,
  limits: { readonly only: readonly string[]; readonly without: readonly string[] },
): Promise<readonly Pass[]> {
  const all = await load()
  const { passes, unknown } = orderedPasses(all, limits)
  // The step of the table that the search runs itself is no pass of the list.
  for (const name of unknown) passPart(name)
  return passes
}

export const targetOf = (
  world: {
    readonly targetRuntime: Target['runtime']
    readonly processor: { readonly features: readonly string[] }
  },
  time: ReadonlyMap<string, number>,
): Target => ({
  runtime: world.targetRuntime,
  features: world.processor.features,
  threads: 1,
  ...(time.size > 0 ? { time } : {}),
})
