import type { Model } from '../core/onnx/model.ts'

export interface WriteModelOptions {
  /** Models above this many bytes get a data file beside them; 1.5 GB unless said. */
  readonly externalAbove?: number
}

/** What was written: the paths, the model first, and their sizes together. */
export interface WrittenModel {
  readonly paths: readonly string[]
  readonly bytes: number
}

/** ONNX models on disk. */
export interface ModelFiles {
  /** The model at a path to an .onnx file, or in a model folder (`onnx/model.onnx`, `model.onnx`, or the only .onnx file). */
  read(path: string): Promise<Model>
  /** Writes the model so that the path never holds half a file; large ones with `<name>.onnx_data` beside. */
  write(path: string, model: Model, options?: WriteModelOptions): Promise<WrittenModel>
  /** The .onnx file that `read` would take. */
  locate(path: string): Promise<string>
  /** Hands an empty folder to the function and removes it afterwards, with all that is in it. */
  withScratch<T>(act: (folder: string) => Promise<T>): Promise<T>
}
