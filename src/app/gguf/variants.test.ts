import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { env } from 'node:process'
import { describe, expect, test } from 'vitest'
import { f16, f32, ggufBytes, q4k, q80, type TensorPlan } from '../../../test/onnx/gguf-bytes.ts'
import { fileDigest, makeRoom, writeWhole } from '../../adapters/files/whole-file.ts'
import { programRunner } from '../../adapters/processes/program.ts'
import { tensorFile } from '../../adapters/tensors/model-file.ts'
import { defaultTypes, type GgufRequest, planGguf } from './source.ts'
import { makeGgufVariants } from './variants.ts'

type Type = TensorPlan['type']

/** A small Llama-like file: matrices of one type, norms in 32 bits. */
function small(matrix: Type, names = ['attn_q', 'ffn_up'], numbers = {}): Uint8Array {
  const rows = names.map((name) => ({
    name: `blk.0.${name}.weight`,
    dims: [64, 256],
    type: matrix,
  }))
  const norm = { name: 'blk.0.attn_norm.weight', dims: [256], type: f32 }
  return ggufBytes([...rows, norm], numbers)
}

/**
 * A llama-quantize of this test: it writes down its arguments and hands out the prepared file `TYPE.gguf` of its own folder, as the real one it prints its
 * build and ends with 1 where it cannot. Its command line is that of llama.cpp: [options] INPUT OUTPUT TYPE.
 */
function fakeTool(prepared: Readonly<Record<string, Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'rightsize-gguf-tool-'))
  for (const [type, bytes] of Object.entries(prepared))
    writeFileSync(join(folder, `${type}.gguf`), bytes)
  const program = join(folder, 'llama-quantize')
  const script = `#!${process.execPath}
const { appendFileSync, copyFileSync, existsSync } = require('node:fs')
const args = process.argv.slice(2)
appendFileSync(${JSON.stringify(join(folder, 'calls.jsonl'))}, JSON.stringify(args) + '\\n')
const type = args.at(-1)
console.error('main: build = 4242 (fake) with a test')
const from = ${JSON.stringify(folder)} + '/' + type + '.gguf'
if (!existsSync(from)) { console.error('main: failed to quantize model'); process.exit(1) }
copyFileSync(from, args.at(-2))
`
  writeFileSync(program, script)
  chmodSync(program, 0o755)
  return program
}

