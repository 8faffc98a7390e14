import type { ModelComparison } from '../app/compare/paths.ts'
import { oneLine } from '../core/error/safe-text.ts'
import { bytes, grouped, percent, prefixed, significant } from '../core/report/kit/number.ts'
import { wrap } from '../core/report/kit/wrap.ts'
import { cautionText, claimWords, lossSentence } from '../core/result/claim-text.ts'
import type { Estimate, Unit } from '../core/unit/estimate.ts'
import { pointMargin } from '../core/unit/figure-words.ts'
import { command } from './command.ts'
import { flag, list, needed, toggle } from './flag.ts'
import {
  column,
  count,
  file,
  type Kind,
  numberKind,
  oneOf,
  pairKind,
  seed,
  textKind,
} from './kind.ts'

type Raw = { dtype: string; shape: number[]; scale?: number; zeroPoint?: number }

/** `int8:49x10:0.5847029:83` is int8 numbers in the shape 49 x 10, each (v - 83) x 0.5847029. */
const raw: Kind<Raw> = {
  name: 'form',
  takes: 'dtype:shape or dtype:shape:scale:zeroPoint',
  example: 'int8:49x10:0.58:83',
  read(text) {
    const [dtype = '', sizes = '', ...form] = text.split(':')
    const shape = sizes.split('x').map(Number)
    const [scale, zeroPoint] = form.map(Number)
    const whole = shape.every((size) => Number.isInteger(size) && size > 0)
    const fits = whole && dtype !== '' && form.length <= 2
    if (!fits || form.some((part) => part === '' || !Number.isFinite(Number(part))))
      return undefined
    return {
      ...{ dtype, shape },
      ...(scale === undefined ? {} : { scale }),
      ...(zeroPoint === undefined ? {} : { zeroPoint }),
    }
  },
}

const model = textKind('model', 'an ONNX file or a model folder', 'models/large')
const output = textKind('output', 'the name of an output', 'stateN')
const runtimes = ['onnxruntime-node', 'onnxruntime-web'] as const

export const compare = command({
  args: {
    a: needed(model, 'an ONNX file or a model folder'),
    b: needed(model, 'the other one'),
  },
  flags: {
    data: flag(file, 'rows to run (default: random inputs)'),
    input: flag(column, 'column with the text, the numbers, or the file of raw numbers', 'text'),
    expected: flag(column, 'column with the label: judges B in the place of A'),
    margin: flag(
      numberKind('share', { above: 0, below: 1 }, '0.01'),
      'loss of B against A that is allowed',
      '0.01',
    ),
    raw: flag(raw, 'the column names files of raw numbers: dtype:shape[:scale:zeroPoint]'),
    runtime: flag(oneOf('name', runtimes), 'runtime of both models', 'onnxruntime-node'),
    limit: flag(count, 'largest number of items', '500'),
    set: list(
      pairKind(['input', numberKind('value', {}, '16000')], 'sr=16000'),
      'a model input with one value for every item',
    ),
    carry: list(
      pairKind(['input', output], 'state=stateN'),
      'a model input that takes an output of the item before',
    ),
    vectors: toggle('the answer is an embedding: cosine instead of agreement'),
    rounds: flag(count, 'pairs of metered windows, for CPU time and energy (default: 8)'),
    seed: flag(seed, 'seed of random inputs', '1'),
    json: toggle('print as JSON'),
  },
  example: [
    'rightsize compare models/large models/large-int8 --data test.jsonl',
    'rightsize compare models/large models/large-int8 --data test.jsonl \\',
    '  --expected label --margin 0.02',
    'rightsize compare vad.onnx vad-small.onnx --data frames.jsonl \\',
    '  --input samples --set sr=16000 --carry state=stateN',
    'rightsize compare a.onnx b.onnx --data kws01 --input file \\',
    '  --raw int8:49x10:0.5847029:83',
  ].join('\n'),
  async action({ args, flags, io, world, watch }) {
    const { compare } = await import('../wire/compare.ts')
    const { json, set, carry, ...rest } = flags
    const pairs = { set: Object.fromEntries(set), carry: Object.fromEntries(carry) }
    const result = await compare({ ...args, ...rest, ...pairs }, watch, world)
    io.out(json ? JSON.stringify(result, null, 2) : lines(result).map(oneLine).join('\n'))
    return 0
  },
})

