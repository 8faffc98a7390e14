import type { NodeProfile } from '../../../contract/tensors.ts'

interface TraceEvent {
  readonly cat?: string
  readonly name?: string
  readonly dur?: number
  readonly args?: { readonly op_name?: string }
}

const kernel = '_kernel_time'

/**
 * Time per node from onnxruntime's trace (Chrome trace events; kernel events are named `<node>_kernel_time`, in microseconds).
 * Source: onnxruntime/core/common/profiler.cc and core/framework/sequential_executor.cc.
 */
export function nodeTimes(trace: string): readonly NodeProfile[] {
  const byNode = new Map<string, { node: string; opType: string; calls: number; totalUs: number }>()
  for (const { cat, name, dur, args } of JSON.parse(trace) as readonly TraceEvent[]) {
    if (cat !== 'Node' || name === undefined || !name.endsWith(kernel)) continue
    const node = name.slice(0, -kernel.length)
    const opType = args?.op_name ?? ''
    const sum = byNode.get(`${opType}\0${node}`) ?? { node, opType, calls: 0, totalUs: 0 }
    sum.calls += 1
    sum.totalUs += dur ?? 0
    byNode.set(`${opType}\0${node}`, sum)
  }
  return [...byNode.values()]
}