const callsOf = (program: string): readonly (readonly string[])[] =>
  readFileSync(join(program, '../calls.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

function effects(signal = new AbortController().signal) {
  return {
    ...{ join, rename, makeRoom, digest: fileDigest, write: writeWhole, source: tensorFile },
    remove: (path: string) => rm(path, { force: true }),
    run: programRunner({ processes: null, nowS: () => performance.now() / 1000 }),
    machine: { threads: 8 },
    say: () => undefined,
    signal,
  }
}

function request(bytes: Uint8Array, program: string, more: Partial<GgufRequest> = {}): GgufRequest {
  const folder = mkdtempSync(join(tmpdir(), 'rightsize-gguf-'))
  const model = join(folder, "7b it's.gguf")
  writeFileSync(model, bytes)
  return {
    ...{ model, out: join(folder, 'out'), types: [], without: [], imatrix: undefined },
    ...{ allowRequantize: false, program, ...more },
  }
}

describe('variants of a GGUF file', () => {
  test('are made, checked by their headers and written down with their candidates', async () => {
    const program = fakeTool({ Q8_0: small(q80), Q4_K_M: small(q4k) })
    const asked = request(small(f16), program, { types: ['q8_0', 'Q4_K_M'] })
    const made = await makeGgufVariants(asked, effects())
    expect(made.tool).toMatchObject({
      version: 'main: build = 4242 (fake) with a test',
      imatrix: null,
    })
    const [eight, four] = made.variants
    expect(eight).toMatchObject({ type: 'Q8_0', tensorTypes: { Q8_0: 2, F32: 1 } })
    // 2 x 64 x 256 weights of 4.5 bits and 256 of 32: by hand 4.7140.
    expect(four?.bitsPerWeight).toBeCloseTo((32768 * 4.5 + 256 * 32) / 33024, 9)
    expect(four?.bytes).toBe(readFileSync(four?.file ?? '').length)
    expect(four?.predictedBytes).toBe(four?.bytes)
    expect(four?.candidate.entry).toEqual({
      id: '7b-it-s-Q4_K_M',
      runtime: 'openai',
      model: '7b-it-s-Q4_K_M',
      baseUrl: 'http://127.0.0.1:8082/v1',
    })
    // The path is quoted so that a shell reads it back as it is.
    const words = execFileSync('sh', ['-c', `printf '%s\n' ${four?.candidate.serve}`], {
      encoding: 'utf8',
    })
    expect(words.split('\n')).toContain(four?.file)
    expect(made.proof).toMatch(/^none/)
    expect(JSON.parse(readFileSync(join(asked.out, 'gguf-variants.json'), 'utf8'))).toEqual(made)
    expect(readdirSync(asked.out).filter((name) => name.endsWith('.part'))).toEqual([])
    // Absolute paths: an output that begins with a digit would be read as a type.
    expect(callsOf(program)[0]).toEqual([
      asked.model,
      join(asked.out, "7b it's-Q8_0.gguf.part"),
      'Q8_0',
    ])
  })

  test('the importance matrix and the permission to requantise are handed on', async () => {
    const program = fakeTool({ Q4_K_M: small(q4k) })
    const imatrix = join(program, '../imatrix.gguf')
    writeFileSync(imatrix, 'matrix')
    const more = { types: ['Q4_K_M'], imatrix, allowRequantize: true }
    const made = await makeGgufVariants(request(small(q80), program, more), effects())
    expect(callsOf(program)[0]?.slice(0, 3)).toEqual(['--allow-requantize', '--imatrix', imatrix])
    expect(made.tool.imatrix?.digest).toMatch(/^[0-9a-f]{64}$/)
    expect(made.source.quantised).toEqual(['Q8_0'])
  })

  test('a type that fails is listed, the others are made; where all fail it is an error', async () => {
    const program = fakeTool({ Q4_K_M: small(q4k) })
    const some = request(small(f16), program, { types: ['IQ2_XS', 'Q4_K_M'] })
    const made = await makeGgufVariants(some, effects())
    expect(made.variants.map(({ type }) => type)).toEqual(['Q4_K_M'])
    expect(made.failed[0]?.why).toMatch(/IQ2_XS ended with 1: .*failed to quantize model/)
    const none = request(small(f16), program, { types: ['IQ2_XS'] })
    await expect(makeGgufVariants(none, effects())).rejects.toMatchObject({
      code: 'LLAMA_QUANTIZE_FAILED',
    })
    expect(existsSync(join(none.out, 'gguf-variants.json'))).toBe(false)
  })

  test.each<[string, Uint8Array, RegExp]>([
    [
      'other tensors',
      small(q4k, ['attn_q', 'ffn_gate']),
      /ffn_up.weight' was 64x256 and is missing/,
    ],
    ['nothing smaller', small(f16), /the result has/],
    ['half a file', small(q4k).subarray(0, 400), /cannot be read/],
  ])('a result with %s is refused and not left behind', async (_, bytes, why) => {
    const asked = request(small(f16), fakeTool({ Q4_K_M: bytes }), { types: ['Q4_K_M'] })
    await expect(makeGgufVariants(asked, effects())).rejects.toThrow(why)
    expect(readdirSync(asked.out)).toEqual([])
  })

  test('a missing tool, a quantised source and a part of a split model say what to do', async () => {
    const plain = request(small(f16), '/no/such/llama-quantize')
    await expect(makeGgufVariants(plain, effects())).rejects.toMatchObject({
      code: 'LLAMA_QUANTIZE_MISSING',
      next: expect.stringContaining('--llama-quantize PATH'),
    })
    expect(() => planGguf(request(small(q80), 'x'), effects())).toThrow(
      'its tensors are Q8_0 already',
    )
    const split = request(small(f16, undefined, { 'split.count': 3 }), 'x')
    expect(() => planGguf(split, effects())).toThrow('one of 3 parts')
    expect(() => planGguf(request(ggufBytes([]), 'x'), effects())).toThrow('holds no weights')
    const word = request(small(f16), 'x', { types: ['--pure'] })
    expect(() => planGguf(word, effects())).toThrow('not a type of llama-quantize')
  })

  test('a plan predicts sizes without a tool', () => {
    const asked = request(small(f16), 'x', { types: ['Q4_K_M', 'IQ2_XS'] })
    const { sizes } = planGguf(asked, effects())
    expect(sizes[0]?.predicted?.bytes).toBe(small(q4k).length)
    expect(sizes[1]).toEqual({ type: 'IQ2_XS', predicted: null })
    const fewer = { ...asked, types: [], without: ['q8_0', 'Q6_K'] }
    expect(planGguf(fewer, effects()).sizes.map(({ type }) => type)).toEqual(['Q5_K_M', 'Q4_K_M'])
  })

  test('an interruption leaves no half file', async () => {
    const abort = new AbortController()
    const asked = request(small(f16), fakeTool({ Q8_0: small(q80) }), { types: ['Q8_0'] })
    setTimeout(() => abort.abort(), 30)
    await expect(makeGgufVariants(asked, effects(abort.signal))).rejects.toThrow()
    expect(readdirSync(asked.out)).toEqual([])
  })
})

const realTool = env['LLAMA_QUANTIZE'] ?? ''
const tiny = resolve(env['RIGHTSIZE_DATA'] ?? '../shared/data', 'llm-tiny/tinyllm.gguf')

// Skipped where LLAMA_QUANTIZE names no llama-quantize, or the folder RIGHTSIZE_DATA is absent.
test.skipIf(!existsSync(realTool) || !existsSync(tiny))(
  'a real llama-quantize makes what the header predicts, but for the metadata it adds',
  async () => {
    const out = mkdtempSync(join(tmpdir(), 'rightsize-gguf-'))
    const base = request(small(f16), realTool)
    const made = await makeGgufVariants({ ...base, model: tiny, out }, effects())
    expect(made.failed).toEqual([])
    expect(made.variants.map(({ type }) => type)).toEqual([...defaultTypes])
    // Measured with the quantiser of llama.cpp (libllama as node-llama-cpp 3.22.1 ships it): 64 to 224 bytes more.
    for (const { bytes, predictedBytes } of made.variants)
      expect(Math.abs(bytes - (predictedBytes ?? 0))).toBeLessThan(1024)
  },
)
