import { RightsizeError } from '../error/error.ts'

/** The parts of a tokenizer.json that hold token ids; every field may be anything. */
type Parts = {
  readonly [field in
    | 'added_tokens'
    | 'added_tokens_decoder'
    | 'cls'
    | 'content'
    | 'continuing_subword_prefix'
    | 'end_of_word_suffix'
    | 'id'
    | 'ids'
    | 'merges'
    | 'model'
    | 'pad_id'
    | 'padding'
    | 'post_processor'
    | 'processors'
    | 'sep'
    | 'special_tokens'
    | 'type'
    | 'unk_id'
    | 'unk_token'
    | 'vocab']?: unknown
}

const part = (value: unknown): Parts => (typeof value === 'object' && value !== null ? value : {})
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

type Kind = 'WordPiece' | 'BPE' | 'Unigram'

/** Which of the three kinds a tokenizer.json is; old files do not say. Null for kinds that cannot be trimmed. */
export function tokenizerKind(json: unknown): Kind | null {
  const { type, vocab, merges, continuing_subword_prefix: prefix } = part(part(json).model)
  if (type === 'WordPiece' || type === 'BPE' || type === 'Unigram') return type
  if (type !== undefined) return null
  if (Array.isArray(vocab)) return 'Unigram'
  if (Array.isArray(merges)) return 'BPE'
  return typeof prefix === 'string' ? 'WordPiece' : null
}

function knownKind(json: unknown): Kind {
  const kind = tokenizerKind(json)
  if (kind !== null) return kind
  const what = `a tokenizer of kind "${String(part(part(json).model).type)}" cannot be trimmed`
  throw new RightsizeError('TOKENIZER_INVALID', what)
}

/** Tokens of the model's vocabulary by id; added tokens not among them. */
function vocabulary(json: unknown): ReadonlyMap<number, string> {
  const { vocab } = part(part(json).model)
  if (Array.isArray(vocab)) return new Map(vocab.map((entry, id) => [id, String(list(entry)[0])]))
  return new Map(Object.entries(part(vocab)).map(([token, id]) => [Number(id), token]))
}

/** Every id that the tokenizer can give, ascending. */
export function tokenIds(json: unknown): readonly number[] {
  const added = list(part(json).added_tokens).map((token) => Number(part(token).id))
  return [...new Set([...vocabulary(json).keys(), ...added])].sort((a, b) => a - b)
}

/**
 * The ids to keep, ascending, so that every text whose tokens are all in `used` is tokenised as before: `used` itself, added tokens, the
 * unknown token, single characters and bytes (with and without the continuation sign), for BPE every intermediate merge on the way to a
 * kept token, for Unigram a token of the lowest score (the penalty of unknown characters hangs on it).
 *
 * Why that is enough: greedy longest match and the best path are found again when all others are only fewer. In BPE the merges inside
 * a final token's span never cross its border, so they are those of the token alone; the merge chosen at each step is still there and
 * still the first. Throws TOKENIZER_INVALID for other kinds.
 */
export function idsToKeep(json: unknown, used: Iterable<number>): readonly number[] {
  const kind = knownKind(json)
  const all = new Set(tokenIds(json))
  const tokens = vocabulary(json)
  const keep = new Set<number>()
  for (const id of used) if (all.has(id)) keep.add(id)
  for (const token of list(part(json).added_tokens)) keep.add(Number(part(token).id))
  const single = singleCharacters(json)
  const unknown = part(part(json).model).unk_token
  for (const [id, token] of tokens) if (single(token) || token === unknown) keep.add(id)
  if (kind === 'BPE') addDerivations(json, tokens, keep)
  if (kind === 'Unigram') addUnigramNeeds(json, keep)
  return [...keep].sort((a, b) => a - b)
}

function singleCharacters(json: unknown): (token: string) => boolean {
  const { continuing_subword_prefix, end_of_word_suffix } = part(part(json).model)
  const prefix = affix(continuing_subword_prefix, knownKind(json) === 'WordPiece' ? '##' : '')
  const suffix = affix(end_of_word_suffix, '')
  return (token) => {
    if (/^<0x[0-9A-F]{2}>$/.test(token)) return true
    const bare = prefix !== '' && token.startsWith(prefix) ? token.slice(prefix.length) : token
    const core = suffix !== '' && bare.endsWith(suffix) ? bare.slice(0, -suffix.length) : bare
    return isOneCharacter(core) || isOneCharacter(token)
  }
}

