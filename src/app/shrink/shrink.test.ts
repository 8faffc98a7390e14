import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryLedger } from '../../../test/memory-ledger.ts'
import {
  MemoryKeep,
  orderRows,
  type Row,
  request,
  type TextModel,
  textModel,
  topicRows,
  world,
} from '../../../test/shrink-world.ts'
import { createOnnxRuntime } from '../../adapters/runtime/onnx.ts'
import { createTextStudentRuntime } from '../../adapters/runtime/student.ts'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { openTokenizer } from '../../adapters/tokenizer/huggingface.ts'
import type { Runtime } from '../../contract/runtime.ts'
import type { TensorEngine } from '../../contract/tensors.ts'
import { decodeModel } from '../../core/onnx/decode.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'
import { tokenIds } from '../../core/text/trim-tokenizer.ts'
import { replayShrink, type Shrunk, shrink } from './shrink.ts'

let engine: TensorEngine
let topics: TextModel
const rows = { train: topicRows(400, 1), calibration: topicRows(250, 2), test: topicRows(300, 3) }
const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

beforeAll(async () => {
  engine = await openEngine()
  topics = await textModel(rows.train, engine, { width: 32 })
})

/** The share of rows that the folder answers as labelled, opened by the runtime that the result names. */
async function shareRight(
  { files, compression }: Shrunk,
  asked: readonly Row[],
  runtimes: Readonly<Record<string, Runtime>>,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'rightsize-shrunk-'))
  folders.push(folder)
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
  const { runtime = '', settings = {} } = compression.result ?? {}
  const candidate = { id: 'small', runtime, model: folder, settings } as unknown as CandidateSpec
  const context = {
    baseDir: folder,
    env: {},
    fetch: globalThis.fetch,
    signal: AbortSignal.timeout(60_000),
  }
  const session = await runtimes[runtime]?.open(candidate, context)
  const items = asked.map(({ text }, at) => ({ id: String(at), input: text, row: {} }))
  const answers = (await session?.answer(items as never)) ?? []
  await session?.close()
  const right = answers.filter(
    (answer, at) =>
      answer.ok && 'label' in answer.output && answer.output.label === asked[at]?.label,
  )
  return right.length / asked.length
}

const runtimes = (): Readonly<Record<string, Runtime>> => ({
  onnx: createOnnxRuntime({ engine, openTokenizer }),
  linear: createTextStudentRuntime('linear'),
})

