import { RightsizeError } from '../error/error.ts'
import { intOf } from '../onnx/attributes.ts'
import { elementCount } from '../onnx/dtype.ts'
import { indexGraph } from '../onnx/graph-index.ts'
import type { Graph, Node, Tensor } from '../onnx/model.ts'
import type { Artefact, NotApplicable, Pass, Patched, Proposal } from './pass.ts'
import { Rewriter } from './rewrite.ts'
import { addWeight, type SymmetricWeight } from './symmetric.ts'
import { type Skipped, skippedText } from './weighted-product.ts'

/** Tables below this many values save less than the two further nodes weigh. */
const fewest = 4096

/**
 * Tables that are looked up, in int8 with one scale a row.
 *
 * What it does: stores codes and scales; a lookup gathers both and multiplies. Standard operators.
 * When to use: encoders with a vocabulary: three quarters of the table go, speed stays.
 * When it misleads: a table that is also the output layer is left alone: its codes would be multiplied as weights.
 * Source: cosine to the float32 output .9997 to .9999 with a scale a row, .9978 with one for the table (measured).
 */
export const int8Embedding: Pass = {
  id: 'int8-embedding',
  family: 'numeric',
  propose: ({ model }) => proposals(model.graph),
  needs: () => [],
  apply: (artefact) => applied(artefact),
}

interface Lookup {
  readonly table: Tensor
  readonly nodes: readonly Node[]
}

interface FoundLookups {
  readonly lookups: readonly Lookup[]
  readonly skipped: readonly Skipped[]
}

function proposals(graph: Graph): readonly Proposal[] | NotApplicable {
  const { lookups, skipped } = findLookups(graph)
  const pass = 'int8-embedding'
  if (lookups.length === 0) {
    const why = ['no float32 table that is looked up by row', ...skippedText(skipped)].join('; ')
    return { pass, why }
  }
  const bytes = lookups.reduce(
    (sum, { table }) => sum + 3 * elementCount(table.dims) - 4 * (table.dims[0] ?? 0),
    0,
  )
  const names = lookups.map(({ table }) => table.name).join(', ')
  const text = `int8 with a scale a row for ${names}`
  const saves = { bytes, cpuShare: 0 }
  return [{ pass, params: {}, text, saves, risk: 0.05, exactness: 'lossy', repairs: ['distil'] }]
}

/** Float32 tables of rank 2 that Gather alone uses, by row. */
function findLookups(graph: Graph): FoundLookups {
  const index = indexGraph(graph)
  const lookups: Lookup[] = []
  const skipped: Skipped[] = []
  for (const table of graph.initializers) {
    const nodes = index.consumers(table.name)
    if (!nodes.some((node) => gathersRows(node, table))) continue
    const what = `'${table.name}'`
    const other = nodes.find((node) => !gathersRows(node, table))
    if (table.dtype !== 'float32') skipped.push({ what, why: `it is ${table.dtype}` })
    else if (elementCount(table.dims) < fewest) skipped.push({ what, why: 'it is small' })
    else if (other !== undefined) {
      skipped.push({ what, why: `it is shared with ${other.opType} '${other.name}'` })
    } else if (!index.isOutput(table.name)) lookups.push({ table, nodes })
  }
  return {
    lookups,
    skipped: skipped.filter(({ why }) => why !== 'it is small' && !why.includes('int64')),
  }
}

function gathersRows(node: Node, table: Tensor): boolean {
  return (
    node.opType === 'Gather' &&
    node.domain === '' &&
    node.inputs[0] === table.name &&
    node.inputs[1] !== table.name &&
    table.dims.length === 2 &&
    intOf(node, 'axis', 0) === 0
  )
}

function applied(artefact: Artefact): Patched {
  const { lookups, skipped } = findLookups(artefact.model.graph)
  if (lookups.length === 0) {
    throw new RightsizeError('SHRINK_PASS', 'int8-embedding: no table that is looked up by row')
  }
  const rewriter = new Rewriter(artefact.model)
  for (const { table, nodes } of lookups) {
    // No product with an unsigned byte follows: all eight bits are safe everywhere.
    const scaleDims = [table.dims[0] ?? 0, 1]
    const stored = addWeight(rewriter, table, { limit: 127, axis: 'rows', scaleDims })
    for (const node of nodes) rewriter.replace(node, () => lookUp(rewriter, node, stored))
  }
  return {
    artefact: { ...artefact, model: rewriter.finished() },
    changes: [
      ...lookups.map(({ table }) => `'${table.name}' in int8, one scale a row`),
      ...skippedText(skipped),
    ],
  }
}

function lookUp(rewriter: Rewriter, { inputs, outputs }: Node, stored: SymmetricWeight): void {
  const [, ids = ''] = inputs
  const [output = ''] = outputs
  const codes = rewriter.step(`${output}/codes`, 'Gather', [stored.codes.name, ids])
  const floats = rewriter.step(`${output}/float`, 'Cast', [codes], { to: 1 })
  const scales = rewriter.step(`${output}/scales`, 'Gather', [stored.scales.name, ids])
  rewriter.emit('Mul', [floats, scales], { outputs: [output] })
}
