import { RightsizeError } from '../core/error/error.ts'
import { bytes, grouped, significant } from '../core/report/kit/number.ts'
import { openWorld } from '../wire/effects.ts'
import { ggufVariants, planGguf } from '../wire/gguf.ts'
import type { Invocation, Io } from './command.ts'
import { list, text } from './flag.ts'

type Made = Awaited<ReturnType<typeof ggufVariants>>
type Plan = Awaited<ReturnType<typeof planGguf>>

/** Flags of `shrink` that say nothing about a GGUF file. */
const unused = ['margin', 'maxEnergy', 'targetSize', 'targetLatency', 'replay'] as const

/** `shrink MODEL.gguf`: variants made by the user's llama-quantize. Exit code 2: what they are good for is for `rightsize run` to decide; 0 for --dry-run. */
export async function shrinkGguf({ args, flags, io }: Invocation): Promise<number> {
  const request = requestOf(args[0] ?? '', flags, io)
  const world = openWorld({ env: io.env, cwd: io.cwd, noExec: false })
  const json = flags['json'] === true
  if (flags['dryRun'] === true) {
    const plan = await planGguf(request, world)
    io.out(json ? JSON.stringify(plan, null, 2) : planLines(plan).join('\n'))
    return 0
  }
  const made = await ggufVariants(request, { say: io.err, signal: io.signal }, world)
  io.out(json ? JSON.stringify(made, null, 2) : madeLines(made).join('\n'))
  io.err(`wrote ${request.out}: ${made.variants.length} files and gguf-variants.json`)
  return 2
}

function requestOf(
  model: string,
  flags: Readonly<Record<string, unknown>>,
  io: Io,
): Parameters<typeof planGguf>[0] {
  const idle = unused.find((name) => flags[name] !== undefined)
  if (idle !== undefined)
    throw new RightsizeError('FLAG_UNUSED', `shrink does not use it for GGUF: ${idle}`, {
      next: 'Name types with --only; what they lose is judged by rightsize run.',
    })
  return {
    model,
    out: text(flags, 'out') ?? `${model.replace(/\.gguf$/i, '')}-small`,
    types: list(flags, 'only'),
    without: list(flags, 'without'),
    imatrix: text(flags, 'imatrix'),
    allowRequantize: flags['allowRequantize'] === true,
    program: text(flags, 'llamaQuantize') ?? io.env['LLAMA_QUANTIZE'] ?? 'llama-quantize',
  }
}

function planLines({ bytes: size, parameters, bitsPerWeight, sizes }: Plan): readonly string[] {
  return [
    `${grouped(parameters)} weights, ${bytes(size)}, ${significant(bitsPerWeight)} bits per weight`,
    'sizes predicted from the header; nothing was made:',
    ...sizes.map(({ type, predicted }) =>
      predicted === null
        ? `  ${type.padEnd(8)} not predicted: its mixture is not known here`
        : `  ${type.padEnd(8)} ${bytes(predicted.bytes).padStart(10)}  ${significant(predicted.bitsPerWeight).padStart(5)} bits per weight${fallbackText(predicted.fallbacks)}`,
    ),
    "source: llama.cpp's mixtures (src/llama-quant.cpp); they give its published",
    'bits per weight of Llama-3.1-8B (tools/quantize/README.md)',
  ]
}

const fallbackText = (count: number): string =>
  count === 0 ? '' : `, ${count} tensors in wider blocks`

function madeLines({ source, tool, variants, failed }: Made): readonly string[] {
  return [
    `source   ${source.file}`,
    `         ${bytes(source.bytes)}, ${significant(source.bitsPerWeight)} bits per weight`,
    `made by  ${tool.program}${tool.version === null ? '' : ` (${tool.version})`}`,
    ...variants.map(variantLine),
    ...failed.map(({ type, why }) => `  ${type.padEnd(8)} failed: ${why}`),
    '',
    'Nothing here is proven. To decide: start the servers,',
    ...[source, ...variants].map(({ candidate }) => `  ${candidate.serve}`),
    'add the candidates to a spec, and let rightsize run decide (energy: add',
    '"energy": {"pid": PID} of each server):',
    'candidates:',
    ...[source, ...variants].map(({ candidate }) => `  - ${JSON.stringify(candidate.entry)}`),
    `incumbent: ${source.candidate.entry.id}`,
  ]
}

function variantLine({ type, bytes: size, bitsPerWeight, cpuS, energy }: Made['variants'][number]) {
  const cpu = cpuS === null ? '' : `, ${significant(cpuS)} CPU s`
  const joules =
    energy.kind === 'known' && energy.value > 0 ? `, ${significant(energy.value)} J (modelled)` : ''
  return `  ${type.padEnd(8)} ${bytes(size).padStart(10)}  ${significant(bitsPerWeight).padStart(5)} bits per weight${cpu}${joules}`
}
