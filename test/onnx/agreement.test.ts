import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  firstDifference,
  modelTree,
  pick,
  protoInstalled,
  protoTree,
} from '../../bench/peers/onnx-agreement.mjs'
import { decodeModel } from '../../src/core/onnx/decode.ts'
import { encodeModel } from '../../src/core/onnx/encode.ts'
import { canonicalModel } from './canonical.ts'
import { modelsUnder, realDataFolder, testdataFolder } from './model-corpus.ts'

/** What the round trip and onnx-proto say about a file; null when all agree. */
function complaint(bytes: Uint8Array): string | null {
  const model = decodeModel(bytes)
  const again = encodeModel(model)
  const canonical = encodeModel(canonicalModel(model))
  if (Buffer.compare(canonical, encodeModel(canonicalModel(decodeModel(again)))) !== 0) {
    return 'the canonical form changes'
  }
  if (!protoInstalled) return null
  const theirs = protoTree(bytes)
  return (
    firstDifference(theirs, protoTree(again)) ?? firstDifference(pick(theirs), modelTree(model))
  )
}

const corpora = [
  { what: 'the test models of ONNX', folder: testdataFolder, atLeast: 1000 },
  { what: 'the real models', folder: realDataFolder, atLeast: 14 },
]

for (const { what, folder, atLeast } of corpora) {
  const files = modelsUnder(folder).filter((file) => !file.endsWith('lfs_pointer.onnx'))
  // Skipped where the corpus is not installed: libonnx-testdata (Debian), or the folder named by RIGHTSIZE_DATA.
  test.skipIf(files.length === 0)(
    `${what} round-trip${protoInstalled ? ', and onnx-proto reads the same before and after' : ' (not compared with onnx-proto: npm ci --prefix bench)'}`,
    () => {
      expect(files.length).toBeGreaterThanOrEqual(atLeast)
      const complaints = files.flatMap((file) => {
        const found = complaint(new Uint8Array(readFileSync(file)))
        return found === null ? [] : [`${file}: ${found}`]
      })
      expect(complaints).toEqual([])
    },
  )
}

test.skipIf(modelsUnder(realDataFolder).length === 0)('a Git-LFS pointer is named as one', () => {
  const pointer = readFileSync(join(realDataFolder, 'bad-files/lfs_pointer.onnx'))
  expect(() => decodeModel(pointer)).toThrow('the file is a Git-LFS pointer, not an ONNX model')
})