/** For people, in 80 columns. */
export function lines(result: ModelComparison): readonly string[] {
  const { a, b, items, inputs, runtime, cpu, energy } = result
  return [
    `A ${a.name}`,
    `B ${b.name}`,
    `  ${grouped(items)} items, ${inputs}`,
    `  ${runtime}, one thread, batch 1`,
    '',
    row('', 'A', 'B', 'B / A (95 % interval)'),
    row('size', bytes(a.bytes), bytes(b.bytes), significant(b.bytes / a.bytes)),
    row(
      'parameters',
      grouped(a.parameters),
      grouped(b.parameters),
      significant(b.parameters / a.parameters),
    ),
    row('CPU time', seconds(cpu.a), seconds(cpu.b), ratioText(cpu.ratio)),
    row('energy', joules(energy.a), joules(energy.b), ratioText(energy.ratio)),
    ...(energy.a.kind === 'known' ? [row('  (90 %)', span(energy.a), span(energy.b), '')] : []),
    '',
    ...answerLines(result),
    ...proofLines(result),
    ...energyLines(result),
  ]
}

const row = (name: string, a: string, b: string, ratio: string): string =>
  `${name.padEnd(12)}${a.padStart(18)}${b.padStart(18)}   ${ratio}`.trimEnd()

function valueText<U extends Unit>(estimate: Estimate<U>, unit: string): string {
  return estimate.kind === 'known' ? prefixed(estimate.value, unit) : 'unknown'
}
const seconds = (estimate: ModelComparison['cpu']['a']): string => valueText(estimate, 's')
const joules = (estimate: ModelComparison['energy']['a']): string => valueText(estimate, 'J')

function span(estimate: ModelComparison['energy']['a']): string {
  if (estimate.kind !== 'known') return ''
  return `${prefixed(estimate.low, 'J', 2)}-${prefixed(estimate.high, 'J', 2)}`
}

function ratioText(ratio: Estimate<'ratio'>): string {
  if (ratio.kind !== 'known') return 'unknown'
  return `${significant(ratio.value)} (${significant(ratio.low)} to ${significant(ratio.high)})`
}

function answerLines(result: ModelComparison): readonly string[] {
  const { agreement, cosine, answer, items, difference } = result
  const outputs = Object.entries(difference)
  return [
    ...(agreement === null
      ? []
      : [
          `same answer on ${grouped(agreement.same)} of ${grouped(items)} items, by output '${answer}':`,
          `  ${percent(agreement.value)} (95 % interval ${percent(agreement.low)} to ${percent(agreement.high)})`,
        ]),
    ...(cosine === null
      ? []
      : [
          `cosine of '${answer}': mean ${significant(cosine.mean, 6)}, lowest ${significant(cosine.least, 6)}`,
        ]),
    outputs.length === 0 ? 'no output in common' : 'largest difference per output, over all items:',
    ...outputs.map(([name, most]) =>
      most === null
        ? `  ${name}: not comparable (sizes differ, or one is not a finite number)`
        : `  ${name}: ${most === 0 ? '0, all equal' : significant(most)}`,
    ),
  ]
}

function proofLines({ proof }: ModelComparison): readonly string[] {
  if (proof === null) return []
  const { items, unlabelled, right, claim } = proof
  const of = (count: number) => `${grouped(count)} (${percent(count / items)})`
  return [
    `right of ${grouped(items)} labeled items: A ${of(right.a)}, B ${of(right.b)}`,
    ...(unlabelled > 0 ? [`  ${grouped(unlabelled)} items without a label judge nothing`] : []),
    `B in the place of A: ${claimWords[claim.kind]} within the ${pointMargin(claim.limit)} margin`,
    ...wrap(
      `${lossSentence(claim, { metric: 'accuracy', floor: null })}${cautionText(claim)}`,
      80,
      '  ',
      '  ',
    ),
  ]
}

function energyLines({ energy, cheaper, why, noise, cpu }: ModelComparison): readonly string[] {
  const how = energy.a.kind === 'known' ? energy.a : null
  const unknowns = [cpu.ratio, energy.ratio].flatMap((one) =>
    one.kind === 'unknown' ? [one.why] : [],
  )
  return [
    ...(how === null ? [] : [`energy ${how.method}: ${how.how}`]),
    cheaper === null
      ? `energy: ${why}`
      : `energy: ${cheaper.toUpperCase()} needs less; the interval of the ratio excludes 1`,
    ...(noise === null || noise === why ? [] : [`note: ${noise}`]),
    ...unknowns.filter((one) => one !== why).map((one) => `unknown: ${one}`),
  ]
}
