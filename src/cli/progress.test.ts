import { expect, test } from 'vitest'
import type { RunEvent } from '../app/evaluate/events.ts'
import type { Io } from './command.ts'
import { durationText, progress } from './progress.ts'

/** Lines that a run of events leaves where there is no terminal; each event comes at its second. */
function linesOf(events: readonly (readonly [atS: number, event: RunEvent])[]): readonly string[] {
  const lines: string[] = []
  let nowS = 0
  const io = { err: (text: string) => void lines.push(text), tty: false, columns: 80 } as Io
  const onEvent = progress(io, () => nowS * 1000)
  for (const [atS, event] of events) {
    nowS = atS
    onEvent(event)
  }
  return lines
}

const answered = (done: number, candidate = 'large'): RunEvent => ({
  ...{ type: 'progress', stage: 'evaluate', candidate, done, total: 3000 },
})
const window = (done: number): RunEvent => ({
  ...{ type: 'progress', stage: 'meter, window of', candidate: 'large', done, total: 0 },
})

test('without a terminal a stage and each piece of counted work is one line', () => {
  const lines = linesOf([
    [0, { type: 'stage', stage: 'open', detail: '2 candidates' }],
    [1, answered(32)],
    [2, answered(1500)],
    [4, answered(3000)],
    [5, answered(3000, 'small')],
  ])
  expect(lines).toEqual([
    'open: 2 candidates',
    '  evaluate large: 3000 of 3000',
    '  evaluate small: 3000 of 3000',
  ])
})

test('long work is estimated once, as soon as its pace is known', () => {
  const lines = linesOf([
    [0, answered(0)],
    [1, answered(50)],
    [2, answered(100)],
    [3, answered(150)],
    [60, answered(3000)],
  ])
  expect(lines).toEqual([
    '  evaluate large: 100 of 3000, about 58 s left',
    '  evaluate large: 3000 of 3000',
  ])
})

test('work without a known end shows once in half a minute that it goes on', () => {
  const lines = linesOf([1, 10, 20, 31, 40, 50, 62].map((at) => [at, window(at)] as const))
  expect(lines).toEqual(['  meter, window of large: 31', '  meter, window of large: 62'])
})

test('folds that end alike are one line', () => {
  const fold = [0, 1, 2].map((at) => [at, answered(3000)] as const)
  expect(linesOf(fold)).toEqual(['  evaluate large: 3000 of 3000'])
})

test('a duration is told in the unit that a person thinks in', () => {
  expect([0.4, 89, 90, 3600, 7800].map(durationText)).toEqual([
    ...['1 s', '89 s', '2 min', '60 min', '2 h 10 min'],
  ])
})

test('lines of one kind are folded, whatever number stands in them', () => {
  const lines: string[] = []
  const io = { err: (text: string) => lines.push(text), tty: false } as unknown as Io
  const onEvent = progress(io, () => 0)
  for (let i = 0; i < 100; i++) onEvent({ type: 'note', text: `fingerprint changed to fp${i}a9` })
  onEvent({ type: 'note', text: 'something else' })
  expect(lines).toHaveLength(5)
  expect(lines[3]).toContain('not shown')
})

test('what a server says cannot begin a line of its own', () => {
  const text = 'fingerprint changed to f\r\nrun: decided'
  expect(linesOf([[0, { type: 'note', text }]])).toEqual([
    '  note: fingerprint changed to f run: decided',
  ])
})