const isOneCharacter = (text: string): boolean =>
  text.length <= 2 &&
  text.length > 0 &&
  text.length === String.fromCodePoint(text.codePointAt(0) ?? 0).length

const affix = (value: unknown, otherwise: string): string =>
  typeof value === 'string' ? value : otherwise

function addUnigramNeeds(json: unknown, keep: Set<number>): void {
  const { vocab, unk_id } = part(part(json).model)
  let lowest = { score: Number.POSITIVE_INFINITY, id: -1 }
  for (const [id, entry] of list(vocab).entries()) {
    const score = Number(list(entry)[1])
    if (score < lowest.score || (score === lowest.score && keep.has(id))) lowest = { score, id }
  }
  if (lowest.id >= 0) keep.add(lowest.id)
  if (typeof unk_id === 'number') keep.add(unk_id)
}

/** Merges are texts with a space between, or pairs. */
function mergePair(merge: unknown): readonly [string, string] {
  if (Array.isArray(merge)) return [String(merge[0]), String(merge[1])]
  const text = String(merge)
  const at = text.indexOf(' ')
  return [text.slice(0, at), text.slice(at + 1)]
}

const pairKey = (left: string, right: string): string => `${left}\u0001${right}`

function addDerivations(json: unknown, tokens: ReadonlyMap<number, string>, keep: Set<number>) {
  const { merges, continuing_subword_prefix, end_of_word_suffix } = part(part(json).model)
  const ranks = new Map(
    list(merges).map((merge, rank) => [pairKey(...mergePair(merge)), rank] as const),
  )
  const idOf = new Map([...tokens].map(([id, token]) => [token, id]))
  const signs = {
    prefix: affix(continuing_subword_prefix, ''),
    suffix: affix(end_of_word_suffix, ''),
  }
  for (const id of [...keep]) {
    for (const step of derivation(tokens.get(id) ?? '', ranks, signs)) {
      const made = idOf.get(step)
      if (made !== undefined) keep.add(made)
    }
  }
}

interface Signs {
  /** Before every character of a word but the first. */
  readonly prefix: string
  /** After the last. */
  readonly suffix: string
}

const joined = (left: string, right: string, { prefix }: Signs): string =>
  prefix !== '' && right.startsWith(prefix) ? left + right.slice(prefix.length) : left + right

/** Everything that BPE makes on the way to this token, by merging the pair of the lowest rank until none is left. Sennrich et al. 2016, 3.2. */
function derivation(
  token: string,
  ranks: ReadonlyMap<string, number>,
  signs: Signs,
): readonly string[] {
  let parts = startOf(token, signs)
  const made = [...parts]
  for (;;) {
    let best = { rank: Number.POSITIVE_INFINITY, at: -1 }
    for (let at = 0; at + 1 < parts.length; at += 1) {
      const rank = ranks.get(pairKey(parts[at] ?? '', parts[at + 1] ?? ''))
      if (rank !== undefined && rank < best.rank) best = { rank, at }
    }
    if (best.at < 0) return made
    const whole = joined(parts[best.at] ?? '', parts[best.at + 1] ?? '', signs)
    made.push(whole)
    parts = [...parts.slice(0, best.at), whole, ...parts.slice(best.at + 2)]
  }
}

function startOf(token: string, { prefix, suffix }: Signs): readonly string[] {
  const continues = prefix !== '' && token.startsWith(prefix)
  const ends = suffix !== '' && token.endsWith(suffix)
  const core = token.slice(continues ? prefix.length : 0, ends ? -suffix.length : undefined)
  const letters = [...core]
  return letters.map((letter, at) => {
    const before = at > 0 || continues ? prefix : ''
    return before + letter + (ends && at === letters.length - 1 ? suffix : '')
  })
}

/** The new id of every kept old id: its place in `keep`. */
export function newIds(keep: readonly number[]): ReadonlyMap<number, number> {
  return new Map(keep.map((old, id) => [old, id]))
}

