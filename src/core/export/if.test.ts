import { describe, expect, test } from 'vitest'
import {
  accountInputs,
  accountRun,
  accountSpec,
  fixtureCandidate,
  fixtureCandidates,
} from '../../../test/fixtures/account-run.ts'
import {
  ifAbsent,
  ifFixture,
  ifPlugin,
  ifRun,
  runManifest,
} from '../../../test/fixtures/impact-framework.ts'
import { buildAccount } from '../account/account.ts'
import { scoreOf } from '../carbon/sci-score.ts'
import { evaluateManifest } from '../lint/if-evaluate.ts'
import type { Known } from '../unit/estimate.ts'
import { exact } from '../unit/known.ts'
import { ifManifest } from './if.ts'

const account = buildAccount(accountRun, accountSpec, accountInputs)
const sciOfRow = (id: string, what: 'perInference' | 'perAccepted') =>
  (account.consumer.rows.find((row) => row.id === id)!.sci[what] as Known<'gPerR'>).value

describe.skipIf(ifAbsent !== '')(`Impact Framework 1.1.0${ifAbsent}`, () => {
  test.each([
    ['inference', 'perInference'],
    ['accepted', 'perAccepted'],
  ] as const)('computes the exported manifest per %s to exactly our score', async (per, part) => {
    const { manifest, expected } = ifManifest(account, per)
    const outputs = await runManifest(manifest)
    for (const id of ['large', 'small', 'wrong']) {
      expect(outputs[id]!.sci).toBe(sciOfRow(id, part))
      expect(expected[id]).toBe(sciOfRow(id, part))
    }
  })

  test('the program if-run says success and prints our score to the last bit', () => {
    const { status, outputs } = ifRun(ifManifest(account).manifest)
    expect(status).toBe('success')
    for (const id of ['large', 'small', 'wrong'])
      expect(outputs[id]!.sci).toBe(sciOfRow(id, 'perAccepted'))
  }, 60_000)

  test('the golden manifest: one timestep, explicit SciEmbodied, both candidates', async () => {
    const node = (id: string, it: number, ratio: number, duration: number, units: number) => ({
      pipeline: {
        compute: [
          'facility-energy',
          'operational-carbon',
          'embodied-server',
          'total-carbon',
          'sci',
        ],
      },
      defaults: {
        pue: 1.2,
        'grid/carbon-intensity': 383.55,
        vCPUs: 1,
        memory: 16,
        'usage-ratio': ratio,
      },
      inputs: [
        {
          timestamp: '2026-01-01T00:00:00.000Z',
          duration,
          'it-energy': it,
          'accepted-answers': units,
        },
      ],
      id,
    })
    const { manifest } = ifManifest(account, 'accepted')
    const plugins = { ...manifest.initialize.plugins }
    plugins['embodied-server'] = {
      ...plugins['embodied-server']!,
      config: {
        ...plugins['embodied-server']!.config,
        'baseline-emissions': 1_500_000,
        lifespan: 126_144_000,
      },
    }
    const golden = {
      ...manifest,
      initialize: { plugins },
      tree: {
        children: {
          small: node('small', 2.5e-5, 0.125, 1200, 912),
          large: node('large', 0.75, 1, 5400, 957),
        },
      },
    }
    const outputs = await runManifest(golden)
    // what if-run 1.1.0 writes for the same figures
    expect(outputs['small']).toMatchObject({
      energy: 3e-5,
      'carbon-operational': 0.011506500000000001,
      'carbon-embodied': 1.7836757990867582,
      carbon: 1.7951822990867583,
      sci: 0.0019684016437354806,
    })
    expect(outputs['large']!.sci).toBe(0.42780285137630436)
  })

  test('short runs are stretched to the second that Sci demands, without moving a bit', async () => {
    const tiny = fixtureCandidate({ id: 'small', joules: 0.001, seconds: 1e-6, accepted: 0.945 })
    const short = buildAccount(
      { ...accountRun, candidates: [fixtureCandidates[0]!, tiny] },
      accountSpec,
      accountInputs,
    )
    const { manifest } = ifManifest(short, 'inference')
    expect(Number(manifest.tree.children['small']!.inputs[0]!['duration'])).toBeGreaterThanOrEqual(
      1,
    )
    const row = short.consumer.rows.find(({ id }) => id === 'small')!
    const outputs = await runManifest(manifest)
    expect(outputs['small']!.sci).toBe((row.sci.perInference as Known<'gPerR'>).value)
  })
})

