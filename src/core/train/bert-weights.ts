import { RightsizeError } from '../error/error.ts'
import type { GraphWriter } from '../onnx/graph-writer.ts'
import type { Tensor } from '../onnx/model.ts'
import { numbersOf, tensorOf } from '../onnx/tensor-values.ts'

/** Floats that are turned into float32: the 16-bit ones exactly, doubles rounded. */
const floats: ReadonlySet<string> = new Set(['float32', 'float16', 'bfloat16', 'float64'])

/** The checkpoint's tensors by their names without the family's prefix; each that is asked for is added to the graph. */
export class BertWeights {
  readonly #byName: ReadonlyMap<string, Tensor>
  readonly #used = new Set<string>()
  readonly #writer: GraphWriter

  constructor(tensors: readonly Tensor[], family: string, writer: GraphWriter) {
    const prefix = `${family}.`
    this.#writer = writer
    this.#byName = new Map(
      tensors.map((tensor) => {
        const name = tensor.name.startsWith(prefix) ? tensor.name.slice(prefix.length) : tensor.name
        // Checkpoints of 2019 name a normalisation's scale gamma and its shift beta.
        const current = name.replace(/\.gamma$/, '.weight').replace(/\.beta$/, '.bias')
        return [current, tensor]
      }),
    )
  }

  /** Dims of a tensor; null where there is none. */
  dims(name: string): readonly number[] | null {
    return this.#byName.get(name)?.dims ?? null
  }

  /** The first of these names that the checkpoint has; the first of all where it has none, so that the error names it. */
  oneOf(...names: readonly string[]): string {
    return names.find((name) => this.#byName.has(name)) ?? names[0] ?? ''
  }

  /** Adds a tensor as it lies in the checkpoint. */
  add(name: string, dims: readonly number[]): string {
    return this.#writer.add(widened(this.#take(name, dims)))
  }

  /** The name of a tensor that the graph has already. */
  reuse(name: string): string {
    return this.#byName.get(name)?.name ?? name
  }

  /** Adds a matrix [out, in] as [in, out]. */
  addTurned(name: string, rows: number, columns: number): string {
    return this.#writer.add(turned(this.#take(name, [columns, rows]), rows, columns))
  }

  unused(): readonly string[] {
    const others = [...this.#byName].filter(([name]) => !this.#used.has(name))
    return others.map(([, { name }]) => name).filter((name) => !name.endsWith('position_ids'))
  }

  #take(name: string, dims: readonly number[]): Tensor {
    const tensor = this.#byName.get(name)
    const wanted = `[${dims.join(', ')}]`
    if (tensor === undefined)
      throw new RightsizeError('MODEL_IMPORT', `the checkpoint has no '${name}' ${wanted}`)
    if (tensor.dims.join() !== dims.join()) {
      const what = `'${tensor.name}' is [${tensor.dims.join(', ')}], config.json makes it ${wanted}`
      throw new RightsizeError('MODEL_IMPORT', what)
    }
    if (!floats.has(tensor.dtype)) {
      const what = `'${tensor.name}' is ${tensor.dtype}: quantized weights are not supported`
      throw new RightsizeError('MODEL_IMPORT', what)
    }
    this.#used.add(name)
    return tensor
  }
}

/** The tensor as float32, read when its bytes are asked for. */
export function widened(tensor: Tensor): Tensor {
  if (tensor.dtype === 'float32') return tensor
  return later(tensor, tensor.dims, () => Float32Array.from(numbersOf(tensor)))
}

function turned(tensor: Tensor, rows: number, columns: number): Tensor {
  return later(tensor, [rows, columns], () => {
    const values = numbersOf(tensor)
    const out = new Float32Array(values.length)
    for (let row = 0; row < rows; row += 1)
      for (let column = 0; column < columns; column += 1)
        out[row * columns + column] = values[column * rows + row] ?? 0
    return out
  })
}

function later(tensor: Tensor, dims: readonly number[], values: () => Float32Array): Tensor {
  const { name } = tensor
  const byteLength = 4 * dims.reduce((product, dim) => product * dim, 1)
  const bytes = () => tensorOf(name, { dtype: 'float32', dims, data: values() }).bytes()
  return { name, dtype: 'float32', dims, byteLength, bytes }
}
