import { RightsizeError } from '../error/error.ts'
import type { Parameters } from './parameters.ts'

/** AdamW; with `decay` 0 it is Adam. Source: Kingma and Ba, arXiv 1412.6980; Loshchilov and Hutter, arXiv 1711.05101. */
export interface AdamSpec {
  readonly beta1?: number
  readonly beta2?: number
  readonly epsilon?: number
  /** Decoupled weight decay, on parameters of rank 2 and more. */
  readonly decay?: number
  /** The whole gradient is scaled down to this Euclidean norm (Pascanu et al., arXiv 1211.5063); 0 = never. */
  readonly clipNorm?: number
}

/** What the optimiser remembers: first and second moments per parameter and the number of steps done. */
export interface AdamState {
  readonly first: Parameters
  readonly second: Parameters
  readonly step: number
}

/** Moments of zero. */
export function adamStart(parameters: Parameters): AdamState {
  const zeros = (): Parameters =>
    new Map([...parameters].map(([name, values]) => [name, new Float32Array(values.length)]))
  return { first: zeros(), second: zeros(), step: 0 }
}

/** Euclidean norm over all gradients, summed in float64 in the order of the map. */
export function globalNorm(gradients: Iterable<Float32Array>): number {
  let total = 0
  for (const values of gradients) total += sumOfSquares(values)
  return Math.sqrt(total)
}

/** Four running sums, so that the additions do not wait for each other. */
function sumOfSquares(values: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0]
  const whole = values.length - (values.length % 4)
  for (let index = 0; index < whole; index += 4) {
    const v0 = values[index] as number
    const v1 = values[index + 1] as number
    const v2 = values[index + 2] as number
    const v3 = values[index + 3] as number
    a += v0 * v0
    b += v1 * v1
    c += v2 * v2
    d += v3 * v3
  }
  for (let index = whole; index < values.length; index++) a += (values[index] as number) ** 2
  return a + b + (c + d)
}

export interface AdamInputs {
  /** Learning rate of this step. */
  readonly rate: number
  readonly norm: number
  readonly decayed: ReadonlySet<string>
}

interface Update {
  readonly rate: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly decay: number
  readonly gradientScale: number
}

/** One parameter's update, in place. `rate` and `epsilon` already hold the bias corrections. */
function update(
  values: Float32Array,
  gradient: Float32Array,
  first: Float32Array,
  second: Float32Array,
  { rate, beta1, beta2, epsilon, decay, gradientScale }: Update,
): void {
  const rest1 = 1 - beta1
  const rest2 = 1 - beta2
  for (let index = 0; index < values.length; index++) {
    const g = (gradient[index] as number) * gradientScale
    const m = beta1 * (first[index] as number) + rest1 * g
    const v = beta2 * (second[index] as number) + rest2 * g * g
    first[index] = m
    second[index] = v
    const value = values[index] as number
    values[index] = value - rate * (m / (Math.sqrt(v) + epsilon)) - decay * value
  }
}

/**
 * One AdamW step: `parameters` and the moments of `state` are changed in place; the state with the next step number is returned.
 * `norm` is the gradient's global norm, for clipping; `decayed` names the parameters that decay.
 */
export function adamStep(
  parameters: Parameters,
  gradients: ReadonlyMap<string, Float32Array>,
  state: AdamState,
  { rate, norm, decayed }: AdamInputs,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, decay = 0, clipNorm = 0 }: AdamSpec = {},
): AdamState {
  const gradientScale = clipNorm > 0 && norm > clipNorm ? clipNorm / norm : 1
  const step = state.step + 1
  // m/(1-b1^t) / (sqrt(v/(1-b2^t)) + e) with both corrections taken out of the loop.
  const root = Math.sqrt(1 - beta2 ** step)
  const corrected = (rate * root) / (1 - beta1 ** step)
  const shared = { rate: corrected, beta1, beta2, epsilon: epsilon * root, gradientScale }
  for (const [name, values] of parameters) {
    const gradient = gradients.get(name)
    const first = state.first.get(name)
    const second = state.second.get(name)
    if (gradient?.length !== values.length || first === undefined || second === undefined)
      throw new RightsizeError('TRAIN_PARAMETER', `no gradient or moments fit "${name}"`, {
        at: name,
      })
    const share = decayed.has(name) ? rate * decay : 0
    update(values, gradient, first, second, { ...shared, decay: share })
  }
  return { ...state, step }
}
