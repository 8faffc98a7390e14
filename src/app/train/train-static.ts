import { type StaticShape, staticArchitecture } from '../../core/train/build-static.ts'
import {
  type ClassifierTraining,
  type TrainedClassifier,
  trainClassifier,
} from './train-classifier.ts'

export interface StaticTraining extends ClassifierTraining {
  readonly shape: StaticShape
}

/**
 * Trains a static embedding bag with its head; `start` may hold token vectors of a teacher.
 * Returns the inference model, its values and the history, as `trainEncoder` does.
 */
export function trainStatic(options: StaticTraining): Promise<TrainedClassifier> {
  const { shape, ...training } = options
  return trainClassifier(
    {
      architecture: staticArchitecture(shape),
      vocabulary: shape.vocabulary,
      maxLength: shape.maxLength,
      classes: shape.classes,
      metadata: { format: 'rightsize-static@1', shape: JSON.stringify(shape) },
      defaults: {
        schedule: { peak: 1e-2, warmup: 0.05, shape: 'linear' },
        optimiser: { decay: 0 },
        epochs: 15,
        batch: 32,
        dropout: 0.1,
      },
    },
    training,
  )
}
