import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { env } from 'node:process'
import { expect, test } from 'vitest'
import type { Item } from '../data/item.ts'
import type { Score } from './scorer.ts'
import { squadExact, squadF1, squadNormalised, tokenF1 } from './squad.ts'

const data = env['RIGHTSIZE_DATA'] ?? '../shared/data'
const predictions = join(data, 'squad-preds/1.1')
const questions = join(data, 'xquad/xquad.en.json')
const absent = !existsSync(predictions) || !existsSync(questions)

test('the SQuAD rules drop case, punctuation, articles and spaces', () => {
  expect(squadNormalised('The  Denver-Broncos, an A team.')).toBe('denverbroncos team')
  expect(squadNormalised('théa a')).toBe('théa')
})

test('token F1 counts shared words once each', () => {
  expect(tokenF1('the cat cat', 'cat sat')).toBeCloseTo(0.5, 12)
  expect(tokenF1('', '')).toBe(0)
})

interface Xquad {
  readonly data: readonly {
    readonly paragraphs: readonly {
      readonly qas: readonly {
        readonly id: string
        readonly answers: readonly { readonly text: string }[]
      }[]
    }[]
  }[]
}

// Values: the official evaluate-v1.1 functions over the questions that a file answers (python 3.11; questions of
// xquad.en, answers of rajpurkar/SQuAD-explorer models/1.1 at eee5fdb).
const official: Readonly<Record<string, readonly [number, number, number]>> = {
  BERT: [1190, 0.7487394957983193, 0.8632474793700984],
  Logistic: [1188, 0.34595959595959597, 0.45929527457636754],
  'Match-LSTM': [1190, 0.6109243697478992, 0.7266712099670827],
  'SLQA+': [1190, 0.7218487394957983, 0.828485483449526],
  'r-net+': [1190, 0.7277310924369748, 0.8340802710920573],
}

test.skipIf(absent)('agrees with the official script on the answers of five systems', () => {
  const { data: articles } = JSON.parse(readFileSync(questions, 'utf8')) as Xquad
  const qas = articles.flatMap((article) =>
    article.paragraphs.flatMap((paragraph) => paragraph.qas),
  )
  const em = squadExact({})
  const f1 = squadF1({})
  const found: Record<string, readonly number[]> = {}
  for (const file of readdirSync(predictions)) {
    const answers = JSON.parse(readFileSync(join(predictions, file), 'utf8')) as Record<
      string,
      string
    >
    const asked = qas.filter((qa) => qa.id in answers)
    const mean = (scorer: typeof em) =>
      asked.reduce((sum, qa) => {
        const item: Item = {
          id: qa.id,
          input: '',
          expected: qa.answers,
          slices: {},
          cluster: null,
          row: {},
          digest: '',
        }
        return (
          sum +
          ((scorer.score({ kind: 'text', text: answers[qa.id] ?? '' }, item) as Score).score ?? 0)
        )
      }, 0) / asked.length
    found[file.split(' ')[0] ?? ''] = [asked.length, mean(em), mean(f1)]
  }
  expect(Object.keys(found).sort()).toEqual(Object.keys(official).sort())
  for (const [system, values] of Object.entries(official))
    values.forEach((value, i) => {
      expect(found[system]?.[i]).toBeCloseTo(value, 12)
    })
})
