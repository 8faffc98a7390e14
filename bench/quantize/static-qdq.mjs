// Static QDQ of every matrix product with a stored weight, for the row of the study alone: the product quantises matrices as they come.

/** The model with QuantizeLinear and DequantizeLinear before each product and int8 weights. One range for all values: for speed, not for answers. */
export function staticQdq(model, { build, symmetricWeight }) {
  const weights = new Map(
    model.graph.initializers
      .filter(({ dtype, dims }) => dtype === 'float32' && dims.length === 2)
      .map((tensor) => [tensor.name, tensor]),
  )
  const scale = build.float32Tensor('qdq.scale', [], [0.05])
  const zero = build.tensor('qdq.zero', { dtype: 'uint8', dims: [], data: Uint8Array.of(128) })
  const [initializers, gone, quantised] = [[scale, zero], new Set(), new Set()]
  const nodes = model.graph.nodes.flatMap((node) => {
    const [input, name] = node.inputs
    const weight = node.opType === 'MatMul' ? weights.get(name) : undefined
    if (weight === undefined) return [node]
    const made = symmetricWeight(weight, {
      names: { codes: `${name}.codes`, scales: `${name}.scales` },
      limit: 63,
      axis: 'columns',
      scaleDims: [weight.dims[1]],
    })
    initializers.push(made.codes, made.scales)
    gone.add(name)
    const before = quantised.has(input)
      ? []
      : [
          build.node('QuantizeLinear', [input, 'qdq.scale', 'qdq.zero'], [`${input}.q`]),
          build.node('DequantizeLinear', [`${input}.q`, 'qdq.scale', 'qdq.zero'], [`${input}.dq`]),
        ]
    quantised.add(input)
    const codes = [made.codes.name, made.scales.name]
    const axis = { attributes: [build.intAttribute('axis', 1)] }
    return [
      ...before,
      build.node('DequantizeLinear', codes, [`${name}.dq`], axis),
      { ...node, inputs: [`${input}.dq`, `${name}.dq`] },
    ]
  })
  const kept = model.graph.initializers.filter(({ name }) => !gone.has(name))
  return { ...model, graph: { ...model.graph, nodes, initializers: [...kept, ...initializers] } }
}
