import { loadAccount, realizedSaving } from '../carbon/deployment.ts'
import type { Serving } from '../carbon/load.ts'
import { combine, operationalModel, pairModels } from '../carbon/sci-model.ts'
import { servedPerS } from '../carbon/site.ts'
import type { DeploymentAccount } from '../result/account.ts'
import type { Usage } from '../result/usage.ts'
import { type Estimate, unknown } from '../unit/estimate.ts'
import { exact } from '../unit/known.ts'
import { simulate, summarise } from '../unit/simulate.ts'
import type { AccountContext } from './context.ts'

/** The declared load: what each candidate uses there, and what releasing replicas saves. */
export function deploymentOf(context: AccountContext, serving: Serving): DeploymentAccount {
  const { run, site, scis, chosen, incumbent, usages, api } = context
  const accounts = new Map(
    run.candidates.flatMap(({ id, cost }) => {
      const [usage, sci] = [usages.get(id), scis.get(id)]
      if (usage === undefined || sci === undefined || api.some((each) => each.id === id)) return []
      return [[id, loadAccount({ usage, sci, throughputPerS: servedPerS(cost) }, serving)] as const]
    }),
  )
  const from = accounts.get(incumbent?.id ?? '')
  const to = accounts.has(chosen?.id ?? '') ? chosen : null
  const realized =
    from && to ? realizedSaving(from, { throughputPerS: servedPerS(to.cost) }, serving, site) : null
  return {
    candidates: [...accounts.values()],
    realized,
    marginalPerAnswer: marginalSaving(context),
    sentence:
      realized?.sentence ??
      'Without an incumbent and a chosen candidate there is no saving to state.',
  }
}

/**
 * What one answer more or less saves: the energy of the work alone, because what is held stays held. Per answer of the
 * incumbent, at as many tasks that end right.
 */
function marginalSaving({ usages, chosen, incumbent, inputs }: AccountContext): Estimate<'gPerR'> {
  const [to, from] = [usages.get(chosen?.id ?? ''), usages.get(incumbent?.id ?? '')]
  if (to === undefined || from === undefined || chosen === null)
    return unknown('one of the two candidates has no score')
  const rates = to === from ? exact('ratio', 1, 'the incumbent itself') : chosen.acceptRatio
  const working = (usage: Usage) =>
    operationalModel({ ...usage, idle: unknown('what waits is held either way') })
  const pair = pairModels(to, from, rates, working)
  if ('kind' in pair) return pair
  const model = combine([pair.b, pair.a], ([before = 0, after = 0]) => before - after)
  const [draws] = simulate([model], { seed: inputs.seed ?? 1 })
  return draws === undefined
    ? unknown('nothing was drawn')
    : summarise('gPerR', model, draws, {
        how: 'energy of the work alone, shared factors drawn once',
      })
}
