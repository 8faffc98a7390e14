import { canonicalJson } from '../data/canonical-json.ts'
import { isAdapterName } from '../part/runtimes.ts'
import { nameOfSet } from '../proof/item-set.ts'
import type { Lock, LockedDecision, Look } from '../result/lock.ts'
import type { Spec } from '../spec/spec.ts'

/** What stands in the folder now, to compare with the lock. */
export interface CheckFacts {
  readonly task: string
  readonly now: string
  /** Milliseconds of a time as rightsize writes it; null for every other text. */
  readonly timeOf: (text: string) => number | null
  readonly specDigest: string
  readonly spec: Pick<
    Spec,
    'bar' | 'candidates' | 'dataset' | 'incumbent' | 'risk' | 'scorers' | 'validDays'
  >
  /** Digest of each part of the data that the spec names; null where it cannot be read. */
  readonly data: ReadonlyMap<string, string | null>
  /** Revision of candidates by id: null where it cannot be computed, absent where the model is elsewhere. */
  readonly revisions: ReadonlyMap<string, string | null>
  /** Versions of the scorers that are files, by name; null where one cannot be read. */
  readonly scorers: ReadonlyMap<string, string | null>
  /** The decision that result.json leads to; null where it is not of this decision, absent where there is none. */
  readonly evidence?: LockedDecision | null
}

export interface CheckFinding {
  readonly code:
    | 'undecided-task'
    | 'decision'
    | 'date'
    | 'expired'
    | 'spec'
    | 'data'
    | 'model'
    | 'scorer'
    | 'look'
    | 'evidence'
    | 'evidence-absent'
    | 'claim'
    | 'floating'
  readonly severity: 'error' | 'warning'
  readonly text: string
  readonly next: string
}

const rerun = 'run `rightsize run` again and commit the new rightsize.lock'
const error = (code: CheckFinding['code'], text: string, next = rerun): CheckFinding => ({
  code,
  severity: 'error',
  text,
  next,
})

/** Everything in which the lock no longer fits spec, data, models, scorers, evidence or date. Empty when all is well. */
export function checkLock(lock: Lock, facts: CheckFacts): readonly CheckFinding[] {
  const locked = Object.hasOwn(lock.decisions, facts.task) ? lock.decisions[facts.task] : undefined
  if (!locked) return [error('undecided-task', `task "${facts.task}" has no decision in the lock`)]
  return [
    ...checkDecision(locked, facts),
    ...checkDates(locked, facts),
    ...checkSpec(locked, facts),
    ...checkData(locked, facts),
    ...checkModels(locked, facts),
    ...checkScorers(locked, facts),
    ...checkLook(lock, locked),
    ...checkEvidence(locked, facts),
    ...checkClaim(locked),
  ]
}

/** A decision that chooses nobody, or whose parts contradict each other. */
function checkDecision(locked: LockedDecision, { spec }: CheckFacts): readonly CheckFinding[] {
  const { kind, chosen, certified } = locked
  if (kind === 'none') return [noneCheaper(locked)]
  if (kind === 'undecided')
    return [
      error(
        'decision',
        'the run is undecided: the items do not show yet which model can ship',
        'label more items, then run `rightsize run` again',
      ),
    ]
  if (chosen === null) return [error('decision', `the decision is "${kind}" and names no model`)]
  if (kind === 'certified' && !certified)
    return [error('decision', 'the decision is "certified", and its figures are not')]
  const written = spec.candidates.find(({ id }) => id === chosen.id)
  if (written === undefined)
    return [error('decision', `the chosen ${chosen.id} is not a candidate of the spec`)]
  if (written.runtime !== chosen.runtime)
    return [error('decision', `the chosen ${chosen.id} runs in ${written.runtime} by the spec`)]
  const ids = [chosen.id, ...locked.rejected.map(({ id }) => id)].sort()
  const wanted = spec.candidates.map(({ id }) => id).sort()
  return canonicalJson(ids) === canonicalJson(wanted)
    ? []
    : [error('decision', 'the candidates of the decision are not those of the spec')]
}

