import { intOf } from '../onnx/attributes.ts'
import { indexGraph } from '../onnx/graph-index.ts'
import type { Model, Node, Tensor } from '../onnx/model.ts'

/** A weight of signed bytes whose sums may overflow 16 bits on processors that have AVX2 and no VNNI. */
export interface SaturationRisk {
  readonly node: string
  readonly weight: string
  /** Pairs of weights that are multiplied and added in one instruction, and how many of them may overflow. */
  readonly pairs: number
  readonly risky: number
  /** The largest sum that a pair can reach; 32,767 is the end. */
  readonly worst: number
}

/** Operators with int8 weights, the input that holds them, and whether they lie [inputs, outputs]. */
const weightInputs: Readonly<Record<string, number>> = {
  MatMulInteger: 1,
  DynamicQuantizeMatMul: 1,
  MatMulIntegerToFloat: 1,
  QAttention: 1,
  QLinearMatMul: 3,
  QGemm: 3,
  ConvInteger: 1,
  QLinearConv: 3,
}

/**
 * Every weight of a quantised model that may saturate, worst first: vpmaddubsw adds two products of an unsigned and a signed byte into
 * signed 16 bits, so a pair of weights of one sign above 128 in sum overflows for large activations. Weights of unsigned bytes take
 * another instruction and are left out. Empty for models made by `int8` with 7 bits.
 * Source: Intel intrinsics guide, _mm256_maddubs_epi16; onnxruntime docs, "when to use reduce_range".
 */
export function saturationRisks({ graph }: Model): readonly SaturationRisk[] {
  const index = indexGraph(graph)
  const risks = graph.nodes.flatMap((node) => {
    const place = weightInputs[node.opType]
    const direct = place === undefined ? undefined : index.initializer(node.inputs[place] ?? '')
    const behind = direct === undefined ? index.producer(node.inputs[1] ?? '') : undefined
    const dequantised =
      behind?.opType === 'DequantizeLinear' ? index.initializer(behind.inputs[0] ?? '') : undefined
    const weight = direct ?? dequantised
    if (weight?.dtype !== 'int8' || weight.dims.length < 2) return []
    const risk = riskOf(node, weight)
    return risk.risky > 0 ? [risk] : []
  })
  return risks.toSorted((left, right) => right.worst - left.worst)
}

function riskOf(node: Node, weight: Tensor): SaturationRisk {
  const codes = new Int8Array(weight.bytes().buffer, weight.bytes().byteOffset, weight.byteLength)
  const outputsFirst = node.opType.includes('Conv') || intOf(node, 'transB', 0) !== 0
  const [first = 1] = weight.dims
  const others = codes.length / first
  const [inputs, outputs] = outputsFirst ? [others, first] : [first, others]
  const [inputStep, outputStep] = outputsFirst ? [1, others] : [outputs, 1]
  let [risky, worst] = [0, 0]
  for (let output = 0; output < outputs; output += 1) {
    for (let input = 0; input + 1 < inputs; input += 2) {
      const at = output * outputStep + input * inputStep
      const most = pairLimit(codes[at] ?? 0, codes[at + inputStep] ?? 0)
      if (most > 32767) risky += 1
      if (most > worst) worst = most
    }
  }
  const pairs = outputs * Math.floor(inputs / 2)
  return { node: node.name || (node.outputs[0] ?? ''), weight: weight.name, pairs, risky, worst }
}

/** The largest magnitude that 255-level activations can bring a pair to. */
function pairLimit(left: number, right: number): number {
  const up = Math.max(0, left) + Math.max(0, right)
  const down = Math.max(0, -left) + Math.max(0, -right)
  return 255 * Math.max(up, down)
}
