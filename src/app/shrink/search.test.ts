import { beforeAll, describe, expect, test } from 'vitest'
import { memoryLedger } from '../../../test/memory-ledger.ts'
import {
  MemoryKeep,
  request,
  type TextModel,
  textModel,
  topicRows,
  world,
} from '../../../test/shrink-world.ts'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import type { TensorEngine } from '../../contract/tensors.ts'
import type { Pass, Proposal } from '../../core/compress/pass.ts'
import { loadPasses } from '../../core/compress/table.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { float32Tensor } from '../../core/onnx/build.ts'
import { keptProfile } from './profile.ts'
import type { ShrinkRequest } from './request.ts'
import { shrink } from './shrink.ts'

let engine: TensorEngine
let topics: TextModel
const rows = { train: topicRows(400, 1), calibration: topicRows(250, 2), test: topicRows(300, 3) }
const asked = (more: Partial<ShrinkRequest> = {}) =>
  request(rows, { only: ['vocabulary'], ...more })

beforeAll(async () => {
  engine = await openEngine()
  topics = await textModel(rows.train, engine)
})

/** The same folder with other class names. */
const named = (names: readonly string[]): TextModel => ({
  ...topics,
  sidecars: {
    ...topics.sidecars,
    'config.json': JSON.stringify({ id2label: { ...names }, max_position_embeddings: 24 }),
  },
})

/** The same model with other values in its last bias. */
function biased(bias: readonly number[]): TextModel {
  const { graph } = topics.model
  const initializers = graph.initializers.map((one) =>
    one.name === 'classifier.bias' ? float32Tensor(one.name, [bias.length], bias) : one,
  )
  return { ...topics, model: { ...topics.model, graph: { ...graph, initializers } } }
}

const refused = (model: TextModel, one = asked()) =>
  shrink(one, world(model, engine)).then(
    () => null,
    (error: RightsizeError) => error,
  )

describe('an original that proves nothing', () => {
  test('labels that it does not know are named, and its classes beside them', async () => {
    const error = await refused(named(['x', 'y', 'z']))
    expect(error).toMatchObject({ code: 'SHRINK_TASK' })
    expect(error?.message).toContain('right on 0 % of the items')
    expect(error?.message).toMatch(/does not know: "(billing|login|parcel)"/)
    expect(error?.next).toContain('"x", "y", "z"')
  })

  test('names in another order are told apart from unknown ones', async () => {
    const error = await refused(named(['login', 'parcel', 'billing']))
    expect(error?.message).toContain('no better than always saying the commonest label')
    expect(error?.message).not.toContain('does not know')
    expect(error?.next).toContain('in the same order')
  })

  test('one that always gives the same class is refused', async () => {
    expect(await refused(biased([1000, 0, 0]))).toMatchObject({ code: 'SHRINK_TASK' })
  })

  test('answers that are no numbers are refused with their row', async () => {
    const error = await refused(biased([Number.NaN, 0, 0]))
    expect(error).toMatchObject({ code: 'SHRINK_TASK' })
    expect(error?.message).toMatch(/row 1 of the calibration part with NaN/)
  })
})

describe('parts', () => {
  test('one part alone cannot steer a search and prove its end', async () => {
    const error = await refused(topics, request({ test: rows.test }))
    expect(error).toMatchObject({ code: 'SHRINK_TASK', next: expect.stringContaining('`train:`') })
  })

  test('too few test labels: it says how many would do', async () => {
    const error = await refused(topics, request({ ...rows, test: rows.test.slice(0, 40) }))
    expect(error).toMatchObject({ code: 'SHRINK_LABELS' })
    const [, fewest = '0'] = /at least (\d+) test items/.exec(error?.next ?? '') ?? []
    expect(Number(fewest)).toBeGreaterThan(40)
    const enough = request({ ...rows, test: topicRows(Number(fewest), 4) }, { only: ['tidy'] })
    expect(await refused(topics, enough)).toBeNull()
  })

  test('rows to learn from that are too few to spare some for judging are refused', async () => {
    const error = await refused(topics, request({ train: rows.train.slice(0, 4), test: rows.test }))
    expect(error?.message).toContain('no items to judge trials by')
  })

  test('without a calibration part a fifth of the train rows judges, and none of them teaches', async () => {
    const { compression } = await shrink(
      request({ train: rows.train, test: rows.test }, { only: ['vocabulary'] }),
      world(topics, engine),
    )
    expect(compression.data['calibration']).toMatch(/^\d+ rows of train$/)
    expect(compression.path[0]?.items).toBe(Math.floor(rows.train.length / 5))
  })

  test('a pass that does not exist is named beside those that do', async () => {
    const error = await refused(topics, asked({ only: ['vocabulry'] }))
    expect(error?.message).toBe('The pass `vocabulry` does not exist.')
    expect(error?.next).toBe('Did you mean `vocabulary`?')
    const far = await refused(topics, asked({ without: ['xyzzy'] }))
    expect(far?.next).toMatch(/^Known: tidy, .*student-linear/)
  })
})

