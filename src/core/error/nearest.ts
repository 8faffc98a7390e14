/** The word of `words` that is nearest to `word` by typing errors, or null when none is near enough to be meant. */
export function nearest(word: string, words: readonly string[]): string | null {
  const limit = Math.max(1, Math.floor(Math.min(word.length, 24) / 3) + 1)
  let best: string | null = null
  let bestDistance = limit + 1
  for (const other of words) {
    const distance = typingDistance(word.toLowerCase(), other.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [other, distance]
  }
  return best
}

/** "did you mean ...?" or the list of what there is. */
export function suggestion(word: string, words: readonly string[]): string {
  const near = nearest(word, words)
  if (near !== null) return `did you mean \`${near}\`?`
  return `known: ${words.slice(0, 24).join(', ')}${words.length > 24 ? ', ...' : ''}.`
}

/** Optimal string alignment distance: insert, delete, replace, or swap two neighbours (Damerau 1964, restricted). */
export function typingDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 8 || a.length > 200 || b.length > 200) return 99
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) row.push(cell(a, b, i, j, row, last, beforeLast))
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 99
}

function cell(
  a: string,
  b: string,
  i: number,
  j: number,
  row: readonly number[],
  last: readonly number[],
  beforeLast: readonly number[],
): number {
  const replace = (last[j - 1] ?? 99) + (a[i - 1] === b[j - 1] ? 0 : 1)
  const edit = Math.min(replace, (last[j] ?? 99) + 1, (row[j - 1] ?? 99) + 1)
  const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
  return swapped ? Math.min(edit, (beforeLast[j - 2] ?? 99) + 1) : edit
}
