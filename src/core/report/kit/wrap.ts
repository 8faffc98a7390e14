/** A number stays with its percent sign, and `<` or `>` with its number. */
const breaks = /\s+(?!\s)(?!%(?![\p{L}\d]))(?!(?<=(?:^|\s)[<>]\s+)\d)/u

/** Words wrapped to `width`; `lead` before the first line, `indent` before the others. `leadWidth` when the lead holds escapes. */
export function wrap(
  text: string,
  width: number,
  lead = '',
  indent = '',
  leadWidth = lead.length,
): readonly string[] {
  const lines: string[] = []
  let line = lead
  let used = leadWidth
  let fresh = true
  for (const word of text.split(breaks)) {
    if (!fresh && used + 1 + word.length > width) {
      lines.push(line)
      line = indent
      used = indent.length
      fresh = true
    }
    line += fresh ? word : ` ${word}`
    used += word.length + (fresh ? 0 : 1)
    fresh = false
  }
  lines.push(line)
  return lines
}
