// What core may use beside the language itself.
declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>
  encodeInto(text: string, bytes: Uint8Array): { read: number; written: number }
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(bytes?: Uint8Array, options?: { stream?: boolean }): string
}
/** Parsing of an address: no network. */
declare class URL {
  static canParse(url: string): boolean
  constructor(url: string)
  readonly hostname: string
}
/** The type alone: a signal comes in as an argument. */
interface AbortSignal {
  readonly aborted: boolean
}
