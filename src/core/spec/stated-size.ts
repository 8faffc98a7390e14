import { RightsizeError } from '../error/error.ts'

/** A number of parameters, or the least and the most. */
type Parameters = number | readonly [number, number]

/** No language model that a server answers with is smaller; 8 and 70 are billions written without their zeros. */
const leastParameters = 1e6

/**
 * Checks the stated size of a model that a server answers with, in parameters. Throws QUANTITY_INVALID below a million, and
 * for more active parameters than there are.
 */
export function requireSize(
  model: string,
  total: Parameters | undefined,
  active: Parameters | undefined,
): void {
  requireEnough(model, '--parameters', total)
  requireEnough(model, '--active-parameters', active)
  if (total === undefined || active === undefined || endsOf(active)[1] <= endsOf(total)[1]) return
  throw new RightsizeError(
    'QUANTITY_INVALID',
    `${model}: ${endsOf(active)[1]} active parameters are more than its ${endsOf(total)[1]} parameters`,
    {
      next: 'State all parameters, and those used per token, for example: --parameters 47e9 --active-parameters 13e9 (in a spec: `parameters`, `activeParameters`).',
    },
  )
}

const endsOf = (size: Parameters): readonly [number, number] =>
  typeof size === 'number' ? [size, size] : size

function requireEnough(model: string, flag: string, size: Parameters | undefined): void {
  if (size === undefined || endsOf(size)[0] >= leastParameters) return
  const billions = endsOf(size)[0] < 10_000 ? `${endsOf(size)[0]}e9` : '8e9'
  throw new RightsizeError(
    'QUANTITY_INVALID',
    `${model}: ${endsOf(size)[0]} parameters are too few for a language model: the number is in parameters, not in billions`,
    { next: `For example: ${flag} ${billions}` },
  )
}
