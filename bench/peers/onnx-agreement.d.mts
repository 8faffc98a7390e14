export const protoInstalled: boolean
export function protoTree(bytes: Uint8Array): unknown
export function modelTree(model: unknown): unknown
export function pick(tree: unknown): unknown
export function firstDifference(left: unknown, right: unknown, path?: string): string | null
