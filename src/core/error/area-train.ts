import type { ErrorEntry } from './catalogue.ts'

export const trainErrors = {
  TRAIN_NO_GRADIENT: {
    title: 'An operator has no gradient',
    why: 'The model uses an operator that rightsize can run but not differentiate.',
    next: 'Train only parameters after that node, or use a model built from the operators listed in docs/methods/gradients.md.',
  },
  TRAIN_SHAPE: {
    title: 'A gradient needs a shape that is missing in the graph',
    why: 'Most shapes are known at run time, but a few gradients need the rank or a size in advance.',
    next: 'Add the shape to `value_info` of the model, or export it with static ranks.',
  },
  TRAIN_OPSET: {
    title: 'Models of this opset cannot be trained',
    why: 'Gradients use opset 18, which is compatible with models of opset 13 to 21.',
    next: 'Export the model again with opset 18.',
  },
  TRAIN_PARAMETER: {
    title: 'A parameter cannot be trained',
    why: 'The parameter is not in the graph, is not float32, or does not influence the loss.',
    next: 'Choose float32 initializers or inputs that influence the loss.',
  },
  TRAIN_DATA: {
    title: 'The training data cannot be used',
    why: 'Training needs at least two classes, non-empty inputs, and labels from the list.',
    next: 'Fix the rows named above.',
  },
  TRAIN_OPTIONS: {
    title: 'A training option is out of range',
    why: 'The sizes of the model and of the schedule must be consistent.',
    next: 'Fix the option named above.',
  },
  TRAIN_NAN: {
    title: 'The loss is not a number',
    why: 'Usually the learning rate is too high, or an input contains values that overflow.',
    next: 'Halve the learning rate and resume from the last good checkpoint.',
  },
  TRAIN_CHECKPOINT: {
    title: 'The checkpoint does not match',
    why: 'It is damaged, or belongs to another model, dataset, seed or setting.',
    next: 'Start without the checkpoint, or use the options it was created with.',
  },
} as const satisfies Record<string, ErrorEntry>
