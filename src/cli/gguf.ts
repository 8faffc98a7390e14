import type { GgufPlan, GgufRequest } from '../app/gguf/source.ts'
import type { GgufVariants } from '../app/gguf/variants.ts'
import { RightsizeError } from '../core/error/error.ts'
import { bytes, grouped, significant } from '../core/report/kit/number.ts'
import type { Io } from './command.ts'
import { dashed } from './flag.ts'
import type { ShrinkCall } from './shrink.ts'

/** Flags of `shrink` that mean nothing for a GGUF file. */
const unused = ['margin', 'maxEnergy', 'targetSize', 'targetLatency', 'replay'] as const

/** `shrink MODEL.gguf`: variants made by the user's llama-quantize. Exit code 2: `rightsize run` decides what they are good for; 0 for --dry-run. */
export async function shrinkGguf({ args, flags, io, world, watch }: ShrinkCall): Promise<number> {
  const { ggufVariants, planGguf } = await import('../wire/gguf.ts')
  const request = requestOf(args.model, flags, io)
  if (flags.dryRun) {
    const plan = await planGguf(request, world)
    io.out(flags.json ? JSON.stringify(plan, null, 2) : planLines(plan).join('\n'))
    return 0
  }
  const made = await ggufVariants(request, watch, world)
  io.out(flags.json ? JSON.stringify(made, null, 2) : madeLines(made).join('\n'))
  io.err(`wrote ${request.out}: ${made.variants.length} files and gguf-variants.json`)
  return 2
}

function requestOf(model: string, flags: ShrinkCall['flags'], { env }: Io): GgufRequest {
  const idle = unused.filter((name) => flags[name] !== undefined)
  if (idle.length > 0)
    throw new RightsizeError(
      'FLAG_UNUSED',
      `${idle.map(dashed).join(', ')} would have no effect on a GGUF file`,
      { next: 'Name types with --only; rightsize run judges what they lose.' },
    )
  return {
    model,
    out: flags.out ?? `${model.replace(/\.gguf$/i, '')}-small`,
    types: flags.only,
    without: flags.without,
    imatrix: flags.imatrix,
    allowRequantize: flags.allowRequantize,
    program: flags.llamaQuantize ?? env['LLAMA_QUANTIZE'] ?? 'llama-quantize',
  }
}

function planLines({ bytes: size, parameters, bitsPerWeight, sizes }: GgufPlan): readonly string[] {
  return [
    `${grouped(parameters)} weights, ${bytes(size)}, ${significant(bitsPerWeight)} bits per weight`,
    'sizes predicted from the header; no file was written:',
    ...sizes.map(({ type, predicted }) =>
      predicted === null
        ? `  ${type.padEnd(8)} not predicted: unknown mixture`
        : `  ${type.padEnd(8)} ${bytes(predicted.bytes).padStart(10)}  ${significant(predicted.bitsPerWeight).padStart(5)} bits per weight${fallbackText(predicted.fallbacks)}`,
    ),
    "source: llama.cpp's mixtures (src/llama-quant.cpp); they reproduce its",
    'published bits per weight of Llama-3.1-8B (tools/quantize/README.md)',
  ]
}

const fallbackText = (count: number): string =>
  count === 0 ? '' : `, ${count} tensors in wider blocks`

function madeLines({ source, tool, variants, failed }: GgufVariants): readonly string[] {
  return [
    `source   ${source.file}`,
    `         ${bytes(source.bytes)}, ${significant(source.bitsPerWeight)} bits per weight`,
    `built by ${tool.program}${tool.version === null ? '' : ` (${tool.version})`}`,
    ...variants.map(variantLine),
    ...failed.map(({ type, why }) => `  ${type.padEnd(8)} failed: ${why}`),
    '',
    'Nothing is certified yet. To decide: start the servers,',
    ...[source, ...variants].map(({ candidate }) => `  ${candidate.serve}`),
    'add the candidates to a spec and run `rightsize run` (for energy, add',
    '"energy": {"pid": PID} of each server):',
    'candidates:',
    ...[source, ...variants].map(({ candidate }) => `  - ${JSON.stringify(candidate.entry)}`),
    `incumbent: ${source.candidate.entry.id}`,
  ]
}

function variantLine({
  type,
  bytes: size,
  bitsPerWeight,
  cpuS,
  energy,
}: GgufVariants['variants'][number]) {
  const cpu = cpuS === null ? '' : `, ${significant(cpuS)} CPU s`
  const joules =
    energy.kind === 'known' && energy.value > 0 ? `, ${significant(energy.value)} J (modeled)` : ''
  return `  ${type.padEnd(8)} ${bytes(size).padStart(10)}  ${significant(bitsPerWeight).padStart(5)} bits per weight${cpu}${joules}`
}
