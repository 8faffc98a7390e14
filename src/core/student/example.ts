/** What a row teaches. */
export interface LabelledRow {
  readonly label: string
  /** Relative importance of the row, > 0; 1 unless said. */
  readonly weight?: number
  /** A teacher's probabilities in the order of the option `labels`; used instead of `label` where given. */
  readonly soft?: ArrayLike<number>
}

/** One text to learn from. */
export interface LabelledText extends LabelledRow {
  readonly text: string
}

/** What a training function reports on its way; `steps` is the planned total. */
export interface TrainProgress {
  readonly phase: 'read' | 'select' | 'fit'
  readonly step: number
  readonly steps: number
  /** Mean training loss of the pass, nats. */
  readonly loss?: number
  /** Share of the held-out split answered rightly, 0..1. */
  readonly accuracy?: number
}

/** A classifier's answer to one text. */
export interface Classified {
  readonly label: string
  /** Index into the model's labels. */
  readonly index: number
  /** Softmax over the model's labels, in their order. */
  readonly probabilities: Float64Array
  /** How many of the text's features the model knows; 0 means that the answer is the prior alone. */
  readonly known: number
}
