import type { Pass, Proposal } from './pass.ts'

/** How a proposal is made to hold: as it is, from statistics, or by training. In the order in which they are tried. */
export type Rung = 'none' | 'bias' | 'least-squares' | 'short' | 'long'

/** Proposals of a pass that save the same; a cheap probe chooses one of them. */
export interface Offer {
  readonly pass: Pass
  readonly group: readonly [Proposal, ...Proposal[]]
}

/** One thing to try next, with what it is expected to bring. */
export interface Move extends Offer {
  readonly rung: Rung
  /** Natural logarithm of how many times less bytes plus that of how many times less CPU time. */
  readonly gain: number
  /** Chance 0..1 that the gate keeps it. */
  readonly chance: number
  /** Steps of training; null where nothing is trained. */
  readonly steps: number | null
  /** Work of trying it, in texts that go through the model as it is now. */
  readonly texts: number
  /** What the search orders by: gain x chance / texts, of a cut times the chance that no student takes the place of what it cut. */
  readonly worth: number
}

/** What was refused before. */
export interface Refusal {
  readonly key: string
  readonly rung: Rung
  /** Loss on the items that it was judged by. */
  readonly loss: number
  /** Steps that had been kept by then. */
  readonly depth: number
  /** Whether the pass itself broke, which no later model is likely to mend. */
  readonly broken?: boolean
}

/** What moves are weighed with. */
export interface Weighing {
  readonly refusals: readonly Refusal[]
  /** Steps kept so far. */
  readonly depth: number
  readonly margin: number
  /** Bytes of the model as it is. */
  readonly bytes: number
  /** Items of the gate, and rows that statistics are collected of. */
  readonly items: number
  readonly statRows: number
  /** Work that the time left allows, in texts that go through the model as it is. */
  readonly left: number
  /** Steps of the two rungs of training with texts a step; null where nothing can be learned from. */
  readonly fineTuning: FineTuningTime | null
}

export interface FineTuningTime {
  readonly short: number
  readonly long: number
  readonly batch: number
  /** Most work of one training at each rung, in texts that go through the model as it is: a share of the search's time. */
  readonly most: { readonly short: number; readonly long: number }
}

const order: readonly Rung[] = ['none', 'bias', 'least-squares', 'short', 'long']

/** Chance that a proposal without risk would have at each rung, as the share of its risk that remains. */
const riskLeft: Readonly<Record<Rung, number>> = {
  none: 1,
  bias: 0.95,
  'least-squares': 0.8,
  short: 0.55,
  long: 0.45,
}
/**
 * How fast the chance falls with the loss that a cheaper rung left, in margins beyond the first. Training fine-tunes what statistics cannot:
 * measured on the example encoders, losses of six margins came back within the margin about every second time.
 */
const hopeless: Readonly<Record<Rung, number>> = {
  none: 3,
  bias: 1.5,
  'least-squares': 0.7,
  short: 0.15,
  long: 0.08,
}
/** A refusal of the same step on an earlier model makes another try this much less likely to hold. */
const refusedBefore = 0.3
/** Trials that the chance of a student is worth: refused ones of the same kind count against it (rule of succession). */
const priorTrials = 2
/** Work below which nothing is worth a trial. */
const leastGain = 0.02
const leastChance = 0.05
/**
 * A step of training against a forward pass in batches: three times the multiplications (Kaplan et al., arXiv 2001.08361, 2.1: 2N forward, 4N
 * backward); with the optimiser and unfused graphs six times was measured on MiniLM in this engine.
 */
const trainingFactor = 6
/** A forward pass that sums squares beside it, and one that sums X^T X, against a plain one. */
const [energyFactor, gramFactor] = [1.2, 2.5] as const
/** Slopes of the loss: one pass forward and back, in multiplications of the forward one (Kaplan et al.); 2.6 measured on the example encoders. */
const slopeFactor = 3

/**
 * Everything that could be tried in the time left, best first; ties by the order of the offers. A student starts from a fresh graph, so what
 * was cut before it is lost work: a cut counts with the chance that the likeliest student fails.
 */
