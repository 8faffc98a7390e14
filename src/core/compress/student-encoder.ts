import { RightsizeError } from '../error/error.ts'
import type { Params } from '../result/compression.ts'
import { type EncoderShape, encoderArchitecture } from '../train/build-encoder.ts'
import type { Artefact, NotApplicable, Pass, Proposal } from './pass.ts'
import { type StudentFit, studentFit, studentSaving, untaught } from './student-shape.ts'

/** Widths with the rates that trained encoders of that width from nothing on the example task. */
const sizes = [
  { width: 48, depth: 2, heads: 4, rate: 3e-3 },
  { width: 96, depth: 2, heads: 4, rate: 2e-3 },
] as const
/** `mean` sees the order of words in what it pools; `gated` weighs word vectors and learns negation from few examples. */
const poolings = ['mean', 'gated'] as const

/**
 * A smaller encoder in place of the model, taught by its answers.
 *
 * What it does: a fresh encoder over the same tokens, two layers of width 48 or 96; worth nothing before the steps of training that follow.
 * When to use: where a general encoder does a narrow task: most of its parameters were for other things.
 * When it misleads: it knows only what the training texts and the original's answers to them show; rare phrasings may be lost, which
 * the hold-out shows only if it holds such.
 * Source: Hinton, Vinyals, Dean, arXiv 1503.02531; Turc et al., arXiv 1908.08962 (small encoders, distilled).
 */
export const studentEncoder: Pass = {
  id: 'student-encoder',
  family: 'distil',
  propose: (artefact) => proposals(artefact),
  needs: () => [],
  apply: (artefact, { params }) => ({
    artefact: {
      ...artefact,
      model: untaught(encoderArchitecture(shapeOf(artefact, params)), Number(params['seed'] ?? 1)),
    },
    changes: [`a fresh encoder of width ${params['width']} and ${params['depth']} layers`],
  }),
}

function proposals(artefact: Artefact): readonly Proposal[] | NotApplicable {
  const fit = studentFit(artefact)
  if (typeof fit === 'string') return { pass: 'student-encoder', why: fit }
  const offers = sizes.flatMap(({ rate, ...size }) =>
    poolings.flatMap((pooling): readonly Proposal[] => {
      const student = encoderArchitecture({ ...shape(fit, { ...size, pooling }) })
      const saves = studentSaving(artefact, student)
      if (saves.bytes <= 0 || saves.cpuShare < 0.3) return []
      return [
        {
          pass: 'student-encoder',
          params: { ...size, pooling, seed: 1 },
          text: `an encoder of width ${size.width} with ${size.depth} layers (${pooling} pooling) instead`,
          saves,
          risk: size.width < 64 ? 0.5 : 0.45,
          exactness: 'lossy',
          repairs: ['distil'],
          training: { times: 4, rate },
        },
      ]
    }),
  )
  if (offers.length > 0) return offers
  return { pass: 'student-encoder', why: 'the model is about as small as the smallest student' }
}

function shape(fit: StudentFit, params: Params): EncoderShape {
  const number = (key: string) => Number(params[key])
  return {
    ...fit,
    maxLength: Math.min(fit.maxLength, 512),
    width: number('width'),
    depth: number('depth'),
    heads: number('heads'),
    pooling: params['pooling'] === 'gated' ? 'gated' : 'mean',
    positions: 'relative',
  }
}

function shapeOf(artefact: Artefact, params: Params): EncoderShape {
  const fit = studentFit(artefact)
  if (typeof fit === 'string') throw new RightsizeError('SHRINK_PASS', `student-encoder: ${fit}`)
  return shape(fit, params)
}
