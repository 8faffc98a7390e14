/** sha256 of bytes as lowercase hex. Core receives it as an argument. */
export type Digest = (bytes: Uint8Array) => string