/** Another run on the same candidates would end the same way: only a candidate or the bar can change it. */
function noneCheaper({ chosen, incumbent }: LockedDecision): CheckFinding {
  const next = 'add candidates to the spec or allow a larger margin, then run `rightsize run` again'
  if (chosen === null)
    return error('decision', 'no candidate is good enough: there is no model to ship', next)
  return chosen.id === incumbent
    ? error(
        'decision',
        `no cheaper candidate is good enough: the decision keeps ${incumbent}`,
        next,
      )
    : error('decision', `the decision is to ship no candidate, and it names ${chosen.id}`)
}

const dayMs = 86_400_000

function checkDates(locked: LockedDecision, facts: CheckFacts): readonly CheckFinding[] {
  const { decidedAt, validUntil } = locked
  const [decided, until, now] = [decidedAt, validUntil, facts.now].map(facts.timeOf)
  if (decided == null || until == null || now == null)
    return [
      error('date', `"${decided === null ? decidedAt : validUntil}" is not a date of the lock`),
    ]
  // A day of difference between two clocks is no lie.
  if (decided > now + dayMs)
    return [error('date', `the decision was made on ${day(decidedAt)}, which is still to come`)]
  if (until !== decided + facts.spec.validDays * dayMs)
    return [
      error(
        'date',
        `the decision of ${day(decidedAt)} is valid for ${facts.spec.validDays} days, not until ${day(validUntil)}`,
      ),
    ]
  return facts.now.slice(0, 10) <= day(validUntil)
    ? []
    : [error('expired', `the decision expired on ${day(validUntil)} (decided ${day(decidedAt)})`)]
}

const day = (iso: string): string => iso.slice(0, 10)

function checkSpec(locked: LockedDecision, facts: CheckFacts): readonly CheckFinding[] {
  const { bar, incumbent, risk, dataset } = facts.spec
  if (locked.task.spec !== facts.specDigest)
    return [error('spec', 'the spec has changed since the decision was made')]
  const same =
    canonicalJson(locked.bar) === canonicalJson(bar) &&
    locked.incumbent === incumbent &&
    locked.claim === risk.claim &&
    locked.task.synthetic === (dataset.synthetic === true)
  return same
    ? []
    : [error('spec', 'bar, incumbent or claim of the decision are not those of the spec')]
}

/** Every part that the spec names has a digest in the lock, and every digest a part. */
function checkData({ task }: LockedDecision, { data }: CheckFacts): readonly CheckFinding[] {
  const parts = new Set([...Object.keys(task.data), ...data.keys()])
  return [...parts].flatMap((part) => {
    const locked = Object.hasOwn(task.data, part) ? task.data[part] : undefined
    const now = data.get(part)
    if (locked === undefined) return [error('data', `the lock has no digest of the ${part} data`)]
    if (now === undefined || now === null)
      return [error('data', `the ${part} data that the decision rests on cannot be read`)]
    return now === locked
      ? []
      : [error('data', `the ${part} data has changed since the decision was made`)]
  })
}

function checkModels(locked: LockedDecision, facts: CheckFacts): readonly CheckFinding[] {
  const { chosen, candidates } = locked
  if (candidates === undefined)
    return [error('model', 'the lock does not hold the identities of the candidates')]
  const known = new Map(candidates.map(({ id, revision }) => [id, revision]))
  if (chosen !== null && known.get(chosen.id) !== chosen.revision)
    return [error('model', `the lock has two identities of the chosen model ${chosen.id}`)]
  return [...facts.revisions].flatMap(([id, now]) => {
    const then = known.get(id)
    const name = id === chosen?.id ? 'the chosen model' : 'the candidate'
    if (then === undefined) return [error('model', `the lock has no identity of ${name} ${id}`)]
    if (then === null) return []
    if (now === null)
      return [
        error('model', `${name} ${id} cannot be opened`, 'restore its files, or decide again'),
      ]
    const runtime = facts.spec.candidates.find((one) => one.id === id)?.runtime ?? ''
    return isSame(then, now, isAdapterName(runtime))
      ? []
      : [error('model', `${name} ${id} has other contents than the one that was judged`)]
  })
}

/** The rest of an adapter's revision is its own word, which only its code can give. */
function isSame(locked: string, now: string, isAdapter: boolean): boolean {
  if (!isAdapter) return locked === now
  const words = new Set(locked.split(' '))
  return now.split(' ').every((word) => words.has(word))
}

