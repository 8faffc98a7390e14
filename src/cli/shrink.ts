import { RightsizeError } from '../core/error/error.ts'
import { wrap } from '../core/report/kit/wrap.ts'
import type { ShrinkFlags } from '../wire/shrink.ts'
import { type Call, command } from './command.ts'
import { exitCode } from './exit-code.ts'
import { flag, list, needed, toggle } from './flag.ts'
import {
  count,
  file,
  folder,
  numberKind,
  oneOf,
  positive,
  probability,
  seed,
  textKind,
} from './kind.ts'
import { durationText } from './progress.ts'
import { untrustedFlags } from './untrusted.ts'

const pass = textKind('pass', 'the name of a pass or a family', 'int8')
const runtimes = ['onnxruntime-node', 'onnxruntime-web'] as const

const shrinkArguments = { model: needed(file, 'an ONNX model folder, or a GGUF file') }

const shrinkFlags = {
  task: flag(file, 'the spec, with calibration, train and test data', 'rightsize.yaml'),
  margin: flag(
    numberKind('share', { above: 0, below: 1 }, '0.01'),
    'loss allowed against the incumbent (default: the margin of the spec)',
  ),
  out: flag(folder, 'where the model and its evidence are written (default: <model>-small)'),
  seconds: flag(positive, 'time for the search and its proof', '300'),
  maxEnergy: flag(numberKind('joules', { above: 0 }, '5000'), 'energy for the search (modeled)'),
  targetSize: flag(
    numberKind('bytes', { above: 0 }, '2000000'),
    'stop once the model file is this small',
  ),
  targetLatency: flag(
    numberKind('ms', { above: 0 }, '5'),
    'stop once the p95 latency of one text is this low',
  ),
  runtime: flag(oneOf('name', runtimes), 'runtime that costs are measured in', 'onnxruntime-node'),
  only: list(pass, 'try only this pass or family; GGUF: build only this type, Q4_K_M'),
  without: list(pass, 'leave out this pass or family'),
  repairSteps: flag(count, 'fine-tuning steps of the first repair', '600'),
  keepUndecided: flag(
    probability,
    'keep an undecided step if its estimated probability of passing is at least this',
    '0.7',
  ),
  alpha: flag(probability, 'significance level of all looks together (default: of the spec)'),
  seed: flag(seed, 'random seed', '1'),
  replay: flag(file, 'rebuild the model that a compression.json records'),
  llamaQuantize: flag(file, 'GGUF: the llama-quantize to use (default: LLAMA_QUANTIZE, else PATH)'),
  imatrix: flag(file, 'GGUF: importance matrix from llama-imatrix'),
  allowRequantize: toggle('GGUF: quantize a quantized file again (loses more)'),
  dryRun: toggle('print the passes to try and their predicted savings'),
  json: toggle('print compression.json'),
  ...untrustedFlags,
}

export type ShrinkCall = Call<typeof shrinkArguments, typeof shrinkFlags>

export const shrink = command({
  args: shrinkArguments,
  flags: shrinkFlags,
  example: [
    'rightsize shrink models/large --margin 0.01 --out models/small',
    'rightsize shrink models/large --dry-run',
    'rightsize shrink llama-f16.gguf --only Q4_K_M   # with your llama-quantize',
  ].join('\n'),
  runsCode: true,
  stops: 'stopping the search; finished trials are kept',
  /** 0: a smaller model is certified, or supported where the spec allows it; 1: none holds or a target was missed; 2: undecided. */
  async action(call) {
    const { args, flags, io, world, watch } = call
    if (/\.gguf$/i.test(args.model)) return (await import('./gguf.ts')).shrinkGguf(call)
    const request = requestOf(args.model, flags)
    if (flags.dryRun) return dryRun(request, call)
    const { shrink } = await import('../wire/shrink.ts')
    if (request.replay === undefined)
      io.err(`${durationText(request.seconds)} for the search and its proof (--seconds)`)
    const found = await shrink(request, watch, world).catch((cause: unknown) => {
      if (!io.signal.aborted) throw cause
      throw new RightsizeError('SHRINK_INTERRUPTED', 'the search was stopped', { cause })
    })
    const { compressionSummary } = await import('../core/report/shrink/text.ts')
    io.out(flags.json ? JSON.stringify(found, null, 2) : compressionSummary(found))
    io.err(`wrote ${request.out} (report.html, compression.md, compression.json)`)
    if (found.result !== null) {
      const { runtime, settings } = found.result
      const entry = { id: 'small', runtime, model: request.out, settings }
      io.err(`as a candidate:\n  - ${JSON.stringify(entry)}`)
    }
    return exitCode(found.outcome, found.risk) || Number(found.goal.reached === false)
  },
})

function requestOf(model: string, flags: ShrinkCall['flags']): ShrinkFlags {
  const { task, margin, alpha, seed, seconds, only, without, runtime } = flags
  return {
    ...{ model, task, margin, alpha, seed, seconds, only, without, runtime },
    lean: flags.keepUndecided,
    repairSteps: flags.repairSteps,
    out: flags.out ?? `${model.replace(/\/+$/, '')}-small`,
    maxEnergyJ: flags.maxEnergy,
    targetBytes: flags.targetSize,
    targetLatencyMs: flags.targetLatency,
    replay: flags.replay,
  }
}

async function dryRun(request: ShrinkFlags, { io, world, watch }: ShrinkCall): Promise<number> {
  const { passes, passFor } = await import('../core/compress/table.ts')
  const { planShrink } = await import('../wire/shrink.ts')
  const plan = await planShrink(request, watch, world)
  const wrapped = (lead: string, text: string, indent = 15) =>
    io.out(wrap(text, 80, lead, ' '.repeat(indent)).join('\n'))
  const share = (part: number) => `${-Math.min(99, Math.round(100 * part))} %`.padStart(6)
  io.out('Passes in the order of the search, with predicted savings.')
  io.out('Predicted from sizes and a profile; the search measures.\n')
  io.out('   size    CPU  pass')
  if (plan.simple)
    wrapped('      ?      ?  ', `${passFor.baseline}: ${passes[passFor.baseline].summary}`)
  for (const { pass, text, bytes, cpuShare } of plan.lines)
    wrapped(`${share(bytes / plan.bytes)} ${share(cpuShare)}  `, `${pass}: ${text}`)
  if (plan.notApplicable.length > 0) io.out('\nNot applicable:')
  for (const { pass, why } of plan.notApplicable) wrapped('  ', `${pass}: ${why}`, 2)
  return 0
}
