import { expect, test } from 'vitest'
import { accountRun } from '../../test/fixtures/account-run.ts'
import type { DecisionKind } from '../core/result/run-result.ts'
import { type Decided, nextSteps } from './next-steps.ts'

function commands(kind: DecisionKind, more: Partial<Decided> = {}): readonly string[] {
  const next = [{ kind: 'labels', count: 900, text: 'Label about 900 more items.' }] as const
  const result = { decision: { ...accountRun.decision, kind, next }, incumbent: 'large' }
  const rest = { runtime: 'onnx', model: 'models/large', settings: {}, base: '' } as const
  const spec = { candidates: [{ id: 'large', ...rest }] }
  const lines = nextSteps({
    result,
    spec,
    saved: true,
    files: [],
    specFile: 'rightsize.yaml',
    ...more,
  })
  return lines.map((line) => line.trim().split(/ {2,}/)[0] ?? '')
}

test('a decision is kept and guarded', () => {
  expect(commands('certified')).toEqual([
    ...['open report.html', 'git add rightsize.lock', 'rightsize check', 'rightsize sci'],
  ])
})

test('no good candidate: a smaller one is built where the incumbent is a graph, else the spec grows', () => {
  expect(commands('none')[1]).toBe('rightsize shrink models/large')
  expect(commands('none', { spec: { candidates: [] } })[1]).toBe('edit rightsize.yaml')
})

test('no command shows how many labels would decide where labels are not missing', () => {
  const next = [{ kind: 'cost', count: null, text: 'State what it costs.' }] as const
  const decision = { ...accountRun.decision, kind: 'undecided', next } as const
  const steps = commands('undecided', { result: { decision, incumbent: 'large' } })
  expect(steps).toEqual(['open report.html', 'rightsize sci'])
})

test('a spec that no file holds cannot be checked: the steps say how to keep it', () => {
  expect(commands('certified', { saved: false })).toEqual([
    ...['open report.html', 'the same command with --save', 'rightsize sci'],
  ])
})

test('files are named as they were written, and the spec as it was given', () => {
  const files = ['out/result.json', 'out/report.html', 'a/rightsize.lock']
  const named = { files, specFile: 'a/spec.yaml' }
  expect(commands('supported', named)).toEqual([
    'open out/report.html',
    'git add a/rightsize.lock',
    'rightsize check a/spec.yaml',
    'rightsize sci out/result.json',
  ])
  expect(commands('undecided', named)[1]).toBe('rightsize plan a/spec.yaml')
})
