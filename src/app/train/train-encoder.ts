import { type EncoderShape, encoderArchitecture } from '../../core/train/build-encoder.ts'
import {
  type ClassifierTraining,
  type TrainedClassifier,
  trainClassifier,
} from './train-classifier.ts'

export interface EncoderTraining extends ClassifierTraining {
  readonly shape: EncoderShape
}

/**
 * Trains a transformer encoder classifier from scratch (or from `start`) on tokenised examples with labels or soft labels.
 * Returns the inference model, its values and the history. Deterministic for seed and threads.
 * Throws TRAIN_DATA for examples that cannot teach, TRAIN_OPTIONS for sizes, TRAIN_NAN when the loss breaks.
 */
export function trainEncoder(options: EncoderTraining): Promise<TrainedClassifier> {
  const { shape, ...training } = options
  return trainClassifier(
    {
      architecture: encoderArchitecture(shape),
      vocabulary: shape.vocabulary,
      maxLength: shape.maxLength,
      classes: shape.classes,
      metadata: { format: 'rightsize-encoder@1', shape: JSON.stringify(shape) },
      defaults: {
        schedule: { peak: 1e-3, warmup: 0.1, shape: 'cosine' },
        optimiser: { decay: 0.01, clipNorm: 1 },
        epochs: 10,
        batch: 32,
        dropout: 0.1,
      },
    },
    training,
  )
}
