import type { Feeds, HostTensor } from '../core/onnx/host-tensor.ts'
import type { Dtype } from '../core/onnx/model.ts'

export interface EngineOptions {
  /** Threads inside one operator; 1 unless said. */
  readonly intraThreads?: number
  /** Whether idle worker threads spin; false unless said (it burns CPU between requests). */
  readonly spinning?: boolean
  readonly optimization?: 'disabled' | 'basic' | 'extended' | 'all'
  /** Where the engine writes its optimised graph, if wanted. */
  readonly saveOptimizedTo?: string
  /** Turns the per-node profiler on; read it with `profile()`. */
  readonly profiling?: boolean
  /** External tensor data given as bytes, when the model is given as bytes. */
  readonly externalData?: readonly { readonly path: string; readonly data: Uint8Array }[]
}

export interface NodeProfile {
  readonly node: string
  readonly opType: string
  readonly calls: number
  readonly totalUs: number
}

/** Type and shape of one graph input; a dimension is a number where the graph fixes it, else its symbol. */
export interface TensorInputInfo {
  readonly name: string
  readonly dtype: Dtype
  readonly dims: readonly (number | string)[]
}

export interface TensorSession {
  readonly inputs: readonly string[]
  /** The inputs with types and shapes, in the order of `inputs`, where the engine can say: tells int32 ids from int64 and a fixed batch of one. */
  readonly inputInfo?: readonly TensorInputInfo[]
  /** Those that are tensors: sequences and maps cannot be read. */
  readonly outputs: readonly string[]
  /** Runs the graph; `fetches` names the outputs wanted (all by default). */
  run(feeds: Feeds, fetches?: readonly string[]): Promise<Readonly<Record<string, HostTensor>>>
  /** Per-node times since the session was opened; ends profiling. Empty when profiling was off. */
  profile(): Promise<readonly NodeProfile[]>
  close(): Promise<void>
}

/** Runs ONNX graphs. Training, verifying, calibrating, comparing and the onnx runtime all receive one. */
export interface TensorEngine {
  readonly name: string
  readonly version: string
  open(model: Uint8Array | string, options?: EngineOptions): Promise<TensorSession>
}
