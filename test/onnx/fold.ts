import type { ModelFiles } from '../../src/contract/model-files.ts'
import type { TensorEngine } from '../../src/contract/tensors.ts'
import { encodeModel } from '../../src/core/onnx/encode.ts'
import type { Model } from '../../src/core/onnx/model.ts'
import { graphsWithin } from '../../src/core/onnx/walk.ts'

/**
 * The model after the engine's basic optimisation: constants folded, identities and dead nodes gone, all in standard operators, so
 * that the result runs wherever the model ran. Functions come back inlined; in models that are already quantized, pairs of
 * QuantizeLinear and DequantizeLinear are doubled on both sides of a Reshape. For models below 2 GiB.
 */
export async function foldConstants(
  model: Model,
  engine: TensorEngine,
  files: ModelFiles,
): Promise<Model> {
  return files.withScratch(async (folder) => {
    const path = `${folder}/folded.onnx`
    const session = await engine.open(encodeModel(model), {
      optimization: 'basic',
      saveOptimizedTo: path,
    })
    await session.close()
    // One file, whole in memory once read: nothing refers to the folder afterwards.
    const folded = await files.read(path)
    return restored(model, folded)
  })
}

/** The engine signs the file and imports every domain that it knows: the model's own head, and the domains that nodes use, remain. */
function restored(model: Model, folded: Model): Model {
  const used = new Set<string>([''])
  for (const graph of graphsWithin(folded.graph))
    for (const node of graph.nodes) used.add(node.domain)
  const opsets = Object.fromEntries(
    Object.entries(folded.opsets).filter(([domain]) => used.has(domain)),
  )
  const { irVersion, graph } = folded
  return {
    ...model,
    irVersion,
    opsets,
    graph: { ...graph, name: model.graph.name },
    functions: folded.functions,
  }
}
