import { code, page, sentence, table, tick } from './markdown.mjs'

const dashed = (name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

const takes = ({ kind }) => {
  if (kind === null) return 'no value'
  return kind.words === undefined ? kind.takes : kind.words.map(tick).join(', ')
}

const notes = ({ fallback, needed, many }) =>
  [
    ...(fallback === null ? [] : [`default: ${tick(fallback)}`]),
    ...(needed ? ['required'] : []),
    ...(many ? ['repeatable'] : []),
  ].join('; ')

const parameters = (title, rows, nameOf) =>
  table(
    [title, 'takes', 'what it does', 'notes'],
    Object.entries(rows).map(([key, row]) => [
      tick(nameOf(key, row)),
      takes(row),
      sentence(row.text),
      notes(row),
    ]),
  )

function section({ name, summary }, { args, flags, example, runsCode, stops }) {
  const places = Object.entries(args).map(([key, { needed }]) =>
    needed ? ` <${key}>` : ` [${key}]`,
  )
  return [
    `## rightsize ${name}`,
    sentence(summary),
    code(`rightsize ${name}${places.join('')} [flags]`),
    ...parameters('argument', args, (key) => key),
    ...parameters('flag', flags, dashed),
    ...(runsCode ? ['It may run code that the spec names; `--no-exec` refuses that.'] : []),
    ...(stops ? [`Interrupted once (Ctrl-C), it ends in its own time: ${stops}.`] : []),
    code(example, 'sh'),
  ]
}

/** docs/reference/commands.md from the table of commands. */
export async function commandsPage(commands) {
  const sections = await Promise.all(commands.map(async (row) => section(row, await row.load())))
  const links = commands.map(({ name, summary }) => [
    `[${tick(name)}](#rightsize-${name})`,
    summary,
  ])
  return page(
    'Commands',
    'Data go to stdout, messages to stderr. `--json` prints the machine form. Exit codes: 0 decided or fine; 1 no cheaper candidate is good enough, or a check failed; 2 undecided, more data is needed; 3 the tool or its input failed.',
    [...table(['command', 'what it does'], links), ...sections.flat()],
  )
}
