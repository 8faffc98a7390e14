import { RightsizeError } from '../error/error.ts'
import { staticArchitecture } from '../train/build-static.ts'
import type { Artefact, NotApplicable, Pass, Proposal } from './pass.ts'
import { studentFit, studentSaving, untaught } from './student-shape.ts'

const width = 64

/**
 * A bag of token vectors in place of the model, taught by its answers.
 *
 * What it does: the mean of a vector a token and a linear layer; worth nothing before the steps of training that follow.
 * When to use: topics, languages, spam: what single words tell. It needs a hundredth of an encoder's work.
 * When it misleads: it cannot see the order of words; a task that hangs on it ends near the share of its topics, and the gate says so.
 * Source: Model2Vec and the static students of the compression study; "Minish", github.com/MinishLab/model2vec.
 */
export const studentStatic: Pass = {
  id: 'student-static',
  family: 'distil',
  propose: (artefact) => proposals(artefact),
  needs: () => [],
  apply: (artefact, { params }) => ({
    artefact: { ...artefact, model: untaught(bagFor(artefact), Number(params['seed'] ?? 1)) },
    changes: [`a fresh bag of token vectors of width ${width}`],
  }),
}

function bagFor(artefact: Artefact) {
  const fit = studentFit(artefact)
  if (typeof fit === 'string') throw new RightsizeError('SHRINK_PASS', `student-static: ${fit}`)
  return staticArchitecture({ ...fit, width })
}

function proposals(artefact: Artefact): readonly Proposal[] | NotApplicable {
  const fit = studentFit(artefact)
  if (typeof fit === 'string') return { pass: 'student-static', why: fit }
  const saves = studentSaving(artefact, staticArchitecture({ ...fit, width }))
  if (saves.bytes <= 0 || saves.cpuShare <= 0)
    return { pass: 'student-static', why: 'the model is about as small already' }
  return [
    {
      pass: 'student-static',
      params: { width, seed: 1 },
      text: 'a bag of token vectors instead',
      saves,
      risk: 0.75,
      exactness: 'lossy',
      repairs: ['distil'],
      training: { times: 3, rate: 5e-3 },
    },
  ]
}
