import { RightsizeError } from '../core/error/error.ts'
import { bytes, grouped, percent, significant } from '../core/report/number.ts'
import { openWire, type Wire } from '../wire.ts'
import type { Invocation } from './command.ts'
import { list, number, text } from './flag.ts'

type Result = Awaited<ReturnType<Wire['compareModels']>>

export async function compareAction({ args, flags, io }: Invocation): Promise<number> {
  const [a = '', b = ''] = args
  const wire = await openWire({ env: io.env, cwd: io.cwd, noExec: true })
  const result = await wire.compareModels(
    {
      a,
      b,
      data: text(flags, 'data'),
      input: text(flags, 'input') ?? 'text',
      limit: number(flags, 'limit') ?? 500,
      set: numbersOf(pairs(list(flags, 'set'), 'set')),
      carry: pairs(list(flags, 'carry'), 'carry'),
      vectors: flags['vectors'] === true,
      rounds: number(flags, 'rounds'),
      seed: number(flags, 'seed') ?? 1,
    },
    io.signal,
  )
  io.out(flags['json'] === true ? JSON.stringify(result, null, 2) : lines(result).join('\n'))
  return 0
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

function lines({ a, b, items, agreement, cosine, ...result }: Result): readonly string[] {
  const size = ({ name, bytes: size, parameters }: Result['a']) =>
    `${name}: ${bytes(size)}, ${grouped(parameters)} parameters`
  const { cpuRatio, difference } = result
  const apart = Object.entries(difference).map(
    ([name, most]) => `${name} ${most === null ? 'of another shape' : significant(most)}`,
  )
  return [
    `A ${size(a)}`,
    `B ${size(b)}`,
    `inputs      ${result.inputs}, ${grouped(items)} items`,
    ...(agreement === null
      ? []
      : [
          `agreement   ${percent(agreement.value)} (${grouped(agreement.same)} of ${grouped(items)}; 95 % interval ${percent(agreement.low)} to ${percent(agreement.high)}) on '${result.answer}'`,
        ]),
    ...(cosine === null
      ? []
      : [`cosine      ${significant(cosine.mean, 5)} mean, ${significant(cosine.least, 5)} least`]),
    `difference  at most ${apart.join(', ') || 'unknown: no output in common'}`,
    cpuRatio.kind === 'known'
      ? `CPU time    B needs ${significant(cpuRatio.value)} of A (95 % interval ${significant(cpuRatio.low)} to ${significant(cpuRatio.high)}), one thread, batch 1`
      : `CPU time    unknown: ${cpuRatio.kind === 'unknown' ? cpuRatio.why : cpuRatio.reason}`,
    `size        B has ${percent(b.bytes / a.bytes)} of A`,
  ]
}
