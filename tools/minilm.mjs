// A sentence encoder in the shape of all-MiniLM-L6-v2 (6 layers, width 384, 12 heads, 30,522 words: 22.7 million weights, 90 MB), with
// seeded random weights: for benchmarks of the codec, of shrinking and of the runtime.

/** Uniform weights in [-scale, scale] from a linear congruential generator (Numerical Recipes, 1664525 and 1013904223). */
export function weightsFrom(seed) {
  let state = seed >>> 0
  return (count, scale) => {
    const values = new Float32Array(count)
    for (let at = 0; at < count; at++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      values[at] = (state / 2 ** 31 - 1) * scale
    }
    return values
  }
}

/** The model. `build` is src/core/onnx/build.ts, compiled. */
export function miniLm(
  build,
  { layers = 6, width = 384, heads = 12, vocabulary = 30522, positions = 512, seed = 1 } = {},
) {
  const draw = weightsFrom(seed)
  const nodes = []
  const initializers = []
  const weight = (name, dims, scale = 0.05) => {
    initializers.push(
      build.float32Tensor(
        name,
        dims,
        draw(
          dims.reduce((a, b) => a * b, 1),
          scale,
        ),
      ),
    )
    return name
  }
  const ints = (name, values) => {
    initializers.push(build.int64Tensor(name, [values.length], values))
    return name
  }
  const add = (opType, inputs, output, attributes = []) => {
    nodes.push(build.node(opType, inputs, [output], { name: `/${output}`, attributes }))
    return output
  }
  const dense = (input, name, from, to) => {
    const product = add('MatMul', [input, weight(`${name}.weight`, [from, to])], `${name}/MatMul`)
    return add('Add', [product, weight(`${name}.bias`, [to])], `${name}/Add`)
  }
  const norm = (input, name) => {
    const scale = `${name}.weight`
    initializers.push(build.float32Tensor(scale, [width], new Float32Array(width).fill(1)))
    return add(
      'LayerNormalization',
      [input, scale, weight(`${name}.bias`, [width])],
      `${name}/norm`,
      [build.floatAttribute('epsilon', 1e-12)],
    )
  }
  const gelu = (input, name) => {
    const erf = add('Erf', [add('Div', [input, 'sqrt2'], `${name}/Div`)], `${name}/Erf`)
    const half = add('Mul', [input, 'half'], `${name}/half`)
    return add('Mul', [half, add('Add', [erf, 'one'], `${name}/plus`)], `${name}/gelu`)
  }
  for (const [name, value] of [
    ['sqrt2', Math.SQRT2],
    ['half', 0.5],
    ['one', 1],
    ['far', -3e38],
    ['root', Math.sqrt(width / heads)],
  ]) {
    initializers.push(build.float32Tensor(name, [], [value]))
  }
  ints('splitShape', [0, 0, heads, width / heads])
  ints('mergeShape', [0, 0, width])
  ints('maskAxes', [1, 2])
  const words = add(
    'Gather',
    [weight('embeddings.word', [vocabulary, width]), 'input_ids'],
    'words',
  )
  const range = add(
    'Range',
    ['zero', add('Gather', [add('Shape', ['input_ids'], 'shape'), 'at1'], 'length'), 'step'],
    'range',
  )
  for (const [name, value] of [
    ['zero', 0],
    ['at1', 1],
    ['step', 1],
  ])
    initializers.push(build.int64Tensor(name, [], [value]))
  const places = add('Gather', [weight('embeddings.position', [positions, width]), range], 'places')
  let state = norm(add('Add', [words, places], 'embedded'), 'embeddings.norm')
  const floats = add(
    'Cast',
    [add('Unsqueeze', ['attention_mask', 'maskAxes'], 'mask4')],
    'mask32',
    [build.intAttribute('to', 1)],
  )
  const mask = add('Mul', [add('Sub', ['one', floats], 'hidden'), 'far'], 'mask')
  for (let layer = 0; layer < layers; layer++) {
    const at = `layer.${layer}`
    const split = (part, perm) =>
      add(
        'Transpose',
        [
          add(
            'Reshape',
            [dense(state, `${at}.${part}`, width, width), 'splitShape'],
            `${at}.${part}/split`,
          ),
        ],
        `${at}.${part}/turned`,
        [build.intsAttribute('perm', perm)],
      )
    const scores = add(
      'MatMul',
      [split('query', [0, 2, 1, 3]), split('key', [0, 2, 3, 1])],
      `${at}/scores`,
    )
    const scaled = add('Add', [add('Div', [scores, 'root'], `${at}/scaled`), mask], `${at}/masked`)
    const shares = add('Softmax', [scaled], `${at}/shares`, [build.intAttribute('axis', -1)])
    const mixed = add(
      'Transpose',
      [add('MatMul', [shares, split('value', [0, 2, 1, 3])], `${at}/mixed`)],
      `${at}/back`,
      [build.intsAttribute('perm', [0, 2, 1, 3])],
    )
    const attended = dense(
      add('Reshape', [mixed, 'mergeShape'], `${at}/merged`),
      `${at}.output`,
      width,
      width,
    )
    state = norm(add('Add', [attended, state], `${at}/residual1`), `${at}.norm1`)
    const wide = gelu(dense(state, `${at}.up`, width, 4 * width), at)
    state = norm(
      add('Add', [dense(wide, `${at}.down`, 4 * width, width), state], `${at}/residual2`),
      `${at}.norm2`,
    )
  }
  add('Identity', [state], 'last_hidden_state')
  const inputs = ['input_ids', 'attention_mask'].map((name) =>
    build.valueInfo(name, 'int64', ['batch', 'sequence']),
  )
  const outputs = [build.valueInfo('last_hidden_state', 'float32', ['batch', 'sequence', width])]
  return build.model(build.graph({ name: 'minilm', nodes, initializers, inputs, outputs }))
}
