import { resolve } from 'node:path'
import type { CompareRequest, ModelComparison } from '../app/compare/paths.ts'
import type { TensorEngine } from '../contract/tensors.ts'
import { ledgerIn } from './lock.ts'
import { type At, readText, sha256, type Watch } from './world.ts'

/** Two ONNX models on the same data, or on random inputs. */
export async function compare(
  request: CompareRequest,
  { signal }: Pick<Watch, 'signal'>,
  { effects, cwd }: At,
): Promise<ModelComparison> {
  const { comparePaths } = await import('../app/compare/paths.ts')
  const { modelFiles } = await import('../adapters/tensors/model-file.ts')
  const { digestModel, findModel } = await import('../adapters/runtime/onnx/folder.ts')
  const { openTokenizer } = await import('../adapters/tokenizer/huggingface.ts')
  const { data, a, b } = request
  const at = (path: string) => resolve(cwd, path)
  const placed = { ...request, a: at(a), b: at(b), data: data === undefined ? data : at(data) }
  return comparePaths(placed, {
    engine: await engineOf(request.runtime),
    own: effects.own,
    files: modelFiles,
    find: findModel,
    openTokenizer,
    readText,
    readRows: effects.readRows,
    ...{ signal, digest: sha256, now: effects.clock.now, ledger: ledgerIn(cwd) },
    identify: async (path) => digestModel(findModel(path)),
  })
}

export async function engineOf(runtime: CompareRequest['runtime']): Promise<TensorEngine> {
  if (runtime === 'onnxruntime-web')
    return (await import('../adapters/tensors/onnxruntime/web.ts')).openWebEngine()
  return (await import('../adapters/tensors/onnxruntime.ts')).openEngine()
}
