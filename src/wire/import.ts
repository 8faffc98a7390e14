import { join, resolve } from 'node:path'
import { textOrNull, writeWhole } from '../adapters/files/whole-file.ts'
import type { ImportedFolder } from '../app/import/folder.ts'
import { RightsizeError } from '../core/error/error.ts'
import type { At } from './world.ts'

/** A checkpoint folder, where the model goes, and a file with outputs that it must return. */
export interface ImportRequest {
  readonly folder: string
  readonly out: string
  readonly logits: string | undefined
}

/** A checkpoint folder of BERT's family into an ONNX model folder. Throws MODEL_IMPORT, and DATA_MISSING where there is no such folder. */
export async function importModel(
  { folder, out, logits }: ImportRequest,
  { cwd }: Pick<At, 'cwd'>,
): Promise<ImportedFolder> {
  const { localFiles } = await import('../adapters/dataset/files.ts')
  if (!(await localFiles.isFolder(resolve(cwd, folder))))
    throw new RightsizeError(
      'MODEL_IMPORT',
      `${folder} is a file, not the folder of a checkpoint`,
      {
        next: 'Name the folder that holds config.json and model.safetensors. Answers of other tools are read by `rightsize run --predictions NAME=FILE`.',
      },
    )
  const { importFolder } = await import('../app/import/folder.ts')
  const { openEngine } = await import('../adapters/tensors/onnxruntime.ts')
  const { modelFiles } = await import('../adapters/tensors/model-file.ts')
  const { fileSource } = await import('../adapters/files/file-source.ts')
  const { openTokenizer } = await import('../adapters/tokenizer/huggingface.ts')
  const at = (path: string) => resolve(cwd, path)
  const placed = { folder: at(folder), out: at(out), logits: logits && at(logits) }
  return importFolder(placed, {
    engine: await openEngine(),
    files: modelFiles,
    openTokenizer,
    textOrNull,
    source: fileSource,
    write: writeWhole,
    join,
  })
}
