import type { Artefact, NotApplicable, Pass, Proposal } from './pass.ts'

/** Shares of the texts that are left whole. */
const whole = [0.9, 0.99] as const

/**
 * Texts are cut to fewer tokens.
 *
 * What it does: sets the greatest length that the tokenizer's output is cut to; the graph stays. Part of the candidate's settings.
 * When to use: long texts whose beginning tells enough: work grows with every token, attention with their square.
 * When it misleads: what is said late is lost; texts longer than any that were seen are cut harder.
 */
export const maxLength: Pass = {
  id: 'max-length',
  family: 'runtime',
  propose: (artefact) => proposals(artefact),
  needs: () => [],
  apply: (artefact, { params }) => {
    const most = Number(params['tokens'])
    return {
      artefact: { ...artefact, maxLength: most },
      changes: [`texts are cut to ${most} tokens`],
    }
  },
}

function proposals({
  textLengths,
  maxLength: now = Number.POSITIVE_INFINITY,
}: Artefact): readonly Proposal[] | NotApplicable {
  const longest = Math.min(textLengths?.at(-1) ?? 0, now)
  if (textLengths === undefined || textLengths.length === 0)
    return { pass: 'max-length', why: 'the length of the texts is unknown' }
  const tokens = (limit: number) =>
    textLengths.reduce((sum, length) => sum + Math.min(length, limit), 0)
  const offers = whole.flatMap((share): readonly Proposal[] => {
    const at = Math.floor(share * (textLengths.length - 1))
    const limit = Math.max(8, textLengths[at] ?? 8)
    const cpuShare = 1 - tokens(limit) / tokens(longest)
    if (limit >= longest || cpuShare < 0.03) return []
    return [
      {
        pass: 'max-length',
        params: { tokens: limit },
        text: `cut texts to ${limit} tokens, which leaves ${Math.round(100 * share)} % whole`,
        saves: { bytes: 0, cpuShare },
        risk: 0.4,
        exactness: 'lossy',
        repairs: ['distil'],
      },
    ]
  })
  if (offers.length > 0) return offers
  return {
    pass: 'max-length',
    why: `texts have at most ${longest} tokens: cutting them saves little`,
  }
}
