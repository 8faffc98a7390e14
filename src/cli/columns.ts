import { wrap } from '../core/report/kit/wrap.ts'

/** Names at the left, texts wrapped beside them. */
export function inColumns(
  rows: readonly (readonly [string, string])[],
  width: number,
): readonly string[] {
  const left = Math.max(...rows.map(([first]) => first.length)) + 4
  return rows.flatMap(([first, text]) =>
    wrap(text, width, `  ${first}`.padEnd(left), ' '.repeat(left)),
  )
}
