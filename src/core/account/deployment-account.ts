import { loadAccount, realizedSaving } from '../carbon/deployment.ts'
import { isGpu } from '../carbon/device.ts'
import type { Site } from '../carbon/site.ts'
import { wattsPerReservedThread } from '../energy/cpu-model.ts'
import type { DeploymentAccount } from '../result/account.ts'
import type { DeploymentSpec } from '../spec/spec.ts'
import { type Estimate, unknown } from '../unit/estimate.ts'
import { within } from '../unit/known.ts'
import type { AccountContext } from './context.ts'

/** The declared load: what each candidate uses there, and what releasing replicas saves. */
export function deploymentOf(
  context: AccountContext,
  deployment: DeploymentSpec,
): DeploymentAccount {
  const { run, site, chosen, incumbent, usages } = context
  const replica = { ...site, idleW: idlePower(site, deployment) }
  const accounts = new Map(
    run.candidates
      .filter(({ id }) => !context.api.some((each) => each.id === id))
      .map((each) => {
        const energy = usages.get(each.id)?.energy ?? each.cost.energyPerItem
        const serving = { id: each.id, energy, throughputPerS: each.cost.throughputPerS }
        return [each.id, loadAccount(serving, deployment, replica)]
      }),
  )
  const [from, to] = [accounts.get(incumbent?.id ?? ''), accounts.get(chosen?.id ?? '')]
  const realized = from && to ? realizedSaving(from, to, deployment, replica) : null
  return {
    candidates: [...accounts.values()],
    realized,
    marginalPerAnswer: marginalSaving(context),
    sentence:
      realized?.sentence ??
      'Without an incumbent and a chosen candidate there is no saving to state.',
  }
}

/** Idle power of one replica: reserved threads at idle, or unknown on a device that threads do not describe. */
function idlePower(
  { cores, device }: Site,
  { share, replicas, instances }: DeploymentSpec,
): Estimate<'W'> {
  if (isGpu(device.id)) return unknown('the idle power of a GPU must be measured')
  const threads = (cores * share * instances) / replicas
  return within('W', wattsPerReservedThread * threads, [0.39 / 0.55, 1.32 / 0.55], {
    method: 'modeled',
    how: `0.55 W x ${threads} reserved threads`,
    source: 'SPECpower_ssj2008 results 2018+, idle per thread 0.55 W [0.39, 1.32]',
  })
}

/** Per answer; the ends are paired, because the factors are shared. */
function marginalSaving({ scis, chosen, incumbent }: AccountContext): Estimate<'gPerR'> {
  const from = scis.get(incumbent?.id ?? '')?.perInference
  const to = scis.get(chosen?.id ?? '')?.perInference
  if (from?.kind !== 'known' || to?.kind !== 'known')
    return unknown('one of the two candidates has no score')
  const value = from.value - to.value
  const ends = [value, from.low - to.low, from.high - to.high]
  return {
    ...from,
    value,
    low: Math.min(...ends),
    high: Math.max(...ends),
    how: 'incumbent minus chosen, per inference, ends paired because their factors are shared',
  }
}