export function movesOf(offers: readonly Offer[], weighing: Weighing): readonly Move[] {
  const open = offers
    .flatMap((offer) => moveOf(offer, weighing) ?? [])
    .filter(({ gain, chance }) => gain >= leastGain && chance >= leastChance)
    .filter(({ texts }) => texts <= weighing.left)
  const students = open.filter(({ group: [first] }) => isStudent(first))
  const stays = 1 - Math.max(0, ...students.map(({ chance }) => chance))
  return open
    .map((one) => (one.pass.family === 'structural' ? { ...one, worth: stays * one.worth } : one))
    .toSorted((a, b) => b.worth - a.worth)
}

/** Whether it takes the model's place and knows nothing before it is trained. */
export const isStudent = ({ training }: Proposal): boolean => training !== undefined

/** Names a step of a pass, whatever its repair. */
export function stepKey({ pass, params }: Proposal): string {
  const { repair: _, importance: __, ...rest } = params
  const { drop } = rest
  const named = Array.isArray(drop) ? { drop: drop.length } : rest
  return `${pass} ${JSON.stringify(named)}`
}

/** The next rung of an offer; null when all were refused on this model. */
function moveOf(offer: Offer, weighing: Weighing): Move | null {
  const [first] = offer.group
  const key = stepKey(first)
  const past = weighing.refusals.filter((one) => one.key === key)
  const here = weighing.refusals.filter(({ depth }) => depth === weighing.depth)
  const rung = rungsOf(first, weighing).find((one) => isOpen(one, past, weighing))
  if (rung === undefined) return null
  const gain = gainOf(first, weighing.bytes)
  const chance = chanceOf(first, rung, past, weighing) * likeOthers(first, weighing)
  const asked = askedTexts(offer, weighing.items) + statTexts(offer, rung, here, weighing)
  const { fineTuning } = weighing
  const left = weighing.left - asked
  const steps = isTrained(rung) ? stepsOf(first, rung, { fineTuning, left }) : null
  const trained = fineTuning === null ? 0 : (steps ?? 0) * stepTexts(first.saves, fineTuning)
  const texts = asked + trained
  return { ...offer, rung, gain, chance, steps, texts, worth: (gain * chance) / Math.max(1, texts) }
}

/** The ways a proposal can be tried, cheapest first. */
export function rungsOf(
  { repairs, training, params }: Proposal,
  { fineTuning }: Pick<Weighing, 'fineTuning'>,
): readonly Rung[] {
  const learns = fineTuning !== null && repairs.includes('distil')
  const trained: readonly Rung[] = learns ? ['short', 'long'] : []
  if (training !== undefined) return trained
  const cheap = order.filter(
    (rung) => rung === 'none' || ('repair' in params && repairs.some((repair) => repair === rung)),
  )
  return [...cheap, ...trained]
}

/** Not refused on this model; and, where statistics cannot fine-tune it, not clearly refused on an earlier one. */
function isOpen(rung: Rung, past: readonly Refusal[], { depth, margin }: Weighing): boolean {
  const at = order.indexOf(rung)
  if (past.some(({ broken }) => broken === true)) return false
  if (past.some((one) => one.depth === depth && order.indexOf(one.rung) >= at)) return false
  const cheap = !isTrained(rung)
  return !(cheap && past.some((one) => one.rung === rung && one.loss > 1.5 * margin))
}

function gainOf({ saves }: Proposal, bytes: number): number {
  const left = (share: number) => Math.max(0.02, 1 - share)
  return -Math.log(left(saves.bytes / Math.max(1, bytes))) - Math.log(left(saves.cpuShare))
}

function chanceOf(
  { risk }: Proposal,
  rung: Rung,
  past: readonly Refusal[],
  { depth, margin }: Weighing,
): number {
  const prior = 1 - risk * riskLeft[rung]
  const at = order.indexOf(rung)
  const cheaper = past.filter((one) => order.indexOf(one.rung) < at)
  const last = cheaper.at(-1)
  const beyond = last === undefined ? 0 : Math.max(0, last.loss / margin - 1)
  const again = past.filter((one) => one.depth < depth && order.indexOf(one.rung) >= at).length
  return prior * Math.exp(-hopeless[rung] * beyond) * refusedBefore ** again
}

