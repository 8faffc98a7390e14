import type { Part } from '../core/part/part.ts'
import { tables } from '../wire/list.ts'
import { inColumns } from './columns.ts'
import { command } from './command.ts'
import { flag, toggle } from './flag.ts'
import { oneOf } from './kind.ts'

const words = Object.keys(tables) as readonly (keyof typeof tables)[]

export const list = command({
  args: { parts: flag(oneOf('parts', words), 'what to list (default: the lists there are)') },
  flags: { json: toggle('print the rows with all their facts as JSON') },
  example: ['rightsize list', 'rightsize list scorers', 'rightsize list runtimes --json'].join(
    '\n',
  ),
  async action({ args, flags, io }) {
    const rows: Readonly<Record<string, Pick<Part, 'summary' | 'aliases'> & Partial<Part>>> =
      args.parts === undefined ? tables : await tables[args.parts].load()
    if (flags.json) {
      const list = Object.entries(rows).map(([name, row]) => ({ name, ...row }))
      io.out(JSON.stringify(list, null, 2))
      return 0
    }
    const width = Math.min(io.columns, 100)
    const lines = Object.entries(rows).map(
      ([name, { summary, aliases = [] }]) => [[name, ...aliases].join(', '), summary] as const,
    )
    const examples = Object.values(rows).map(({ example }) => example)
    const left = Math.max(...lines.map(([name]) => name.length))
    for (const [index, [name, summary]] of lines.entries()) {
      io.out(inColumns([[name.padEnd(left), summary]], width).join('\n'))
      const example = examples[index]
      if (example !== undefined) io.out(`${' '.repeat(left + 4)}${example}`)
    }
    return 0
  },
})