describe('warnings', () => {
  test('texts of another language than the vocabulary are said to be that', async () => {
    const foreign = (list: readonly { text: string; label: string }[]) =>
      list.map(({ text, label }) => ({ label, text: `${text} это совсем другой язык` }))
    const effects = world(topics, engine)
    const mixed = {
      train: foreign(rows.train),
      calibration: foreign(rows.calibration),
      test: foreign(rows.test),
    }
    await shrink(request(mixed, { only: ['tidy'] }), effects).catch(() => undefined)
    expect(effects.said.join('\n')).toMatch(
      /warning: \d+ % of the tokens .* unknown to the tokenizer/,
    )
    const same = world(topics, engine)
    await shrink(asked({ only: ['tidy'] }), same)
    expect(same.said.join('\n')).not.toContain('warning')
  })
})

describe('a search that ends early', () => {
  test('that nothing can be saved is an outcome with its table, and the hold-out stays closed', async () => {
    const ledger = memoryLedger()
    const { compression, files } = await shrink(
      asked({ only: ['tidy'] }),
      world(topics, engine, { ledger }),
    )
    expect(compression).toMatchObject({
      outcome: 'none',
      result: null,
      notApplicable: [{ pass: 'tidy' }],
    })
    expect(new TextDecoder().decode(files.get('compression.md'))).toContain('tidy')
    expect([...files.keys()]).not.toContain('onnx/model.onnx')
    expect(ledger.text()).toBeNull()
  })

  test('without time nothing is tried', async () => {
    const { compression } = await shrink(asked({ seconds: 1e-6 }), world(topics, engine))
    expect(compression).toMatchObject({ outcome: 'none', trials: [] })
    expect(compression.why).toContain('seconds are spent')
  })

  test('a size that was asked for ends it when it is reached, and says so when it is not', async () => {
    const goal = (bytes: number) => asked({ goal: { bytes, latencyMs: null }, without: ['distil'] })
    const { compression: reached } = await shrink(goal(45_000), world(topics, engine))
    expect(reached).toMatchObject({ outcome: 'certified', goal: { bytes: 45_000, reached: true } })
    const { compression: missed } = await shrink(goal(10), world(topics, engine))
    expect(missed).toMatchObject({ outcome: 'certified', goal: { reached: false } })
    expect(missed.why).toContain('was not reached')
  })

  test('a latency that was asked for is measured and judged', async () => {
    const goal = (latencyMs: number) => asked({ goal: { bytes: null, latencyMs } })
    // The clock of the test gives every run a millisecond.
    const { compression: met } = await shrink(goal(50), world(topics, engine))
    expect(met.goal.reached).not.toBe(false)
    const { compression: missed } = await shrink(goal(0.01), world(topics, engine))
    expect(missed.goal.reached).toBe(false)
  })

  test('a latency can be asked for where threads cannot be chosen', async () => {
    const web = world(topics, engine, { targetRuntime: 'onnxruntime-web' })
    const { compression } = await shrink(asked({ goal: { bytes: null, latencyMs: 0.01 } }), web)
    expect(compression).toMatchObject({ outcome: 'certified', goal: { reached: false } })
  })
})

describe('what can go wrong in a trial', () => {
  const broken =
    (apply: Pass['apply']): (() => Promise<readonly Pass[]>) =>
    async () => {
      const offer: Proposal = {
        ...{ pass: 'broken', params: {}, text: 'break it', saves: { bytes: 5000, cpuShare: 0.1 } },
        ...{ risk: 0.1, exactness: 'lossy', repairs: [] },
      }
      const pass: Pass = {
        id: 'broken',
        family: 'structural',
        propose: () => [offer],
        needs: () => [],
        apply,
      }
      return [pass, ...(await loadPasses())]
    }

  test('a pass that breaks is written down with its reason, once, and the others go on', async () => {
    const passes = broken(() => {
      throw new RightsizeError('SHRINK_PASS', 'a weight is missing')
    })
    const { compression } = await shrink(
      asked({ only: ['broken', 'vocabulary'] }),
      world(topics, engine, { passes }),
    )
    const failed = compression.trials.filter(({ verdict }) => verdict === 'failed')
    expect(failed.map(({ reason }) => reason)).toContain('SHRINK_PASS: a weight is missing')
    expect(new Set(failed.map(({ parent }) => parent)).size).toBe(failed.length)
    expect(compression.outcome).toBe('certified')
  })

  test('a candidate that answers NaN is right nowhere', async () => {
    const passes = broken((artefact) => ({
      artefact: { ...artefact, model: biased([Number.NaN, 0, 0]).model },
      changes: [],
    }))
    const { compression } = await shrink(
      asked({ only: ['broken'] }),
      world(topics, engine, { passes }),
    )
    expect(compression.trials[0]).toMatchObject({
      verdict: 'refused',
      gate: { counts: { win: 0, tie: 0 } },
    })
  })

  test('a full disk ends the search with the file that found no room', async () => {
    const keep = new MemoryKeep()
    const save = keep.save
    keep.save = async (name, bytes) => {
      if (name.endsWith('.onnx'))
        throw new RightsizeError('DISK_FULL', `there was no room for small/.search/${name}`)
      await save(name, bytes)
    }
    await expect(shrink(asked(), world(topics, engine, { keep }))).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: expect.stringContaining('small/.search/'),
    })
  })

  test('stopped by a signal it ends at once, and the same command goes on', async () => {
    const keep = new MemoryKeep()
    const controller = new AbortController()
    const save = keep.save
    keep.save = async (name, bytes) => {
      await save(name, bytes)
      if (name.endsWith('.onnx')) controller.abort()
    }
    const { signal } = controller
    const one = asked({ only: ['vocabulary', 'heads'] })
    await expect(shrink(one, world(topics, engine, { keep, signal }))).rejects.toThrow()
    const made = keep.saved.filter((name) => name.endsWith('.onnx'))
    expect(made).toHaveLength(1)
    const { compression } = await shrink(one, world(topics, engine, { keep }))
    expect(compression.search.resumedTrials).toBe(1)
    expect(compression.outcome).toBe('certified')
  })
})

