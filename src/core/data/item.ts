import type { HostTensor } from '../onnx/host-tensor.ts'

/** One row. `expected` is null where the dataset has no label for it. */
export interface Item {
  readonly id: string
  readonly input: string | Readonly<Record<string, unknown>> | HostTensor
  readonly expected: unknown
  readonly slices: Readonly<Record<string, string>>
  readonly cluster: string | null
  /** All columns as they came, for prompt templates. */
  readonly row: Readonly<Record<string, unknown>>
  /** sha256 of the canonical item. */
  readonly digest: string
  /** sha256 of the input alone: a corrected label changes `digest` and must not cost the answers again. */
  readonly inputDigest?: string
}

export interface DatasetPart {
  readonly name: 'test' | 'calibration' | 'train' | 'unlabelled'
  readonly items: readonly Item[]
  /** sha256 over the items' digests. */
  readonly digest: string
}
