import type { BoundaryRow, LifecycleStage } from '../result/account.ts'

/** What this run knows about what lies inside. */
export interface BoundaryFacts {
  readonly trained: boolean
  readonly idleKnown: boolean
  readonly loadDeclared: boolean
  readonly judged: boolean
  readonly apiCandidates: boolean
}

/** Stage, item, included, reason. */
type Row = readonly [LifecycleStage, string, boolean, string]

/**
 * The boundary checklist: each supporting system with include or exclude and the reason. Source: ISO/IEC 21031
 * (all that contribute significantly), SCI for AI 6.1 and 6.2 (what each persona shall include).
 */
export function boundaryChecklist(facts: BoundaryFacts): readonly BoundaryRow[] {
  const rowsOf = (persona: BoundaryRow['persona'], rows: readonly Row[]) =>
    rows.map(([stage, item, included, reason]) => ({ persona, stage, item, included, reason }))
  return [...rowsOf('consumer', consumerRows(facts)), ...rowsOf('provider', providerRows(facts))]
}

const operation = 'Operation & Monitoring'
const development = 'Design & Development'

function consumerRows(facts: BoundaryFacts): readonly Row[] {
  const idle = facts.idleKnown || facts.loadDeclared
  const inference = 'metered or modeled per answer, including failed and retried answers'
  const host = 'the whole process tree is metered; GPU energy alone would favor small models'
  const noLoad = 'no load is declared (deployment.load), so the idle share is unknown'
  const people = 'outside the software boundary; the share of accepted answers is reported'
  const network = 'excluded from inference by the G7 sheet (GSF standards working group 167)'
  const interfaces = 'the same for every candidate; add it for the score of the whole product'
  const hosted = facts.apiCandidates ? 'estimated per call' : 'no hosted model among the candidates'
  const again = 'the evaluation repeated once per validity period'
  return [
    [operation, 'model inference', true, inference],
    [operation, 'host: processor and memory', true, host],
    [operation, 'idle and reserved capacity', idle, idle ? 'at the declared load' : noLoad],
    [operation, 'data center overhead', true, 'PUE'],
    [operation, 'answers that are not accepted', true, 'charged to the accepted ones'],
    [operation, 'people who resolve what is not accepted', false, people],
    [operation, 'vendor side of hosted models', facts.apiCandidates, hosted],
    [operation, 'network outside the data center', false, network],
    [operation, 'logging, orchestration, user interface', false, interfaces],
    [operation, 'monitoring and re-validation', true, again],
  ]
}

function providerRows({ trained, judged }: BoundaryFacts): readonly Row[] {
  const metered = 'metered in this run'
  const data = 'not material here: the dataset already existed'
  const windows = 'every window of this run, rejected candidates included'
  const untrained = 'nothing was trained or compressed in this run'
  const unjudged = 'no model judged the answers'
  const theirs = 'belongs to their Provider; ask for its report'
  const cradle = 'not material; embodied figures are cradle to gate'
  const training = 'training, tuning, compression, failed attempts'
  return [
    ['Inception', 'idea and data acquisition', false, data],
    [development, 'model selection and benchmarking', true, windows],
    [development, training, trained, trained ? metered : untrained],
    [development, 'judging with a model', judged, judged ? metered : unjudged],
    [development, 'training of third-party base models', false, theirs],
    ['Deployment', 'shipping the model', false, 'not measured; the file size is reported'],
    ['Retirement', 'deletion and hardware end of life', false, cradle],
  ]
}
