import { sentence } from './markdown.mjs'

/** Headings of the comment above a scorer that a page repeats. */
const headings = ['What it does', 'When to use', 'When it misleads', 'Source']

/** Notes of each scorer, from the comment above its function: `exact: 1 when ...`, then a paragraph for each heading. */
export function scorerNotes(sources) {
  const comments = sources.flatMap((text) => [...text.matchAll(/\/\*\*\n([\s\S]*?)\*\//g)])
  return Object.fromEntries(
    comments.flatMap(([, comment]) => {
      const lines = comment.split('\n').map((line) => line.replace(/^ \* ?/, '').trimEnd())
      const name = /^([a-z0-9-]+): /.exec(lines[0] ?? '')?.[1]
      return name === undefined ? [] : [[name, paragraphs(lines.slice(1))]]
    }),
  )
}

function paragraphs(lines) {
  const text = lines.join('\n')
  return headings.flatMap((heading) => {
    const found = new RegExp(
      `^${heading}: ([\\s\\S]*?)(?=\\n(?:${[...headings, 'Example'].join('|')}): |$(?![\\s\\S]))`,
      'm',
    ).exec(text)
    return found === null
      ? []
      : [`**${heading}.** ${sentence(found[1].replace(/\s+/g, ' ').trim())}`]
  })
}
