import type { ImportedUse } from './imported-use.ts'

/** What one request to a model took. */
export interface RequestTokens {
  readonly model: string
  /** Who answered, as the file names it; null where it does not. */
  readonly provider: string | null
  readonly input: number
  readonly output: number
  /** Of the input, read from a cache. */
  readonly cached: number
}

/** One use for each model at each provider, with the tokens of all its requests. */
export function usesOf(
  requests: readonly RequestTokens[],
  { tool, note }: { readonly tool: string; readonly note: string },
): readonly ImportedUse[] {
  const groups = new Map<string, RequestTokens[]>()
  for (const one of requests) {
    const key = `${one.provider} ${one.model}`
    const own = groups.get(key)
    if (own === undefined) groups.set(key, [one])
    else own.push(one)
  }
  return [...groups.values()].map((own) => {
    const sum = (of: (one: RequestTokens) => number) => own.reduce((all, one) => all + of(one), 0)
    return {
      name: own[0]?.model ?? '',
      tool,
      provider: own[0]?.provider ?? null,
      energyKwh: null,
      pueInside: 1,
      durationS: null,
      requests: own.length,
      tokens: {
        input: sum(({ input }) => input),
        output: sum(({ output }) => output),
        cachedInput: sum(({ cached }) => cached),
      },
      boundary: 'tokens only',
      method: 'modeled',
      notes: [note],
    }
  })
}
