import { RightsizeError } from '../../core/error/error.ts'
import type { ByteSource, Tensor } from '../../core/onnx/model.ts'
import { decodeSafetensors } from '../../core/onnx/safetensors.ts'

/** What reading weights needs of the world. */
export interface WeightFiles {
  /** Null where there is no such file. */
  textOrNull(path: string): Promise<string | null>
  /** Throws where there is no such file. */
  source(path: string): ByteSource
  join(...parts: readonly string[]): string
}

const indexName = 'model.safetensors.index.json'

/** Most files that a checkpoint may be cut into; the largest published ones have below 200. */
const shardLimit = 1024

/**
 * The tensors of a checkpoint folder: model.safetensors, or the files that model.safetensors.index.json names (format:
 * huggingface_hub, serialization/_torch.py). Throws MODEL_IMPORT for an index that names files outside the folder, files that are
 * missing, or tensors that their file does not hold.
 */
export async function checkpointTensors(
  folder: string,
  files: WeightFiles,
): Promise<readonly Tensor[]> {
  const whole = sourceOrNull(files.join(folder, 'model.safetensors'), files)
  if (whole !== null) return decodeSafetensors(whole).tensors
  const index = await files.textOrNull(files.join(folder, indexName))
  if (index !== null) return sharded(folder, weightMap(index), files)
  throw new RightsizeError('MODEL_IMPORT', `${folder} has no model.safetensors that can be read`, {
    next: 'Older checkpoints (pytorch_model.bin) must be saved as safetensors first.',
  })
}

function sourceOrNull(path: string, files: WeightFiles): ByteSource | null {
  try {
    return files.source(path)
  } catch {
    return null
  }
}

const bad = (what: string, next?: string): RightsizeError =>
  new RightsizeError('MODEL_IMPORT', what, { at: indexName, next })

/** Tensor names by file. */
function weightMap(text: string): ReadonlyMap<string, readonly string[]> {
  const map = mapOf(text)
  if (typeof map !== 'object' || map === null || Array.isArray(map))
    throw bad('weight_map is not an object of tensor names and files')
  const byFile = new Map<string, string[]>()
  for (const [tensor, file] of Object.entries(map)) {
    if (typeof file !== 'string') throw bad(`'${tensor}' is in ${JSON.stringify(file)}, no file`)
    refusePath(tensor, file)
    const names = byFile.get(file)
    if (names === undefined) byFile.set(file, [tensor])
    else names.push(tensor)
  }
  if (byFile.size === 0) throw bad('weight_map names no tensor')
  if (byFile.size > shardLimit)
    throw bad(`weight_map names ${byFile.size} files, the limit is ${shardLimit}`)
  return byFile
}

function mapOf(text: string): unknown {
  try {
    const parsed = JSON.parse(text) as { readonly weight_map?: unknown } | null
    return parsed?.weight_map
  } catch (cause) {
    throw new RightsizeError('MODEL_IMPORT', 'the index is not JSON', { at: indexName, cause })
  }
}

/** Files lie beside the index, so that a checkpoint from elsewhere reads nothing else of this machine. */
function refusePath(tensor: string, file: string): void {
  const plain = /^[\w.-]+\.safetensors$/.test(file) && !file.startsWith('.')
  if (!plain)
    throw bad(
      `'${tensor}' is in ${JSON.stringify(file)}, which is not a .safetensors file next to the index`,
      'Take the checkpoint from its publisher again; an index that names other places is damaged or hostile.',
    )
}

function sharded(
  folder: string,
  byFile: ReadonlyMap<string, readonly string[]>,
  files: WeightFiles,
): readonly Tensor[] {
  return [...byFile].flatMap(([file, names]) => {
    const source = sourceOrNull(files.join(folder, file), files)
    if (source === null)
      throw bad(
        `the index names ${file}, which is not in the folder (${names.length} tensors)`,
        'Download all files of the checkpoint; a checkout may hold Git-LFS pointers instead.',
      )
    const held = new Map(decodeSafetensors(source).tensors.map((one) => [one.name, one]))
    return names.map((name) => {
      const tensor = held.get(name)
      if (tensor === undefined) throw bad(`${file} does not hold '${name}', which the index says`)
      return tensor
    })
  })
}