test('n-grams that are still being learned when the time is over are a failed trial', async () => {
  const clock = { s: 0 }
  const own = {
    ...{ binding: {}, meter: null, machine: { threads: 1 } },
    ...{ cpuS: () => clock.s, wallS: () => clock.s },
  }
  const say = (text: string) => {
    if (text.startsWith('asking the incumbent')) clock.s = 100
  }
  const one = asked({ only: ['student-linear'], seconds: 90 })
  const { compression } = await shrink(one, world(topics, engine, { own, say }))
  const [trial] = compression.trials
  expect(trial).toMatchObject({ step: { pass: 'student-linear' }, verdict: 'failed' })
  expect(trial?.reason).toContain('SHRINK_TIME')
})

test('what was judged under one margin is judged on under a wider one, where it had stopped early', async () => {
  const keep = new MemoryKeep()
  const one = (margin: number) =>
    asked({ only: ['student-static'], margin, lean: 0.5, repairSteps: { short: 2, long: 4 } })
  const wide = await textModel(rows.train, engine, { width: 40 })
  const strict = await shrink(one(0.05), world(wide, engine, { keep }))
  const refusedAt = strict.compression.trials.find(
    ({ gate }) => gate !== null && gate.seen < 250 && gate.kind === 'refused',
  )
  expect(refusedAt).toBeDefined()
  const loose = await shrink(one(0.9), world(wide, engine, { keep }))
  expect(loose.compression.trials[0]).toMatchObject({ verdict: 'kept', resumed: false })
})

/** An engine whose runs take a tenth of a millisecond a token, or always the same. */
function timedEngine(cost: (tokens: number) => number) {
  const clock = { s: 0 }
  const open: TensorEngine['open'] = async (bytes, options) => {
    const session = await engine.open(bytes, options)
    return {
      ...session,
      run: async (feeds, fetches) => {
        clock.s += cost(feeds['input_ids']?.data.length ?? 0)
        return session.run(feeds, fetches)
      },
    }
  }
  let looks = 0
  const wallS = () => {
    looks += 1
    return looks / 1000
  }
  const own = { binding: {}, meter: null, cpuS: () => clock.s, wallS, machine: { threads: 1 } }
  return { costEngine: { ...engine, open }, own }
}

test('texts that end earlier are a result where that saves time for sure, though no byte goes away', async () => {
  const tail = Array.from({ length: 12 }, () => 'bako').join(' ')
  const some = (list: typeof rows.train) =>
    list.map(({ text, label }, at) => ({ label, text: at % 12 === 0 ? `${text} ${tail}` : text }))
  const long = {
    ...{ train: some(rows.train), calibration: some(rows.calibration) },
    test: some(rows.test),
  }
  const model = await textModel(long.train, engine)
  const search = (cost: (tokens: number) => number) =>
    shrink(request(long, { only: ['max-length'] }), world(model, engine, timedEngine(cost)))
  const { compression } = await search((tokens) => 1e-4 * tokens)
  expect(compression.outcome).toBe('certified')
  expect(compression.result?.bytes).toBe(compression.incumbent.bytes)
  expect(compression.result?.settings['maxLength']).toBeLessThan(24)
  expect((await search(() => 1e-3)).compression).toMatchObject({ outcome: 'none', result: null })
})

test('a profile is measured once for a search', async () => {
  const keep = new MemoryKeep()
  let measured = 0
  const measure = async () => {
    measured += 1
    return { byNode: new Map([['a', measured]]), byOperator: [] }
  }
  expect(await keptProfile('p.json', keep, measure)).toEqual(
    await keptProfile('p.json', keep, measure),
  )
  expect(measured).toBe(1)
  keep.files.set('p.json', new TextEncoder().encode('{"byNode": [['))
  expect((await keptProfile('p.json', keep, measure)).byNode.get('a')).toBe(2)
})
