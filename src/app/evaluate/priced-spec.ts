import { withListPrices } from '../../core/hosted/prices.ts'
import { refuseMixedCurrencies } from '../../core/plan/outlay.ts'
import type { Spec } from '../../core/spec/spec.ts'
import type { Effects } from './effects.ts'

/** The spec with the list prices of the hosted models for which it states none. Throws SPEC_CURRENCY. */
export async function pricedSpec(spec: Spec, { apiFacts, env, clock }: Effects): Promise<Spec> {
  refuseMixedCurrencies(spec)
  const { prices } = await apiFacts()
  return withListPrices(spec, prices, { env, now: clock.now() })
}