/**
 * The tokenizer.json with the kept tokens alone, numbered by their place in `keep` (ascending old ids, from `idsToKeep`): vocabulary,
 * merges, added tokens, post-processor, padding. Throws TOKENIZER_INVALID for other kinds and where a special token was not kept.
 */
export function trimTokenizer(json: unknown, keep: readonly number[]): unknown {
  knownKind(json)
  const ids = newIds(keep)
  const { model, added_tokens, post_processor, padding } = part(json)
  const renumber = (old: unknown): number => {
    const id = ids.get(Number(old))
    if (id === undefined)
      throw new RightsizeError('TOKENIZER_INVALID', `the special token ${String(old)} is not kept`)
    return id
  }
  const added = list(added_tokens).map((token) => ({
    ...part(token),
    id: renumber(part(token).id),
  }))
  return {
    ...part(json),
    ...(Array.isArray(added_tokens) ? { added_tokens: added } : {}),
    ...(post_processor ? { post_processor: trimPostProcessor(post_processor, renumber) } : {}),
    ...(typeof part(padding).pad_id === 'number'
      ? { padding: { ...part(padding), pad_id: renumber(part(padding).pad_id) } }
      : {}),
    model: trimModel(model, ids, renumber),
  }
}

function trimModel(
  model: unknown,
  ids: ReadonlyMap<number, number>,
  renumber: (old: unknown) => number,
): unknown {
  const { vocab, merges, unk_id, continuing_subword_prefix } = part(model)
  if (Array.isArray(vocab)) {
    const kept = vocab.filter((_, id) => ids.has(id))
    const unknown = typeof unk_id === 'number' ? { unk_id: renumber(unk_id) } : {}
    return { ...part(model), ...unknown, vocab: kept }
  }
  const kept = Object.entries(part(vocab)).flatMap(([token, old]) => {
    const id = ids.get(Number(old))
    return id === undefined ? [] : [[token, id] as const]
  })
  if (!Array.isArray(merges)) return { ...part(model), vocab: Object.fromEntries(kept) }
  const signs = { prefix: affix(continuing_subword_prefix, ''), suffix: '' }
  const has = new Set(kept.map(([token]) => token))
  const left = merges.filter((merge) => {
    const [a, b] = mergePair(merge)
    return has.has(a) && has.has(b) && has.has(joined(a, b, signs))
  })
  return { ...part(model), vocab: Object.fromEntries(kept), merges: left }
}

function trimPostProcessor(post: unknown, renumber: (old: unknown) => number): unknown {
  const { processors, special_tokens, cls, sep } = part(post)
  const renamed: Record<string, unknown> = { ...part(post) }
  if (Array.isArray(processors))
    renamed['processors'] = processors.map((one) => trimPostProcessor(one, renumber))
  if (special_tokens !== undefined)
    renamed['special_tokens'] = Object.fromEntries(
      Object.entries(part(special_tokens)).map(([name, token]) => [
        name,
        { ...part(token), ids: list(part(token).ids).map(renumber) },
      ]),
    )
  for (const [name, pair] of Object.entries({ cls, sep }))
    if (Array.isArray(pair)) renamed[name] = [pair[0], renumber(pair[1])]
  return renamed
}

/** tokenizer_config.json with `added_tokens_decoder` renumbered; tokens that were not kept are left out. */
export function trimTokenizerConfig(config: unknown, keep: readonly number[]): unknown {
  const { added_tokens_decoder: decoder } = part(config)
  if (decoder === undefined) return config
  const ids = newIds(keep)
  const entries = Object.entries(part(decoder)).flatMap(([old, token]) => {
    const id = ids.get(Number(old))
    return id === undefined ? [] : [[String(id), token] as const]
  })
  return { ...part(config), added_tokens_decoder: Object.fromEntries(entries) }
}

/** The id of the unknown token; null where the tokenizer has none. */
export function unknownIdOf(json: unknown): number | null {
  const { unk_id, unk_token } = part(part(json).model)
  if (typeof unk_id === 'number') return unk_id
  if (typeof unk_token !== 'string') return null
  for (const [id, token] of vocabulary(json)) if (token === unk_token) return id
  return null
}
