import { elementCount } from '../onnx/dtype.ts'
import type { Model } from '../onnx/model.ts'
import type { Architecture } from '../train/architecture.ts'
import { initialParameters } from '../train/parameters.ts'
import { multiplyAdds } from './operations.ts'
import type { Artefact } from './pass.ts'

/** What a student of a text classifier must fit: ids below `vocabulary`, `classes` logits. */
export interface StudentFit {
  readonly vocabulary: number
  readonly classes: number
  readonly maxLength: number
}

/** The sizes that a student takes over from the model; a reason where it cannot stand in for it. */
export function studentFit({
  model,
  tokenizer,
  classes,
  maxLength,
}: Artefact): StudentFit | string {
  const names = new Set(model.graph.inputs.map(({ name }) => name))
  if (!names.has('input_ids') || !names.has('attention_mask'))
    return 'students read input_ids and attention_mask, and this model does not'
  if (classes === undefined) return 'the number of classes of the model is unknown'
  const table = embeddedTokens(model)
  const vocabulary = Math.max(table, highestId(tokenizer) + 1)
  if (vocabulary < 1) return 'the number of tokens is unknown'
  return { vocabulary, classes, maxLength: Math.max(2, maxLength ?? 512) }
}

/** Rows of the table that input_ids look up; 0 where there is none. */
export function embeddedTokens({ graph }: Model): number {
  const lookup = graph.nodes.find(
    ({ opType, inputs }) => opType === 'Gather' && inputs[1] === 'input_ids',
  )
  return graph.initializers.find(({ name }) => name === lookup?.inputs[0])?.dims[0] ?? 0
}

function highestId(tokenizer: unknown): number {
  const { vocab } = (tokenizer as { model?: { vocab?: unknown } } | null)?.model ?? {}
  if (Array.isArray(vocab)) return vocab.length - 1
  if (typeof vocab !== 'object' || vocab === null) return -1
  return Object.values(vocab).reduce((most: number, id) => Math.max(most, Number(id)), -1)
}

/** Bytes and share of the CPU time that a student would save, from its parameters and its multiply-adds at 32 tokens. */
export function studentSaving(
  { model }: Artefact,
  student: Architecture,
): { readonly bytes: number; readonly cpuShare: number } {
  const bytes = model.graph.initializers.reduce((sum, one) => sum + one.byteLength, 0)
  const own = 4 * student.parameters.reduce((sum, { dims }) => sum + elementCount(dims), 0)
  const work = (graph: Model['graph']) => multiplyAdds(graph, { length: 32 }).multiplyAdds
  const [now, then] = [work(model.graph), work(student.model(blank(student)).graph)]
  return {
    bytes: Math.max(0, bytes - own),
    cpuShare: now === 0 ? 0 : Math.max(0, 1 - then / now),
  }
}

const blank = ({ parameters }: Architecture) =>
  new Map(parameters.map(({ name, dims }) => [name, new Float32Array(elementCount(dims))]))

/** The student before it has learned anything: first values from `seed`. */
export function untaught(student: Architecture, seed: number): Model {
  return student.model(initialParameters(student.parameters, seed))
}
