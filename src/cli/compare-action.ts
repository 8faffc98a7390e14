import { RightsizeError } from '../core/error/error.ts'
import { bytes, grouped, percent, prefixed, significant } from '../core/report/kit/number.ts'
import type { Estimate, Unit } from '../core/unit/estimate.ts'
import { compare } from '../wire/compare.ts'
import { openWorld } from '../wire/effects.ts'
import type { Invocation } from './command.ts'
import { list, number, oneOf, text } from './flag.ts'

type Result = Awaited<ReturnType<typeof compare>>
type Flags = Invocation['flags']

export async function compareAction({ args, flags, io }: Invocation): Promise<number> {
  const [a = '', b = ''] = args
  const world = openWorld({ env: io.env, cwd: io.cwd, noExec: true })
  const result = await compare(
    {
      a,
      b,
      data: text(flags, 'data'),
      input: text(flags, 'input') ?? 'text',
      raw: rawOf(flags),
      runtime: oneOf(flags, 'runtime', runtimes) ?? 'onnxruntime-node',
      limit: number(flags, 'limit') ?? 500,
      set: numbersOf(pairs(list(flags, 'set'), 'set')),
      carry: pairs(list(flags, 'carry'), 'carry'),
      vectors: flags['vectors'] === true,
      rounds: number(flags, 'rounds'),
      seed: number(flags, 'seed') ?? 1,
    },
    { signal: io.signal },
    world,
  )
  io.out(flags['json'] === true ? JSON.stringify(result, null, 2) : lines(result).join('\n'))
  return 0
}

const runtimes = ['onnxruntime-node', 'onnxruntime-web'] as const

/** `int8:49x10:0.5847029:83` is int8 numbers in the shape 49 x 10, each (v - 83) x 0.5847029. */
function rawOf(flags: Flags) {
  const given = text(flags, 'raw')
  if (given === undefined) return undefined
  const [dtype = '', sizes = '', ...form] = given.split(':')
  const shape = sizes.split('x').map(Number)
  const [scale, zeroPoint] = form.map(Number)
  const whole = shape.every((size) => Number.isInteger(size) && size > 0)
  if (
    !whole ||
    dtype === '' ||
    form.length > 2 ||
    form.some((part) => !Number.isFinite(Number(part)))
  )
    throw new RightsizeError(
      'FLAG_NOT_A_NUMBER',
      `--raw needs dtype:shape or dtype:shape:scale:zeroPoint, int8:49x10:0.58:83, not "${given}"`,
    )
  return {
    ...{ dtype, shape },
    ...(scale === undefined ? {} : { scale }),
    ...(zeroPoint === undefined ? {} : { zeroPoint }),
  }
}

function pairs(entries: readonly string[], flag: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    entries.map((entry) => {
      const at = entry.indexOf('=')
      if (at > 0) return [entry.slice(0, at), entry.slice(at + 1)]
      throw new RightsizeError('FLAGS_MISSING', `--${flag} needs name=value, not "${entry}"`)
    }),
  )
}

function numbersOf(texts: Readonly<Record<string, string>>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.keys(texts).map((name) => [name, number(texts, name) ?? Number.NaN]),
  )
}

/** For people, in 80 columns. */
export function lines(result: Result): readonly string[] {
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
    ...energyLines(result),
  ]
}

const row = (name: string, a: string, b: string, ratio: string): string =>
  `${name.padEnd(12)}${a.padStart(18)}${b.padStart(18)}   ${ratio}`.trimEnd()

function valueText<U extends Unit>(estimate: Estimate<U>, unit: string): string {
  return estimate.kind === 'known' ? prefixed(estimate.value, unit) : 'unknown'
}
const seconds = (estimate: Result['cpu']['a']): string => valueText(estimate, 's')
const joules = (estimate: Result['energy']['a']): string => valueText(estimate, 'J')

function span(estimate: Result['energy']['a']): string {
  if (estimate.kind !== 'known') return ''
  return `${prefixed(estimate.low, 'J', 2)}-${prefixed(estimate.high, 'J', 2)}`
}

function ratioText(ratio: Estimate<'ratio'>): string {
  if (ratio.kind !== 'known') return 'unknown'
  return `${significant(ratio.value)} (${significant(ratio.low)} to ${significant(ratio.high)})`
}

function answerLines(result: Result): readonly string[] {
  const { agreement, cosine, answer, items, difference } = result
  const outputs = Object.entries(difference)
  return [
    ...(agreement === null
      ? []
      : [
          `same answer in ${grouped(agreement.same)} of ${grouped(items)} items, by output '${answer}':`,
          `  ${percent(agreement.value)} (95 % interval ${percent(agreement.low)} to ${percent(agreement.high)})`,
        ]),
    ...(cosine === null
      ? []
      : [
          `cosine of '${answer}': mean ${significant(cosine.mean, 6)}, least ${significant(cosine.least, 6)}`,
        ]),
    outputs.length === 0
      ? 'no output in common'
      : 'largest difference of each output, over all items:',
    ...outputs.map(([name, most]) =>
      most === null
        ? `  ${name}: not comparable (sizes differ, or one is not a finite number)`
        : `  ${name}: ${most === 0 ? '0, all equal' : significant(most)}`,
    ),
  ]
}

function energyLines({ energy, cheaper, why, noise, cpu }: Result): readonly string[] {
  const how = energy.a.kind === 'known' ? energy.a : null
  const unknowns = [cpu.ratio, energy.ratio].flatMap((one) =>
    one.kind === 'unknown' ? [one.why] : [],
  )
  return [
    ...(how === null ? [] : [`energy ${how.method}: ${how.how}`]),
    cheaper === null
      ? `energy: ${why}`
      : `energy: ${cheaper.toUpperCase()} needs less; the interval of the ratio leaves out 1`,
    ...(noise === null || noise === why ? [] : [`note: ${noise}`]),
    ...unknowns.filter((one) => one !== why).map((one) => `unknown: ${one}`),
  ]
}
