export interface PinnedFile {
  readonly path: string
  readonly url: string
  readonly sha256: string
  readonly bytes: number
}
export interface DownloadOptions {
  readonly folder: string
  readonly fetch: typeof fetch
  readonly signal?: AbortSignal
  readonly attempts?: number
  readonly timeoutS?: number
  readonly sleep?: (seconds: number) => Promise<void>
  readonly offlineHint?: string
}
export class DownloadError extends Error {
  readonly code: string
  readonly why: string
  readonly next: string
}
export function downloadFile(
  file: PinnedFile,
  options: DownloadOptions,
): Promise<'cached' | 'downloaded'>
export function downloadFiles(
  files: readonly PinnedFile[],
  options: DownloadOptions & {
    readonly concurrency?: number
    readonly onFile?: (done: number, of: number, how: 'cached' | 'downloaded') => void
  },
): Promise<{ readonly cached: number; readonly downloaded: number }>
