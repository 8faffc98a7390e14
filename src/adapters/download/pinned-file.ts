import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative } from 'node:path'
import { RightsizeError } from '../../core/error/error.ts'
import { readBody } from './pinned-file/body.ts'

/** One file at a fixed address whose bytes are known beforehand. */
export interface PinnedFile {
  /** Where it goes, relative to the folder. */
  readonly path: string
  /** Full address, with the commit in it. */
  readonly url: string
  /** Lowercase hex. */
  readonly sha256: string
  readonly bytes: number
}

export interface DownloadOptions {
  readonly folder: string
  readonly fetch: typeof fetch
  readonly signal?: AbortSignal
  /** Attempts per file, 3 unless said; only what may pass by itself (network, 429, 5xx, truncation) is tried again. */
  readonly attempts?: number
  /** Seconds without an end after which an attempt is given up, 60 unless said. */
  readonly timeoutS?: number
  /** Waits between attempts; injected so that tests do not wait. */
  readonly sleep?: (seconds: number) => Promise<void>
  /** What to do when the host cannot be reached, in the caller's words. */
  readonly offlineHint?: string
}

const passing = new Set(['DOWNLOAD_OFFLINE', 'DOWNLOAD_TRUNCATED'])
const waitS = (seconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, seconds * 1000))

/**
 * Brings one pinned file into the folder and says whether it was there already. The bytes are checked against size and
 * sha256 before the file gets its name (written beside it, then renamed), so a file under its name is always whole.
 * Throws DOWNLOAD_* errors; nothing half-written is left behind.
 */
export async function downloadFile(
  file: PinnedFile,
  options: DownloadOptions,
): Promise<'cached' | 'downloaded'> {
  const target = placeOf(file, options.folder)
  if (await holds(target, file)) return 'cached'
  await write(target, await fetchPatiently(file, options))
  return 'downloaded'
}

/** Brings all files, a few at a time, and reports each as it is there. Rejects with the first error. */
export async function downloadFiles(
  files: readonly PinnedFile[],
  options: DownloadOptions & {
    readonly concurrency?: number
    readonly onFile?: (done: number, of: number, how: 'cached' | 'downloaded') => void
  },
): Promise<{ readonly cached: number; readonly downloaded: number }> {
  const count = { cached: 0, downloaded: 0 }
  const stop = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal
  const queue = files.values()
  const work = async (): Promise<void> => {
    for (const file of queue) {
      const how = await downloadFile(file, { ...options, signal })
      count[how]++
      options.onFile?.(count.cached + count.downloaded, files.length, how)
    }
  }
  const workers = Array.from({ length: options.concurrency ?? 6 }, work)
  try {
    await Promise.all(workers)
  } catch (error) {
    stop.abort(error)
    await Promise.allSettled(workers)
    throw error
  }
  return count
}

function placeOf(file: PinnedFile, folder: string): string {
  const target = join(folder, file.path)
  const way = relative(folder, target)
  if (isAbsolute(file.path) || way.startsWith('..') || way === '')
    throw new RightsizeError('DOWNLOAD_PATH', `${file.path} does not lie below ${folder}`)
  return target
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function holds(target: string, file: PinnedFile): Promise<boolean> {
  try {
    return sha256(await readFile(target)) === file.sha256
  } catch {
    return false
  }
}

async function write(target: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  const draft = `${target}.${randomUUID()}.part`
  try {
    const handle = await open(draft, 'wx')
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

async function fetchPatiently(file: PinnedFile, options: DownloadOptions): Promise<Uint8Array> {
  const attempts = options.attempts ?? 3
  for (let attempt = 1; ; attempt++) {
    try {
      return await fetchOnce(file, options)
    } catch (error) {
      options.signal?.throwIfAborted()
      if (attempt >= attempts || !mayPass(error)) throw error
      await (options.sleep ?? waitS)(2 ** attempt / 2)
    }
  }
}

function mayPass(error: unknown): boolean {
  if (!(error instanceof RightsizeError)) return false
  return (
    passing.has(error.code) ||
    (error.code === 'DOWNLOAD_REFUSED' && /\b(429|5\d\d)\b/.test(error.message))
  )
}

async function fetchOnce(file: PinnedFile, options: DownloadOptions): Promise<Uint8Array> {
  const timeout = AbortSignal.timeout((options.timeoutS ?? 60) * 1000)
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout
  const response = await ask(file, options, signal)
  const body = await readBody(response, file)
  check(body, file, response)
  return body
}

async function ask(
  file: PinnedFile,
  options: DownloadOptions,
  signal: AbortSignal,
): Promise<Response> {
  try {
    const response = await options.fetch(file.url, { signal, redirect: 'follow' })
    if (response.ok) return response
    await response.body?.cancel()
    throw new RightsizeError('DOWNLOAD_REFUSED', `${file.url} answered ${response.status}`)
  } catch (error) {
    options.signal?.throwIfAborted()
    if (error instanceof RightsizeError) throw error
    throw new RightsizeError('DOWNLOAD_OFFLINE', `${file.url} cannot be reached`, {
      cause: error,
      ...(options.offlineHint === undefined ? {} : { next: options.offlineHint }),
    })
  }
}

function check(bytes: Uint8Array, file: PinnedFile, response: Response): void {
  const digest = sha256(bytes)
  if (digest === file.sha256) return
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 512)).trimStart().toLowerCase()
  if (head.startsWith('version https://git-lfs.github.com/spec/'))
    throw new RightsizeError('DOWNLOAD_POINTER', `${file.url} is a Git LFS pointer`)
  const page = /^<(!doctype html|html|head)\b/.test(head)
  if (page || response.headers.get('content-type')?.startsWith('text/html'))
    throw new RightsizeError('DOWNLOAD_PAGE', `${file.url} returned an HTML page`)
  if (bytes.length < file.bytes)
    throw new RightsizeError(
      'DOWNLOAD_TRUNCATED',
      `${file.url} ended after ${bytes.length} of ${file.bytes} bytes`,
    )
  throw new RightsizeError(
    'DOWNLOAD_MISMATCH',
    `${file.path}: sha256 ${digest} (${bytes.length} bytes), pinned ${file.sha256} (${file.bytes} bytes)`,
    { at: file.url },
  )
}
