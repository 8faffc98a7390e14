import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { decodeModel } from '../../src/core/onnx/decode.ts'
import { graphProblems } from '../../src/core/onnx/graph-check.ts'
import type { Graph, ValueInfo } from '../../src/core/onnx/model.ts'
import { inferShapes } from '../../src/core/onnx/shapes.ts'
import { modelsUnder, realDataFolder, testdataFolder } from './model-corpus.ts'

const files = [...modelsUnder(testdataFolder), ...modelsUnder(realDataFolder)].filter(
  (file) => !file.endsWith('lfs_pointer.onnx'),
)

function graphIn(file: string): Graph {
  return decodeModel(new Uint8Array(readFileSync(file))).graph
}

/** Values whose type and every dim the file states. */
function declared({ outputs, valueInfo }: Graph): readonly ValueInfo[] {
  const fixed = ({ dtype, dims }: ValueInfo) =>
    dtype !== null && dims?.every((dim) => typeof dim === 'number') === true
  return [...outputs, ...valueInfo].filter(fixed)
}

// Skipped where neither libonnx-testdata (Debian) nor the folder RIGHTSIZE_DATA is there.
test.skipIf(files.length < 1000)(
  'inferred shapes are those that the files state, or unknown, never others',
  () => {
    const counts = { right: 0, unknown: 0 }
    const wrong: string[] = []
    for (const file of files) {
      const graph = graphIn(file)
      const facts = inferShapes({ ...graph, valueInfo: [], outputs: [] })
      for (const { name, dtype, dims } of declared(graph)) {
        const got = facts.get(name)
        if (got === undefined || got.dims === null || got.dims.includes(null)) counts.unknown += 1
        else if (String(got.dims) === String(dims) && (got.dtype ?? dtype) === dtype)
          counts.right += 1
        else wrong.push(`${file} ${name}: ${got.dtype}[${got.dims}], stated ${dtype}[${dims}]`)
      }
    }
    expect(wrong).toEqual([])
    // 784 are in Debian's cases alone; the rest comes with the models of RIGHTSIZE_DATA.
    expect(counts.right).toBeGreaterThan(700)
  },
)

test.skipIf(files.length < 1000)('models that run have no graph problems', () => {
  const found = files.flatMap((file) =>
    graphProblems(graphIn(file)).map((problem) => `${file}: ${problem}`),
  )
  expect(found).toEqual([])
})
