// Programs that speak the protocol badly; the first argument says how.
import { createInterface } from 'node:readline'

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`)
const ways = {
  // Answers nothing after the first item of each batch.
  silent: ({ id }) => id.endsWith('0') && say({ id, output: 'x' }),
  chatty: ({ id }) => {
    process.stdout.write('loading model ...\n[INFO] ready\n')
    say({ id, output: 'x' })
  },
  'other-tongue': () => process.stdout.write('hello\n'.repeat(2000)),
  flood: () => process.stdout.write('x'.repeat(20 << 20)),
  error: ({ id, input }) => say(input === 'bad' ? { id, error: 'cannot' } : { id, output: input }),
  dies: () => process.exit(9),
  strangers: ({ id }) => {
    say({ id: 'nobody', output: 'y' })
    say({ id, output: 'x' })
    say({ id, output: 'twice' })
  },
}
const way = ways[process.argv[2]]
createInterface({ input: process.stdin }).on('line', (line) => way(JSON.parse(line)))
