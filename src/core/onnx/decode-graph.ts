import { decodeAttribute } from './decode-attribute.ts'
import { type DecodeContext, decodeTensor } from './decode-tensor.ts'
import { decodeValueInfo } from './decode-value.ts'
import { readMessage, repeatedMessage, repeatedText } from './message.ts'
import type { Attribute, Graph, Node, Tensor, ValueInfo } from './model.ts'
import { wire } from './wire.ts'

/** Reads a GraphProto from the current message. Sparse initializers, quantisation notes and docs stay in `unknown`. */
export function decodeGraph(context: DecodeContext): Graph {
  const { reader } = context
  reader.charge(400)
  const nodes: Node[] = []
  const initializers: Tensor[] = []
  const inputs: ValueInfo[] = []
  const outputs: ValueInfo[] = []
  const valueInfo: ValueInfo[] = []
  let name = ''
  const readValue = () => decodeValueInfo(reader)
  const rest = readMessage(reader, {
    1: repeatedMessage(reader, 'node', nodes, () => decodeNode(context)),
    2: [wire.bytes, 'name', () => (name = reader.text())],
    5: repeatedMessage(reader, 'initializer', initializers, () => decodeTensor(context)),
    11: repeatedMessage(reader, 'input', inputs, readValue),
    12: repeatedMessage(reader, 'output', outputs, readValue),
    13: repeatedMessage(reader, 'value_info', valueInfo, readValue),
  })
  return { name, nodes, initializers, inputs, outputs, valueInfo, ...rest }
}

/** Reads a NodeProto from the current message. */
export function decodeNode(context: DecodeContext): Node {
  const { reader } = context
  reader.charge(400)
  const inputs: string[] = []
  const outputs: string[] = []
  const attributes: Attribute[] = []
  const head = { name: '', opType: '', domain: '' }
  const graph = () => decodeGraph(context)
  const rest = readMessage(reader, {
    1: repeatedText(reader, 'input', inputs),
    2: repeatedText(reader, 'output', outputs),
    3: [wire.bytes, 'name', () => (head.name = reader.text())],
    4: [wire.bytes, 'op_type', () => (head.opType = reader.text())],
    5: repeatedMessage(reader, 'attribute', attributes, () => decodeAttribute(context, graph)),
    7: [wire.bytes, 'domain', () => (head.domain = plainDomain(reader.text()))],
  })
  return { ...head, inputs, outputs, attributes, ...rest }
}

/** 'ai.onnx' is the long name of the default domain ''. Source: onnx/docs/IR.md, Operator Sets. */
export function plainDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain
}
