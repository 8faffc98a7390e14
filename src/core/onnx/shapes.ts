import type { Graph, Node } from './model.ts'
import { cutRules } from './shape-rules-cut.ts'
import { layoutRules } from './shape-rules-layout.ts'
import { mathRules } from './shape-rules-math.ts'
import {
  boundedFacts,
  factsOfInfo,
  factsOfTensor,
  mergeFacts,
  type ShapeRule,
  unknownFacts,
  type ValueFacts,
} from './value-facts.ts'

const rules = new Map<string, ShapeRule>([
  ...Object.entries(mathRules),
  ...Object.entries(layoutRules),
  ...Object.entries(cutRules),
])

/**
 * Facts of every value of the graph: from inputs, initializers and declared value infos, carried forward through the operators that
 * have a rule. What no rule decides stays unknown; a rule's answer is filled up from the declared value info. Graphs inside nodes are
 * not entered. Source of the rules: onnx/docs/Operators.md, opset 1 to 21.
 */
export function inferShapes(graph: Graph): ReadonlyMap<string, ValueFacts> {
  const facts = new Map<string, ValueFacts>()
  for (const value of [...graph.valueInfo, ...graph.outputs, ...graph.inputs]) {
    facts.set(value.name, factsOfInfo(value))
  }
  for (const tensor of graph.initializers) facts.set(tensor.name, factsOfTensor(tensor))
  for (const node of graph.nodes) {
    const results = outputFacts(node, facts)
    for (const [index, output] of node.outputs.entries()) {
      const merged = mergeFacts(boundedFacts(results[index] ?? unknownFacts), facts.get(output))
      if (output !== '') facts.set(output, merged)
    }
  }
  return facts
}

function outputFacts(node: Node, facts: ReadonlyMap<string, ValueFacts>): readonly ValueFacts[] {
  const known = node.domain === '' || node.domain === 'com.microsoft'
  const rule = known ? rules.get(node.opType) : undefined
  if (rule === undefined) return []
  return rule(
    node,
    node.inputs.map((input) => facts.get(input) ?? unknownFacts),
  )
}
