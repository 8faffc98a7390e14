import type { ErrorEntry } from './catalogue.ts'

export const trainErrors = {
  TRAIN_FAILED: {
    title: 'Training stopped',
    why: 'The input breaks a rule that the message names.',
    next: 'Correct what the message names and run the command again.',
  },
  TRAIN_NO_GRADIENT: {
    title: 'An operator has no gradient rule',
    why: 'The model uses an operator that rightsize can run but not train through.',
    next: 'Train only parameters behind that node, or use a model made of the operators listed on the gradients page.',
  },
  TRAIN_SHAPE: {
    title: 'A gradient needs a shape that the graph does not state',
    why: 'Most shapes are found at run time; a few rules need the rank or a size beforehand.',
    next: 'Add the shape to the value_info of the model, or export it with static ranks.',
  },
  TRAIN_OPSET: {
    title: 'A model of this opset cannot be trained further',
    why: 'Backward nodes are opset 18; models of opset 13 to 21 can stand beside them, others may mean something else by the same names.',
    next: 'Convert the model to opset 18 where it was exported.',
  },
  TRAIN_PARAMETER: {
    title: 'A parameter cannot be trained',
    why: 'It is missing from the graph, is not float32, or does not influence the loss.',
    next: 'Name float32 initializers or inputs that the loss depends on.',
  },
  TRAIN_DATA: {
    title: 'The training data cannot be used',
    why: 'Training needs at least two classes, inputs that are not all empty, and labels that are in the list.',
    next: 'Correct the rows that the message names.',
  },
  TRAIN_OPTIONS: {
    title: 'A training option is out of range',
    why: 'The sizes of the model and the schedule have to fit each other.',
    next: 'Correct the option that the message names.',
  },
  TRAIN_NAN: {
    title: 'The loss is not a number',
    why: 'The learning rate is usually too high, or an input holds values that overflow.',
    next: 'Halve the learning rate and resume from the last good checkpoint.',
  },
  TRAIN_CHECKPOINT: {
    title: 'The checkpoint does not fit',
    why: 'It is damaged, or belongs to another model, data set, seed or setting.',
    next: 'Start without the checkpoint, or give the options it was made with.',
  },
} as const satisfies Record<string, ErrorEntry>
