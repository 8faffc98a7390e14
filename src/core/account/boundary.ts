import type { BoundaryRow, LifecycleStage } from '../result/account.ts'

/** What this run knows about what lies inside. */
export interface BoundaryFacts {
  readonly trained: boolean
  readonly idleKnown: boolean
  readonly loadDeclared: boolean
  readonly judged: boolean
  readonly apiCandidates: boolean
}

/** Stage, item, included, reason; and whether SCI for AI states that it SHALL be included. */
type Row = readonly [LifecycleStage, string, boolean, string, 'shall'?]

/**
 * The boundary checklist: each supporting system with include or exclude and the reason. Source: ISO/IEC 21031
 * (all that contribute significantly), SCI for AI 6.1 and 6.2 (what each persona shall include).
 */
export function boundaryChecklist(facts: BoundaryFacts): readonly BoundaryRow[] {
  const rowsOf = (persona: BoundaryRow['persona'], rows: readonly Row[]) =>
    rows.map(([stage, item, included, reason, must]) => ({
      ...{ persona, stage, item, included, reason },
      shall: must === 'shall',
    }))
  return [...rowsOf('consumer', consumerRows(facts)), ...rowsOf('provider', providerRows(facts))]
}

/** What the Consumer's score is, by what of its SHALL items lies inside. */
export function conformanceText(boundary: readonly BoundaryRow[]): string {
  const out = boundary.filter(({ persona, shall, included }) => {
    return persona === 'consumer' && shall && !included
  })
  if (out.length === 0)
    return 'Everything that SCI for AI states that a Consumer score SHALL include is included.'
  return `A comparison, not a conforming SCI-for-AI score: ${out.map(({ item }) => item).join(', ')} ${out.length === 1 ? 'is' : 'are'} excluded.`
}

const operation = 'Operation & Monitoring'
const development = 'Design & Development'

function consumerRows(facts: BoundaryFacts): readonly Row[] {
  const idle = facts.idleKnown || facts.loadDeclared
  const hosted = facts.apiCandidates ? 'estimated per call' : 'no hosted model among the candidates'
  const loaded = facts.loadDeclared
  return [
    [operation, 'model inference', true, because.inference, 'shall'],
    [operation, 'host: processor and memory', true, because.host, 'shall'],
    [operation, 'vendor side of hosted models', facts.apiCandidates, hosted],
    [operation, 'data center overhead', true, 'PUE'],
    [
      operation,
      'scaling: replicas that are held',
      loaded,
      because[loaded ? 'load' : 'noLoad'],
      'shall',
    ],
    [operation, 'idle and reserved capacity', idle, because[idle ? 'load' : 'noLoad']],
    [operation, 'orchestration', false, because.orchestration, 'shall'],
    [operation, 'data and feature management', false, because.data, 'shall'],
    [operation, 'storage', false, because.storage, 'shall'],
    [operation, 'tool connectors', false, because.tools, 'shall'],
    [operation, 'observability', false, because.logging, 'shall'],
    [operation, 'user interface', false, because.client, 'shall'],
    [operation, 'monitoring and re-validation', true, because.again, 'shall'],
    [operation, 'answers that are not accepted', true, 'charged to the accepted ones'],
    [operation, 'people who resolve what is not accepted', false, because.people],
    [operation, 'network outside the data center', false, because.network],
  ]
}

const because = {
  inference: 'metered or modeled per answer, including failed and retried answers',
  host: 'the whole process tree is metered; GPU energy alone would favor small models',
  load: 'at the declared load',
  noLoad: 'no load is declared (deployment.load), so what is held between answers is unknown',
  orchestration:
    'queues and routers around the model are not metered, and are the same for every candidate',
  data: 'templates and tokenizers run inside the metered process; retrieval and feature stores outside of it are not metered',
  storage: 'memory is metered; disks that hold models, prompts and logs are not',
  tools:
    'a run calls no tools; those of a program of your own are metered inside its process tree only',
  logging: 'logs and traces of production are not metered, and are the same for every candidate',
  client: 'the same for every candidate; add it for the score of the whole product',
  again: 'the evaluation repeated once per validity period',
  people: 'outside the software boundary; the share of accepted answers is reported',
  network: 'excluded from inference by the G7 sheet (GSF standards working group 167)',
} as const

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
