import type { Target } from './pass.ts'

/** Instruction sets that multiply bytes and add into 32 bits without saturating in between, as /proc/cpuinfo and cpuid name them. */
const dotProducts = [
  ...['avx512_vnni', 'avx_vnni', 'avx_vnni_int8', 'avx512vnni', 'avxvnni', 'amx_int8'],
  ...['asimddp', 'dotprod', 'i8mm'],
]

/** Whether the target declares byte dot products: 8-bit codes are safe there, and int8 is fast. */
export function byteDotProducts({ features }: Target): boolean {
  return features.some((feature) => dotProducts.includes(feature))
}

/**
 * How many times faster an int8 product is expected to be than a float32 one; the driver measures. Measured: 2.4 to 3.0 on VNNI,
 * 1.9 under WebAssembly; 1.3 assumed where nothing is declared.
 */
export function numericSpeed(target: Target): number {
  if (target.runtime === 'onnxruntime-web') return 1.9
  return byteDotProducts(target) ? 2.6 : 1.3
}
