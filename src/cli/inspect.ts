import type { Inspection, Prospect, Share } from '../core/compress/inspection.ts'
import { oneLine } from '../core/error/safe-text.ts'
import { bytes, significant } from '../core/report/kit/number.ts'
import { command } from './command.ts'
import { needed, toggle } from './flag.ts'
import { textKind } from './kind.ts'

const model = textKind('model', 'a file, a folder or an http(s) address', 'models/encoder')

export const inspect = command({
  args: { model: needed(model, 'ONNX, GGUF or safetensors: a file, a folder or an address') },
  flags: { json: toggle('print the inspection as JSON') },
  example: [
    'rightsize inspect models/encoder',
    'rightsize inspect https://huggingface.co/ORG/MODEL/resolve/main/model.onnx',
  ].join('\n'),
  async action({ args, flags, io, world }) {
    const { inspect } = await import('../wire/inspect.ts')
    const found = await inspect(args.model, world)
    io.out(flags.json ? JSON.stringify(found, null, 2) : lines(found).map(oneLine).join('\n'))
    return 0
  },
})

function lines(found: Inspection): readonly string[] {
  const { parameters, operations } = found
  const { total, active, duplicated, dead } = parameters
  const known =
    active === null
      ? ''
      : `, ${count(active)} active, ${count(duplicated ?? 0)} duplicated, ${count(dead ?? 0)} dead`
  const size =
    found.bytes === null || found.bitsPerWeight === null
      ? 'unknown size'
      : `${bytes(found.bytes)} of weights, ${significant(found.bitsPerWeight)} bits each`
  return [
    `${found.format}: ${total === null ? 'unknown number of' : count(total)} parameters${known}; ${size}`,
    ...(operations === null ? [] : [operationsLine(operations)]),
    ...table('by part', found.byPart),
    ...table('by type', found.byDtype),
    ...found.saturation.slice(0, 5).map(riskLine),
    ...(found.prospects.length > 0 ? ['', 'predicted savings by pass (not measured):'] : []),
    ...boldest(found.prospects).map(prospectLine),
    ...quantizedLines(found.quantised),
    ...found.notes.map((note) => `note: ${note}`),
  ]
}

function operationsLine({
  multiplyAdds,
  batch,
  length,
  unknown,
}: NonNullable<Inspection['operations']>): string {
  const left = unknown === 0 ? '' : `; ${unknown} products of unknown size not counted`
  return `${count(multiplyAdds)} multiply-adds for ${batch} item (free dimensions set to ${length})${left}`
}

function table(title: string, shares: readonly Share[]): readonly string[] {
  const rows = shares.map(
    ({ name, parameters, bytes: size }) =>
      `  ${name.padEnd(26)} ${bytes(size).padStart(10)}  ${count(parameters)}`,
  )
  return rows.length === 0 ? [] : ['', `${title}:`, ...rows]
}

/** One line a pass: its boldest step, and how many others it has. */
function boldest(prospects: readonly Prospect[]): readonly Prospect[] {
  const passes = new Map<string, Prospect[]>()
  for (const one of prospects) passes.set(one.pass, [...(passes.get(one.pass) ?? []), one])
  return [...passes.values()].map((steps) => {
    const [most = steps[0] as Prospect] = steps.toSorted((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0))
    const others = steps.length - 1
    return others === 0 ? most : { ...most, text: `${most.text} (and ${others} more)` }
  })
}

function prospectLine({ pass, text, bytes: saved }: Prospect): string {
  const gain = saved === null ? 'nothing' : saved === 0 ? 'unknown' : bytes(saved)
  return `  ${pass.padEnd(15)} ${gain.padStart(10)}  ${text}`
}

/** Source of the sizes: src/core/onnx/gguf-presets.ts. */
function quantizedLines(sizes: Inspection['quantised']): readonly string[] {
  if (sizes.length === 0) return []
  const rows = sizes.map(
    ({ type, bytes: size, bitsPerWeight }) =>
      `  ${type.padEnd(8)} ${bytes(size).padStart(10)}  ${significant(bitsPerWeight).padStart(5)} bits per weight`,
  )
  return ['', "sizes by llama-quantize type (predicted from llama.cpp's mixtures):", ...rows]
}

function riskLine({ node, risky, pairs }: Inspection['saturation'][number]): string {
  return `may saturate on CPUs with AVX2 but no VNNI: ${node}, ${risky} of ${pairs} weight pairs`
}

function count(value: number): string {
  const [scale, unit] =
    value >= 1e9 ? [1e9, ' G'] : value >= 1e6 ? [1e6, ' M'] : value >= 1e4 ? [1e3, ' k'] : [1, '']
  return `${significant(value / scale)}${unit}`
}
