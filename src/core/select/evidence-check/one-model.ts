import type { Evidence } from './evidence.ts'

/**
 * one-model: a candidate has another name than the incumbent, and the server answers both with the same model.
 *
 * What it finds: replies of one server that name the same model under two names: an alias, a router, or a server with one
 * model that answers to any name. The answers are those of the incumbent, so nothing is known of the model that was meant,
 * and a price that goes with its name is not that of what answers.
 * Error rate: exact names. Candidates that differ in prompt or settings have one name and are left alone.
 * When it misleads: where a server states a family for several models of it.
 */
export function oneModel({ candidates, incumbent }: Evidence) {
  const { named } = incumbent ?? { named: null }
  if (incumbent === null || named === null) return []
  return candidates.flatMap((one) => {
    if (one.named?.served !== named.served || one.named.asked === named.asked) return []
    const why = `${one.id} and ${incumbent.id} are answered by one model (${named.served}), so ${one.id} was not compared with anything else.`
    const next = `Ask for ${one.named.asked} where it is served, or leave ${one.id} out.`
    return [{ code: 'one-model', candidate: one.id, at: 'undecided' as const, why, next }]
  })
}