describe('the manifest', () => {
  test('a candidate without a finite score is left out with its reason; IF would print a number', () => {
    const base = fixtureCandidate({ id: 'none', joules: 1, seconds: 0.01, accepted: 0.5 })
    const none = { ...base, acceptRate: exact('share', 0, 'counted') }
    const blind = fixtureCandidate({ id: 'blind', joules: null, seconds: 1, accepted: 0.9 })
    const made = buildAccount(
      { ...accountRun, candidates: [...fixtureCandidates, none, blind] },
      accountSpec,
      accountInputs,
    )
    const { leftOut, manifest } = ifManifest(made, 'accepted')
    expect(leftOut.map(({ id }) => id)).toEqual(['none', 'blind'])
    expect(leftOut[0]!.why).toMatch(/infinite/)
    expect(Object.keys(manifest.tree.children)).toEqual(['large', 'small', 'wrong'])
  })

  test('nothing to export is an error, not an empty manifest', () => {
    const blind = fixtureCandidate({ id: 'blind', joules: null, seconds: 1, accepted: 0.9 })
    const made = buildAccount(
      { ...accountRun, incumbent: null, candidates: [blind] },
      accountSpec,
      accountInputs,
    )
    expect(() => ifManifest(made)).toThrow(expect.objectContaining({ code: 'EXPORT_IMPOSSIBLE' }))
  })
})

describe.skipIf(ifAbsent !== '')(`Impact Framework's own fixtures${ifAbsent}`, () => {
  const outputsOf = (path: string) => {
    const { tree } = ifFixture(path) as {
      tree: { children: { child: { outputs: Record<string, number>[] } } }
    }
    return tree.children.child.outputs
  }

  test.each(['scenario-1', 'scenario-2'])('SciEmbodied %s reproduces', (name) => {
    const path = `outputs/builtins/sci-embodied/${name}.yaml`
    const { nodes } = evaluateManifest(ifFixture(path))
    const theirs = outputsOf(path)
    expect(theirs.length).toBeGreaterThan(0)
    nodes[0]!.steps.forEach((step, i) => {
      expect(step['embodied-carbon']).toBe(theirs[i]!['embodied-carbon'])
    })
  })

  test('Sci success reproduces, and our score of the same figures is the same number', () => {
    const [theirs] = outputsOf('outputs/builtins/sci/success.yaml')
    const { nodes } = evaluateManifest(ifFixture('outputs/builtins/sci/success.yaml'))
    expect(nodes[0]!.steps[0]!['sci']).toBe(theirs!['sci'])
    const ours = scoreOf({
      itEnergyKwh: 5,
      pue: 1,
      gridGPerKwh: 1,
      embodied: { grams: 0.02 },
      units: 100,
    })
    expect(ours.sci).toBeCloseTo(theirs!['sci']!, 15)
  })

  test.each([
    ['Sum', { 'input-parameters': ['a', 'b'], 'output-parameter': 'out' }],
    ['Multiply', { 'input-parameters': ['a', 'b'], 'output-parameter': 'out' }],
    ['Divide', { numerator: 'a', denominator: 'b', output: 'out' }],
    ['Subtract', { 'input-parameters': ['a', 'b'], 'output-parameter': 'out' }],
    ['Coefficient', { 'input-parameter': 'a', coefficient: 3, 'output-parameter': 'out' }],
    ['Exponent', { 'input-parameter': 'a', exponent: 3, 'output-parameter': 'out' }],
  ])('our reading of %s is theirs', async (method, config) => {
    const input = { timestamp: '2026-01-01T00:00:00.000Z', duration: 10, a: 0.1, b: 0.7 }
    const [theirs] = await ifPlugin(method, config).execute([input])
    const { nodes } = evaluateManifest({
      initialize: { plugins: { p: { method, path: 'builtin', config } } },
      tree: { children: { n: { pipeline: { compute: ['p'] }, inputs: [input] } } },
    })
    expect(nodes[0]!.steps[0]!['out']).toBe(theirs!['out'])
  })
})
