import { resolve } from 'node:path'
import { command } from './command.ts'
import { exitCode } from './exit-code.ts'
import { flag, toggle } from './flag.ts'
import { folder } from './kind.ts'
import { nextSteps } from './next-steps.ts'
import { runsCode, sourceArgument, sourceFlags, sourceOf, specFileOf } from './source.ts'

export const run = command({
  args: sourceArgument,
  flags: {
    ...sourceFlags,
    out: flag(folder, 'where all files are written (default: next to the spec)'),
    fresh: toggle('ask every model again instead of reusing stored answers'),
    batch: toggle('ask by batch: half the price, answers in hours (OpenAI, Anthropic)'),
    json: toggle('print the run result as JSON'),
  },
  example: [
    'rightsize run                       # decides what rightsize.yaml describes',
    'rightsize run tickets.csv --input text --expected label \\',
    '  --incumbent openai:big --try openai:small --try linear \\',
    '  --base-url http://127.0.0.1:8000/v1 --prompt prompt.txt',
    'rightsize run --predictions incumbent=a.jsonl --predictions small=b.jsonl \\',
    '  --expected labels.csv',
  ].join('\n'),
  runsCode,
  stops: 'stopping after the batch in flight; results so far will be written',
  async action({ args, flags, io, world, watch }) {
    const { decide } = await import('../wire/run.ts')
    const home = flags.out === undefined ? undefined : resolve(world.cwd, flags.out)
    const source = await sourceOf(args.source, flags, world, home)
    for (const note of source.notes) io.err(`note: ${note}`)
    const how = { ...watch, fresh: flags.fresh, batch: flags.batch, out: flags.out }
    // Another spec would stand in the way of the same command without its mistake.
    const { result, files } = await decide(source, how, world).catch(async (error: unknown) => {
      await source.undo?.()
      throw error
    })
    const { renderReport } = await import('../wire/report.ts')
    io.out(await renderReport(result, flags.json ? 'json' : 'terminal', io))
    for (const file of [...source.written, ...files]) io.err(`wrote ${file}`)
    if (result.provenance.interrupted)
      io.err('interrupted: run the same command again to continue; stored answers are reused')
    else {
      const specFile = specFileOf(args.source, flags, flags.out)
      const { spec, saved } = source
      const steps = nextSteps({ result, files, spec, saved, specFile })
      io.err(`next commands:\n${steps.join('\n')}`)
    }
    return exitCode(result.decision.kind, result.risk)
  },
})