describe('words that the task never uses', () => {
  const asked = () => request(rows, { only: ['vocabulary', 'half'] })
  const keep = new MemoryKeep()
  const ledger = memoryLedger()
  let found: Shrunk
  beforeAll(async () => {
    found = await shrink(asked(), world(topics, engine, { keep, ledger }))
  })

  test('leave tokenizer, config and table together, and the hold-out certifies the rest', () => {
    const { compression, files } = found
    expect(compression.outcome).toBe('certified')
    expect(compression.recipe.map(({ pass }) => pass)).toContain('vocabulary')
    const json = (name: string) => JSON.parse(new TextDecoder().decode(files.get(name)))
    const ids = tokenIds(json('tokenizer.json'))
    const { graph } = decodeModel(files.get('onnx/model.onnx') ?? new Uint8Array())
    const tables = graph.initializers.filter(({ dims }) => dims[0] === ids.length)
    expect(ids.length).toBeLessThan(
      tokenIds(JSON.parse(topics.sidecars['tokenizer.json'] ?? '')).length / 2,
    )
    expect([tables.length, json('config.json').vocab_size]).toEqual([1, ids.length])
    expect(compression.vocabulary).toMatchObject({ kept: ids.length, identical: 250, texts: 250 })
  })

  test('the folder, opened by the runtime that it names, answers as the search judged it', async () => {
    const { compression } = found
    expect(await shareRight(found, rows.calibration, runtimes())).toBeCloseTo(
      compression.result?.accuracy ?? -1,
      12,
    )
    const { win, tie, lose } = compression.finalists[0]?.claim ?? { win: -1, tie: 0, lose: 0 }
    expect(Number(win) + Number(tie) + Number(lose)).toBe(300)
    const before = await shareRight(
      {
        compression,
        files: new Map([
          ...Object.entries(topics.sidecars).map(
            ([name, text]) => [name, new TextEncoder().encode(text)] as const,
          ),
          [
            'onnx/model.onnx',
            (await import('../../core/onnx/encode.ts')).encodeModel(topics.model),
          ],
        ]),
      },
      rows.test,
      runtimes(),
    )
    const now = await shareRight(found, rows.test, runtimes())
    expect(Math.round(300 * (now - before))).toBe(Number(win) - Number(lose))
  })

  test('its recipe, replayed from the original in another world, makes every file again, byte by byte', async () => {
    const again = await replayShrink(
      { ...asked(), seed: 99 },
      found.compression,
      world(topics, engine),
    )
    expect([...again.files.keys()]).toEqual([...found.files.keys()])
    for (const [name, bytes] of found.files) expect(again.files.get(name)).toEqual(bytes)
  })

  test('the same command again repeats nothing and counts no further look; another margin does', async () => {
    const saved = keep.saved.length
    const again = await shrink(asked(), world(topics, engine, { keep, ledger }))
    expect(keep.saved.length).toBe(saved)
    expect(again.compression.search.resumedTrials).toBe(found.compression.trials.length)
    expect(again.files.get('onnx/model.onnx')).toEqual(found.files.get('onnx/model.onnx'))
    expect([found, again].map(({ compression }) => compression.holdout.look)).toEqual([1, 1])
    const other = await shrink(
      { ...asked(), margin: 0.04 },
      world(topics, engine, { keep, ledger }),
    )
    expect(other.compression.holdout.look).toBe(2)
    const alphas = [found, other].map(
      ({ compression }) => compression.finalists[0]?.claim?.alpha ?? 1,
    )
    expect(alphas[1]).toBeLessThan(0.2 * (alphas[0] ?? 0))
  })

  test('what an interruption or a bad disk left half is made again, and the result is the same', async () => {
    const damaged = new MemoryKeep()
    const broken = [
      (bytes: Uint8Array) => bytes.slice(0, bytes.length / 2),
      () => new TextEncoder().encode('{"changes": ['),
      () => new Uint8Array(),
    ]
    for (const [at, [name, bytes]] of [...keep.files].entries())
      damaged.files.set(name, broken[at % 3]?.(bytes) ?? bytes)
    const again = await shrink(asked(), world(topics, engine, { keep: damaged }))
    expect(again.compression.search.resumedTrials).toBe(0)
    expect(again.files.get('onnx/model.onnx')).toEqual(found.files.get('onnx/model.onnx'))
  })
})

describe('simple tasks need no attention', () => {
  test('n-grams are found where they suffice, and their folder answers in the linear runtime as judged', async () => {
    const found = await shrink(request(rows, { only: ['student-linear'] }), world(topics, engine))
    expect(found.compression).toMatchObject({
      outcome: 'certified',
      result: { runtime: 'linear', file: 'model.safetensors' },
    })
    expect(await shareRight(found, rows.calibration, runtimes())).toBeCloseTo(
      found.compression.result?.accuracy ?? -1,
      12,
    )
  })

  test('a bag of token vectors is found where single words tell', async () => {
    const found = await shrink(request(rows, { only: ['student-static'] }), world(topics, engine))
    expect(found.compression.outcome).toBe('certified')
    expect(found.compression.recipe[0]?.pass).toBe('student-static')
    expect(await shareRight(found, rows.calibration, runtimes())).toBeCloseTo(
      found.compression.result?.accuracy ?? -1,
      12,
    )
  })

  test('where the order of words decides, bags and n-grams are refused and nothing is claimed', async () => {
    const train = orderRows(800, 1)
    const model = await textModel(train, engine, { width: 24, epochs: 8 })
    const task = { train, calibration: orderRows(250, 2), test: orderRows(300, 3) }
    const ledger = memoryLedger()
    const { compression, files } = await shrink(
      request(task, { only: ['student-static', 'student-linear'] }),
      world(model, engine, { ledger }),
    )
    expect(compression.incumbent.accuracy).toBeGreaterThan(0.95)
    expect(compression.trials.map(({ verdict }) => verdict)).toEqual(
      compression.trials.map(() => 'refused'),
    )
    expect(new Set(compression.trials.map(({ step }) => step.pass))).toEqual(
      new Set(['student-linear', 'student-static']),
    )
    expect([compression.outcome, [...files.keys()]]).toEqual([
      'none',
      expect.not.arrayContaining(['onnx/model.onnx']),
    ])
    expect(ledger.text()).toBeNull()
  })
})