function checkScorers({ task }: LockedDecision, facts: CheckFacts): readonly CheckFinding[] {
  const { scorers = {} } = task
  const named = facts.spec.scorers.map(({ name }) => name)
  const lost = named.filter((name) => !Object.hasOwn(scorers, name))
  if (lost.length > 0)
    return [error('scorer', `the lock has no version of the scorer ${lost.join(', ')}`)]
  return [...facts.scorers].flatMap(([name, version]) => {
    if (version === null) return [error('scorer', `the scorer ${name} cannot be read`)]
    return scorers[name] === version
      ? []
      : [error('scorer', `the scorer ${name} has changed since the decision was made`)]
  })
}

/** The decision stands in the ledger of looks as it stands in the lock. */
function checkLook(lock: Lock, locked: LockedDecision): readonly CheckFinding[] {
  const look = lock.looks.find(({ key }) => key === locked.look)
  if (look === undefined)
    return [error('look', 'the look that the decision rests on is not in the lock')]
  const { kind, chosen } = locked
  const claimed = { kind, chosen: chosen?.id ?? null }
  const same =
    look.task === locked.task.name &&
    look.incumbent === locked.incumbent &&
    canonicalJson(look.bar) === canonicalJson(locked.bar) &&
    canonicalJson(look.claim) === canonicalJson(claimed)
  if (!same) return [error('look', 'the look that the decision rests on claims something else')]
  if (!isWhole(look, locked, lock))
    return [error('look', 'the look that the decision rests on is not the one that was charged')]
  return look.set === null || Object.hasOwn(lock.sets, look.set)
    ? []
    : [error('look', 'the items of the look that the decision rests on are not in the lock')]
}

/** What was charged for a look stands in the claim as well; its candidates are of the decision, and its items have its name. */
function isWhole(look: Look, locked: LockedDecision, { sets }: Lock): boolean {
  const { kind, loss, chosen, incumbent, decidedAt } = locked
  const charged = loss === null || (loss.look === look.number && loss.alpha === look.alpha)
  // A look is at the candidates; an incumbent that is kept is none of them.
  const isKept = (kind === 'none' || kind === 'undecided') && chosen?.id === incumbent
  const asked = chosen === null || isKept || look.candidates.includes(chosen.id)
  const items = look.set === null ? undefined : sets[look.set]
  return (
    charged &&
    asked &&
    look.at <= decidedAt &&
    (items === undefined || nameOfSet(items) === look.set)
  )
}

/** The result decides again: whatever differs from the lock was changed by hand. */
function checkEvidence(locked: LockedDecision, { evidence }: CheckFacts): readonly CheckFinding[] {
  if (evidence === undefined) {
    const text = 'the evidence is not here: no result.json to decide from again'
    const next = 'copy result.json of the run next to the spec to check the figures too'
    return [{ code: 'evidence-absent', severity: 'warning', text, next }]
  }
  if (evidence === null)
    return [error('evidence', 'result.json is not the evidence of the decision in the lock')]
  const decided: Readonly<Record<string, unknown>> = { ...evidence }
  const found: Readonly<Record<string, unknown>> = { ...locked }
  const keys = [...new Set([...Object.keys(decided), ...Object.keys(found)])]
  const text = (value: unknown) => canonicalJson(value ?? null)
  const other = keys.filter(
    (key) => key !== 'supersedes' && text(decided[key]) !== text(found[key]),
  )
  return other.length === 0
    ? []
    : [error('evidence', `the lock differs from its evidence in ${other.sort().join(', ')}`)]
}

function checkClaim(locked: LockedDecision): readonly CheckFinding[] {
  const findings: CheckFinding[] = []
  if (locked.claim === 'certified' && locked.kind === 'supported') {
    const text = 'the spec asks for a certified claim; the decision is only supported'
    findings.push(error('claim', text, 'label more items, or lower `risk.claim`'))
  }
  if (locked.chosen?.floating) {
    const text = `the chosen model ${locked.chosen.model} is an alias that can change under the decision`
    const next = 'pin a dated snapshot or a revision'
    findings.push({ code: 'floating', severity: 'warning', text, next })
  }
  return findings
}
