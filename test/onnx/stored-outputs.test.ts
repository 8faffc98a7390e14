import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { openEngine } from '../../src/adapters/tensors/onnxruntime.ts'
import type { TensorEngine, TensorSession } from '../../src/contract/tensors.ts'
import { decodeModel } from '../../src/core/onnx/decode.ts'
import { decodeTensor } from '../../src/core/onnx/decode-tensor.ts'
import { encodeModel } from '../../src/core/onnx/encode.ts'
import type { Feeds, HostTensor } from '../../src/core/onnx/host-tensor.ts'
import type { Model } from '../../src/core/onnx/model.ts'
import { WireReader } from '../../src/core/onnx/protobuf.ts'
import { arrayOf } from '../../src/core/onnx/tensor-values.ts'
import { modelsUnder, testdataFolder } from './model-corpus.ts'

/**
 * Cases whose stored outputs onnxruntime 1.30 does not give, with the reason. They are not about the codec: the untouched file
 * gives the same bytes, which the test checks as well.
 */
const explained: readonly { readonly pattern: RegExp; readonly why: string }[] = [
  { pattern: /^test_bernoulli/, why: 'draws random numbers' },
  { pattern: /^test_training_dropout(_default)?(_mask)?$/, why: 'draws a random mask' },
  {
    pattern: /^test_cast(like)?_FLOAT_to_STRING/,
    why: 'writes eight digits where numpy writes the fewest that tell floats apart',
  },
  {
    pattern: /^test_(dft|stft)/,
    why: 'errors of 1e-7 of the largest value, in elements that are zero',
  },
  {
    pattern: /^test_maxunpool_export_with_output_shape$/,
    why: 'takes the indices as places in the given output shape, the stored output in the pooled one',
  },
  {
    pattern: /^test_resize_downsample_scales_(cubic|linear)_align_corners$/,
    why: 'aligns the corners of the rounded output size, the stored output those of the fractional one',
  },
]

interface Counts {
  ran: number
  refusedBoth: number
  notTensors: number
  explained: number
}

const files = modelsUnder(testdataFolder).filter((file) => basename(file) === 'model.onnx')

// Skipped where Debian's libonnx-testdata is not installed in version 1.12 (bookworm), for which the reasons above were found.
test.skipIf(files.length !== 1072)(
  'models of ONNX run after our round trip, and give what they gave before and what is stored',
  async () => {
    const engine = await openEngine()
    const counts: Counts = { ran: 0, refusedBoth: 0, notTensors: 0, explained: 0 }
    const complaints: string[] = []
    for (const file of files) complaints.push(...(await checkCase(engine, file, counts)))
    expect(complaints).toEqual([])
    // onnxruntime has no kernel or no such operator for the refused; sequences and optionals do not pass its JavaScript door.
    expect(counts).toEqual({ ran: 959, refusedBoth: 68, notTensors: 24, explained: 21 })
  },
  120_000,
)

async function checkCase(engine: TensorEngine, file: string, counts: Counts): Promise<string[]> {
  const bytes = new Uint8Array(readFileSync(file))
  const model = decodeModel(bytes)
  const before = await openOrWhy(engine, bytes)
  const after = await openOrWhy(engine, encodeModel(model))
  if (typeof before === 'string' || typeof after === 'string') {
    counts.refusedBoth += 1
    return before === after
      ? []
      : [`${file}: ${String(before)}, after the round trip ${String(after)}`]
  }
  const complaints: string[] = []
  for (const set of readdirSync(dirname(file)).filter((name) => name.startsWith('test_data_set'))) {
    if (!allTensors(model)) counts.notTensors += 1
    else complaints.push(...(await checkSet(file, set, before, after, counts)))
  }
  await before.close()
  await after.close()
  return complaints
}

function openOrWhy(engine: TensorEngine, bytes: Uint8Array): Promise<TensorSession | string> {
  return engine.open(bytes).catch((error: unknown) => String(error))
}

function allTensors({ graph }: Model): boolean {
  return [...graph.inputs, ...graph.outputs].every((value) => value.dtype !== null)
}

async function checkSet(
  file: string,
  set: string,
  before: TensorSession,
  after: TensorSession,
  counts: Counts,
): Promise<string[]> {
  const folder = join(dirname(file), set)
  const feeds = Object.fromEntries(stored(folder, 'input', before.inputs))
  const name = basename(dirname(file))
  const [old, now] = [await before.run(feeds as Feeds), await after.run(feeds as Feeds)]
  const excuse = explained.find(({ pattern }) => pattern.test(name))
  const complaints = after.outputs
    .filter(
      (output) =>
        excuse?.why.startsWith('draws') !== true && !sameBytes(old[output]!, now[output]!),
    )
    .map((output) => `${name}/${set} ${output}: the round trip changed the result`)
  const wrong = stored(folder, 'output', after.outputs).filter(
    ([output, want]) => !near(want, now[output]!),
  )
  if (wrong.length > 0 && excuse !== undefined) counts.explained += 1
  else counts.ran += 1
  if (wrong.length > 0 && excuse === undefined)
    complaints.push(`${name}/${set}: not the stored output`)
  return complaints
}

function stored(folder: string, kind: string, names: readonly string[]): [string, HostTensor][] {
  return names.flatMap((name, index) => {
    const path = join(folder, `${kind}_${index}.pb`)
    if (!existsSync(path)) return []
    return [[name, tensorFile(new Uint8Array(readFileSync(path)))]]
  })
}

/** The tensor of a TensorProto file: the form of the input and output files of ONNX's own test cases. */
function tensorFile(file: Uint8Array): HostTensor {
  const { dtype, dims, strings = [], bytes } = decodeTensor({ reader: new WireReader(file) })
  if (dtype === 'string')
    return { dtype, dims, data: strings.map((text) => new TextDecoder().decode(text)) }
  const Values = arrayOf(dtype)
  return { dtype, dims, data: new Values(new Uint8Array(bytes()).buffer) }
}

function sameBytes(left: HostTensor, right: HostTensor): boolean {
  if (left.dtype === 'string') return JSON.stringify(left.data) === JSON.stringify(right.data)
  const bytes = ({ data }: HostTensor) => {
    const view = data as ArrayBufferView
    return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
  }
  return Buffer.compare(bytes(left), bytes(right)) === 0
}

/** Relative 1e-3, absolute 1e-7: the tolerances of ONNX's own backend test runner (onnx/backend/test/case). */
function near(want: HostTensor, got: HostTensor): boolean {
  if (String(want.dims) !== String(got.dims) || want.dtype !== got.dtype) return false
  return Array.from(want.data as ArrayLike<unknown>).every((value, index) => {
    const other = got.data[index]
    if (typeof value === 'string') return value === other
    const [left, right] = [Number(value), Number(other)]
    return (
      Object.is(left, right) ||
      left === right ||
      Math.abs(left - right) <= 1e-7 + 1e-3 * Math.abs(left)
    )
  })
}
