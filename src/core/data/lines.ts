/** Lines of a text without their ends, one at a time: a list of a million takes as much memory as the text. What follows the last line end is a line if it holds something. */
export function* linesIn(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from)
    const to = end < 0 ? text.length : end
    yield text.slice(from, to > from && text[to - 1] === '\r' ? to - 1 : to)
    from = to + 1
  }
}
