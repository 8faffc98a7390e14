import { RightsizeError } from '../error/error.ts'
import { addressOf, runtimePart } from '../part/runtimes.ts'
import { scorerPart } from '../part/scorer-name.ts'
import { staleWords } from '../result/price-age.ts'
import type { CandidateSpec, Spec } from '../spec/spec.ts'
import type { Estimate, Known } from '../unit/estimate.ts'
import { withPrefix } from '../unit/si-prefix.ts'
import type { PlanInput } from './plan-types.ts'

/** Most times that one request is sent, where the endpoint asks to come back later. */
export const mostTries = 8

/** What one candidate, or the judge, may cost at most: every item, as often as it is drawn. */
export interface Outlay {
  readonly id: string
  readonly calls: number
  /** The multiplication: `120 items x 3 draws`. */
  readonly why: string
  readonly money: Estimate<'money'> | null
  /** Modeled joules of all calls; left out where none are. */
  readonly energy?: Known<'J'>
}

/** Calls and money of everything that is asked elsewhere, with the reason for each multiplication. */
export function outlays(spec: Spec, plan: PlanInput): readonly Outlay[] {
  const prices = new Map(plan.candidates.map(({ id, pricePerItem }) => [id, pricePerItem]))
  const joules = new Map(plan.candidates.map(({ id, energyPerItem }) => [id, energyPerItem]))
  const asked = spec.candidates.filter(({ runtime }) => runtimePart(runtime).where === 'elsewhere')
  const candidates = asked.map((candidate) => {
    const draws = candidate.settings.draws ?? 1
    const calls = plan.items * draws
    const price = prices.get(candidate.id)
    const money = price?.kind === 'known' ? timesCalls(price, calls) : (price ?? null)
    const energy = joulesOf(joules.get(candidate.id), calls)
    return { id: candidate.id, calls, why: product(plan.items, draws), money, ...energy } as Outlay
  })
  return [...candidates, ...judges(spec, plan.items)]
}

/** What a model behind an API is estimated to take; an order of magnitude, which the interval shows. */
function joulesOf(each: Estimate<'JPerItem'> | undefined, calls: number): Pick<Outlay, 'energy'> {
  if (each?.kind !== 'known' || each.method !== 'modeled') return {}
  const [value, low, high] = [each.value * calls, each.low * calls, each.high * calls]
  return { energy: { ...each, unit: 'J', value, low, high } }
}

const timesCalls = (price: Estimate<'moneyPerItem'>, calls: number): Estimate<'money'> =>
  price.kind !== 'known'
    ? price
    : {
        ...price,
        unit: 'money',
        value: price.value * calls,
        low: price.low * calls,
        high: price.high * calls,
      }

const product = (items: number, draws: number): string =>
  `${items} items${draws === 1 ? '' : ` x ${draws} draws`}`

/** A scorer that asks a model asks it about every answer of every candidate, in both orders where it compares. */
function judges(spec: Spec, items: number): readonly Outlay[] {
  const draws = spec.candidates.reduce((sum, { settings }) => sum + (settings.draws ?? 1), 0)
  return spec.scorers
    .filter(({ name, options }) => scorerPart(name).effects === 'model' && isRemote(options))
    .map(({ name, options }) => {
      const orders = options['pairwise'] === true ? 2 : 1
      const why = `${items} items x ${draws} answers of candidates${orders === 2 ? ' x 2 orders' : ''}`
      return { id: `${name} ${options['model']}`, calls: items * draws * orders, why, money: null }
    })
}

const isRemote = ({ runtime }: Readonly<Record<string, unknown>>): boolean =>
  runtime === undefined || runtimePart(String(runtime)).where === 'elsewhere'

/** What a run is about to do, one line each: the columns, then calls and money. */
export function outlaySentences(spec: Spec, plan: PlanInput): readonly string[] {
  return [
    columnsSentence(spec, plan.items),
    ...outlays(spec, plan).map((one) => sentence(one, spec)),
  ]
}

function columnsSentence({ dataset }: Spec, items: number): string {
  const { input, expected, id, cluster } = dataset
  const columns = typeof input === 'string' ? [input] : 'column' in input ? [input.column] : input
  const parts = [
    `input = ${columns.join(' + ')}`,
    `expected = ${expected ?? "the incumbent's answer"}`,
    `id = ${id ?? 'the number of the row'}`,
    ...(cluster === undefined ? [] : [`cluster = ${cluster}`]),
  ]
  return `${parts.join(', ')}, output = the candidate's answer; ${items} items of ${dataset.test}.`
}

function sentence({ id, calls, why, money, energy }: Outlay, spec: Spec): string {
  const most = `${id}: at most ${whole(calls)} calls (${why}; a refused call is repeated at most ${mostTries - 1} times)${energyText(energy)}`
  if (money === null) return `${most}.`
  if (money.kind !== 'known')
    return `${most}; money unknown: ${money.kind === 'unknown' ? money.why : 'no price'} (--price ${id}=IN/OUT states one).`
  const range = money.low === money.high ? '' : ` (${short(money.low)} to ${short(money.high)})`
  const source = spec.candidates.find((candidate) => candidate.id === id)?.price?.source ?? ''
  const age = source.includes(staleWords) ? `, at list prices ${staleWords}` : ''
  return `${most}, about ${short(money.value)} ${spec.account.currency}${range}${age}.`
}

const energyText = (energy: Known<'J'> | undefined): string =>
  energy === undefined
    ? ''
    : `, about ${withPrefix(energy.value / 3600, 'Wh')} at the server (${withPrefix(energy.low / 3600, 'Wh')} to ${withPrefix(energy.high / 3600, 'Wh')}, modeled)`

const whole = (count: number): string => count.toLocaleString('en-US')
const short = (value: number): string => String(Number(value.toPrecision(2)))

/** Whether calling the candidate costs money: it has a price above zero, or a server of somebody else and no price. */
export function isPaid(
  candidate: CandidateSpec,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const { price } = candidate
  const address = addressOf(candidate, env)
  if (address === null) return false
  if (price !== undefined)
    return [price.inputPerMTokens, price.outputPerMTokens, price.perCall].some(
      (one) => (one ?? 0) > 0,
    )
  return !/^https?:\/\/(localhost|127\.|0\.0\.0\.0|\[::1\])/.test(address)
}

/** Prices in two currencies cannot be compared: no rate of exchange is known. Throws SPEC_CURRENCY. */
export function refuseMixedCurrencies({ candidates, account }: Spec): void {
  const other = candidates.find(
    ({ price }) => price?.currency !== undefined && price.currency !== account.currency,
  )
  if (other === undefined) return
  throw new RightsizeError(
    'SPEC_CURRENCY',
    `\`${other.id}\` is priced in ${other.price?.currency}, the account is in ${account.currency}.`,
  )
}
