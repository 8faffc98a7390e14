import type { VjpRule } from './rule.ts'
import { activationRules } from './rules-activation.ts'
import { arithmeticRules } from './rules-arithmetic.ts'
import { matMulRules } from './rules-matmul.ts'
import { normalRules } from './rules-normal.ts'
import { reduceRules } from './rules-reduce.ts'
import { selectRules } from './rules-select.ts'
import { shapeRules } from './rules-shape.ts'

/** Every op that can be differentiated. Adding one: a rule in the file of its family, a line in its table, a row in the test's cases. */
export const vjpRules = {
  ...arithmeticRules,
  ...activationRules,
  ...matMulRules,
  ...normalRules,
  ...shapeRules,
  ...reduceRules,
  ...selectRules,
} as const satisfies Record<string, VjpRule>

export type DifferentiableOp = keyof typeof vjpRules

/** The rule of an op of ai.onnx or com.microsoft, or undefined. */
export function ruleOf(domain: string, opType: string): VjpRule | undefined {
  if (!['', 'ai.onnx', 'com.microsoft'].includes(domain)) return undefined
  return Object.hasOwn(vjpRules, opType) ? vjpRules[opType as DifferentiableOp] : undefined
}
