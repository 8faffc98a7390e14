import type { BoundaryRow, LifecycleStage } from '../result/account.ts'
/** What this run can say about what lies inside. */
export interface BoundaryFacts {
  readonly trained: boolean
  readonly idleKnown: boolean
  readonly loadDeclared: boolean
  readonly judged: boolean
  readonly apiCandidates: boolean
}

/**
 * The boundary checklist: each supporting system with include or exclude and the reason. Source: ISO/IEC 21031
 * (all that contribute significantly), SCI for AI 6.1 and 6.2 (what each persona shall include).
 */
export function boundaryChecklist(facts: BoundaryFacts): readonly BoundaryRow[] {
  return [...consumerRows(facts), ...providerRows(facts)]
}

function consumerRows(facts: BoundaryFacts): readonly BoundaryRow[] {
  const row = (item: string, included: boolean, reason: string): BoundaryRow => ({
    persona: 'consumer',
    stage: 'Operation & Monitoring',
    item,
    included,
    reason,
  })
  return [
    row(
      'model inference',
      true,
      'metered or modeled per answer, including failed and retried answers',
    ),
    row(
      'host: processor and memory',
      true,
      'the whole process tree is metered; GPU energy alone would favor small models',
    ),
    row(
      'idle and reserved capacity',
      facts.idleKnown || facts.loadDeclared,
      facts.idleKnown || facts.loadDeclared
        ? 'at the declared load'
        : 'no load is declared (deployment.load), so the idle share is unknown',
    ),
    row('data center overhead', true, 'PUE'),
    row('fallback for rejected answers', true, 'SCI per resolved task'),
    row(
      'people who resolve what the fallback cannot',
      false,
      'outside the software boundary; the number of cases is reported',
    ),
    row(
      'vendor side of hosted models',
      facts.apiCandidates,
      facts.apiCandidates ? 'estimated per call' : 'no hosted model among the candidates',
    ),
    row(
      'network outside the data center',
      false,
      'excluded from inference by the G7 sheet (GSF standards working group 167)',
    ),
    row(
      'logging, orchestration, user interface',
      false,
      'the same for every candidate; add it for the score of the whole product',
    ),
    row('monitoring and re-validation', true, 'the evaluation repeated once per validity period'),
  ]
}

function providerRows(facts: BoundaryFacts): readonly BoundaryRow[] {
  const row = (
    stage: LifecycleStage,
    item: string,
    included: boolean,
    reason: string,
  ): BoundaryRow => ({
    persona: 'provider',
    stage,
    item,
    included,
    reason,
  })
  return [
    row(
      'Inception',
      'idea and data acquisition',
      false,
      'not material here: the dataset already existed',
    ),
    row(
      'Design & Development',
      'model selection and benchmarking',
      true,
      'every window of this run, rejected candidates included',
    ),
    row(
      'Design & Development',
      'training, tuning, compression, failed attempts',
      facts.trained,
      facts.trained ? 'metered in this run' : 'nothing was trained or compressed in this run',
    ),
    row(
      'Design & Development',
      'judging with a model',
      facts.judged,
      facts.judged ? 'metered in this run' : 'no model judged the answers',
    ),
    row(
      'Design & Development',
      'training of third-party base models',
      false,
      'belongs to their Provider; ask for its report',
    ),
    row('Deployment', 'shipping the model', false, 'not measured; the file size is reported'),
    row(
      'Retirement',
      'deletion and hardware end of life',
      false,
      'not material; embodied figures are cradle to gate',
    ),
  ]
}