/** A student is less likely where others of its kind failed; what a milder cut bears, a bolder one does not tell. */
function likeOthers(first: Proposal, { refusals }: Weighing): number {
  if (!isStudent(first)) return 1
  const own = stepKey(first)
  const others = refusals.filter(({ key }) => key !== own && key.startsWith(`${first.pass} `))
  return priorTrials / (priorTrials + new Set(others.map(({ key }) => key)).size)
}

/** Below so many steps training does nothing that is worth a trial. */
const fewestSteps = 50
/** Share of the steps that a training should have below which it is not begun: there is no time for it. */
const leastSteps = 0.5

const inTens = (steps: number): number => 10 * Math.floor(steps / 10)

/** Steps that a training should have: as many as are wanted, or as its share of the time allows, in tens. */
function plannedSteps(
  { saves, training }: Pick<Proposal, 'saves' | 'training'>,
  rung: 'short' | 'long',
  fineTuning: FineTuningTime,
): number {
  const wanted = (training?.times ?? 1) * fineTuning[rung]
  const most = fineTuning.most[rung] / stepTexts(saves, fineTuning)
  return Math.min(wanted, Math.max(fewestSteps, inTens(most)))
}

/** Steps of a training: those that it should have, or as many as fit into the time left, at least half of them. */
export function stepsOf(
  proposal: Pick<Proposal, 'saves' | 'training'>,
  rung: 'short' | 'long',
  { fineTuning, left }: Pick<Weighing, 'fineTuning' | 'left'>,
): number {
  if (fineTuning === null) return 0
  const planned = plannedSteps(proposal, rung, fineTuning)
  const fitting = inTens(left / stepTexts(proposal.saves, fineTuning))
  return Math.min(planned, Math.max(fitting, Math.ceil(leastSteps * planned)))
}

/** Training of a whole model once more with its work: as long as is wanted, or as fits into the time left; null where that would be too little. */
export function lastTraining({ fineTuning, left }: Pick<Weighing, 'fineTuning' | 'left'>): {
  readonly steps: number
  readonly texts: number
} | null {
  if (fineTuning === null) return null
  const whole = { saves: { bytes: 0, cpuShare: 0 } }
  const each = stepTexts(whole.saves, fineTuning)
  const steps = Math.min(plannedSteps(whole, 'long', fineTuning), inTens(left / each))
  return steps < fewestSteps ? null : { steps, texts: steps * each }
}

/** Share of a forward pass that is left of it. */
const leftOf = ({ cpuShare }: Proposal['saves']): number => Math.max(0.02, 1 - cpuShare)

/** Work of a step of training, in texts that go through the model as it is. */
const stepTexts = (saves: Proposal['saves'], { batch }: { readonly batch: number }): number =>
  trainingFactor * batch * leftOf(saves)

const isTrained = (rung: Rung): rung is 'short' | 'long' => rung === 'short' || rung === 'long'

/** Items that judge a trial, and those of the probe that chooses one of a group. */
function askedTexts({ group }: Offer, items: number): number {
  const probes = group.length > 1 ? 200 * group.length : 0
  return (items + probes) * leftOf(group[0].saves)
}

/**
 * Work of the statistics that the proposals of an offer read. They are collected once a model: nothing where a step of the same pass was refused
 * on this model with statistics of the same kind.
 */
function statTexts(
  { pass, group }: Offer,
  rung: Rung,
  here: readonly Refusal[],
  { statRows }: Weighing,
): number {
  if (pass.family !== 'structural' || !('repair' in group[0].params)) return 0
  const isGram = (one: Rung) => order.indexOf(one) >= order.indexOf('least-squares')
  const known = here.some(
    ({ key, rung: one }) => key.startsWith(`${pass.id} `) && isGram(one) === isGram(rung),
  )
  if (known) return 0
  const slopes = group.some(({ params }) => params['importance'] === 'taylor') ? slopeFactor : 0
  return ((isGram(rung) ? gramFactor : energyFactor) + slopes) * statRows
}
