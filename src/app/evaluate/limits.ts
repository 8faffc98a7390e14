import type { Spec } from '../../core/spec/spec.ts'
import type { Collected } from './collect.ts'

/** What this run cannot say, in plain words, for the report's page on method and limits. */
export function limitsOf(spec: Spec, collected: readonly Collected[]): readonly string[] {
  const limits = [
    '"matches" speaks of these items only. "certified" and the bounds speak of future items drawn like these; if your traffic differs from this data set, they do not hold.',
    'CPU time is a proxy for energy: it does not show what two equally busy programs differ by in power. Modeled joules carry their interval.',
  ]
  if (spec.dataset.synthetic)
    limits.push(
      'The data are synthetic: they show how the tool decides, not how a model does on real traffic.',
    )
  if (spec.dataset.expected === undefined) {
    limits.push(
      'There are no labels: agreement with the incumbent bounds the harm of a change and says nothing about the errors of the incumbent.',
    )
  }
  if (collected.some((one) => one.opened.trained?.outOfFold)) {
    limits.push(
      'Students were cross-fitted: each row was judged by a model that had not seen it. The model that ships is trained on all rows and was not itself judged; it is usually a little better.',
    )
  }
  if (collected.some((one) => one.opened.session?.identity.floating)) {
    limits.push('A model is named by an alias: what it points to can change under the decision.')
  }
  for (const { notWorth } of collected) if (notWorth !== null) limits.push(notWorth)
  return limits
}
