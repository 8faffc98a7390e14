import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import * as build from '../../core/onnx/build.ts'
import { decodeModel } from '../../core/onnx/decode.ts'
import { encodeChunks, encodeModel } from '../../core/onnx/encode.ts'
import type { Model } from '../../core/onnx/model.ts'
import { joinBytes } from '../../core/onnx/protobuf.ts'
import { afterBytes } from './model-file/write-chunks.ts'
import { modelFiles } from './model-file.ts'
import { openEngine } from './onnxruntime.ts'

let folder = ''
const folders: string[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rightsize-model-'))
  folders.push(folder)
})
afterAll(() => {
  for (const one of folders) rmSync(one, { recursive: true })
})

/** y = x + w with a w of 2,000 floats. */
function addModel(bias = 1): Model {
  const weights = new Float32Array(2000).fill(bias)
  return build.model(
    build.graph({
      nodes: [build.node('Add', ['x', 'w'], ['y'])],
      initializers: [build.float32Tensor('w', [2000], weights)],
      inputs: [build.valueInfo('x', 'float32', [2000])],
      outputs: [build.valueInfo('y', 'float32', [2000])],
    }),
  )
}

test('a model written in one file is the encoded model', async () => {
  const path = join(folder, 'model.onnx')
  const written = await modelFiles.write(path, addModel())
  expect(written).toEqual({ paths: [path], bytes: encodeModel(addModel()).length })
  expect(new Uint8Array(readFileSync(path))).toEqual(encodeModel(addModel()))
})

test('above the threshold tensors go beside the model, and the engine runs it from there', async () => {
  const path = join(folder, 'model.onnx')
  const written = await modelFiles.write(path, addModel(3), { externalAbove: 1000 })
  expect(written.paths).toEqual([path, `${path}_data`])
  expect(readFileSync(path).length).toBeLessThan(400)
  const engine = await openEngine()
  const session = await engine.open(path)
  const x = { dtype: 'float32' as const, dims: [2000], data: new Float32Array(2000).fill(4) }
  expect((await session.run({ x })).y?.data[1999]).toBe(7)
  await session.close()
})

test('a model with data beside it reads back as the same model', async () => {
  const path = join(folder, 'model.onnx')
  await modelFiles.write(path, addModel(), { externalAbove: 1000 })
  const read = await modelFiles.read(folder)
  expect(encodeModel(read)).toEqual(encodeModel(addModel()))
})

test('a model can be written over the files that its tensors are still read from', async () => {
  const path = join(folder, 'model.onnx')
  await modelFiles.write(path, addModel(5), { externalAbove: 1000 })
  const lazy = await modelFiles.read(path)
  await modelFiles.write(path, lazy, { externalAbove: 1000 })
  expect(encodeModel(await modelFiles.read(path))).toEqual(encodeModel(addModel(5)))
  expect(() => encodeModel(lazy)).toThrow(/has changed since the model was read/)
})

function withLocation(location: string): Uint8Array {
  const place = { path: location, offset: 0 }
  return joinBytes([...encodeChunks(addModel(), () => place).chunks()])
}

test.each([
  ['../secret', /leaves the folder/],
  ['sub/../../secret', /leaves the folder/],
  ['..\\secret', /leaves the folder/],
  ['/etc/passwd', /is absolute/],
  ['C:\\secret', /is absolute/],
  ['file:///etc/passwd', /is an address/],
  ['', /is empty/],
  ['a\0b', /zero byte/],
])('the data path %j is refused', async (location, reason) => {
  writeFileSync(join(folder, 'model.onnx'), withLocation(location))
  await expect(modelFiles.read(folder)).rejects.toThrow(reason)
})

test('a link that leaves the folder is refused, one inside is followed', async () => {
  const outside = join(tmpdir(), `rightsize-outside-${process.pid}.bin`)
  writeFileSync(outside, new Uint8Array(8000))
  symlinkSync(outside, join(folder, 'out.bin'))
  writeFileSync(join(folder, 'model.onnx'), withLocation('out.bin'))
  await expect(modelFiles.read(folder)).rejects.toThrow(/a link that leaves the folder/)
  rmSync(outside)
  writeFileSync(join(folder, 'real.bin'), new Uint8Array(8000))
  symlinkSync(join(folder, 'real.bin'), join(folder, 'in.bin'))
  writeFileSync(join(folder, 'model.onnx'), withLocation('in.bin'))
  expect((await modelFiles.read(folder)).graph.initializers[0]?.byteLength).toBe(8000)
})

test('a data file that is missing or too short is named, with file, byte and field', async () => {
  const path = join(folder, 'model.onnx')
  writeFileSync(path, withLocation('w.bin'))
  const missing = await modelFiles.read(path).catch((error: unknown) => error)
  expect(missing).toMatchObject({ code: 'ONNX_EXTERNAL_DATA', message: "'w.bin' is missing" })
  writeFileSync(join(folder, 'w.bin'), new Uint8Array(100))
  const short = await modelFiles.read(path).catch((error: unknown) => error)
  expect(short).toMatchObject({
    code: 'ONNX_EXTERNAL_DATA',
    message: "tensor 'w': 'w.bin' has 100 bytes, the tensor needs 8000 bytes from 0",
    at: expect.stringMatching(/model\.onnx: byte \d+, graph\.initializer\[0\]$/),
  })
})

test('without a way to open files the model decodes and its bytes say why they are not there', () => {
  const model = decodeModel(withLocation('w.bin'))
  expect(() => model.graph.initializers[0]?.bytes()).toThrow(/'w.bin', which was not opened/)
})

test('a folder gives its onnx/model.onnx, model.onnx or only model; otherwise the names it holds', async () => {
  await expect(modelFiles.locate(folder)).rejects.toMatchObject({ code: 'ONNX_NOT_FOUND' })
  writeFileSync(join(folder, 'a.onnx'), encodeModel(addModel()))
  expect(await modelFiles.locate(folder)).toBe(join(folder, 'a.onnx'))
  writeFileSync(join(folder, 'b.onnx'), encodeModel(addModel()))
  await expect(modelFiles.locate(folder)).rejects.toThrow(/several models: a.onnx, b.onnx/)
  writeFileSync(join(folder, 'model.onnx'), encodeModel(addModel()))
  expect(await modelFiles.locate(folder)).toBe(join(folder, 'model.onnx'))
  await expect(modelFiles.read(join(folder, 'none'))).rejects.toMatchObject({
    code: 'ONNX_NOT_FOUND',
  })
})

test('what is left after a short write starts where the write stopped', () => {
  const pieces = [Uint8Array.of(1, 2), Uint8Array.of(3), Uint8Array.of(4, 5, 6)]
  for (let bytes = 0; bytes <= 6; bytes += 1) {
    expect(joinBytes(afterBytes(pieces, bytes))).toEqual(joinBytes(pieces).subarray(bytes))
  }
})
