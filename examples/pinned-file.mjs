// Brings files at fixed addresses, whose bytes are known beforehand, into a folder: checked, retried, never half-written.
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative } from 'node:path'

/** What can go wrong, by code: the usual reason and the next step. */
const failures = {
  DOWNLOAD_OFFLINE: {
    why: 'The machine has no network, a proxy or firewall blocks it, or the host is down.',
    next: 'Run again with a connection, or point RIGHTSIZE_DATA at a folder that already holds the files.',
  },
  DOWNLOAD_REFUSED: {
    why: 'The host answered with a status other than success; a pinned address should never move.',
    next: 'Open the address in a browser. A 404 means that the pinned commit is gone; a 403 or 429 means to wait and run again.',
  },
  DOWNLOAD_PAGE: {
    why: 'A login page, a proxy notice or an error page came with a success status.',
    next: 'Open the address in a browser from this network, sign in or leave the proxy, and run again.',
  },
  DOWNLOAD_POINTER: {
    why: 'The file is kept in Git LFS and the address serves the text that points to it.',
    next: 'Use the media address of the file, or fetch it with `git lfs pull`.',
  },
  DOWNLOAD_TRUNCATED: {
    why: 'The connection broke or the host closed it before all bytes had come.',
    next: 'Run the command again: finished files are kept and not fetched twice.',
  },
  DOWNLOAD_MISMATCH: {
    why: 'Its sha256 or size differs from what was pinned: the file changed at its home, or was changed on the way.',
    next: 'Do not use the file. Compare it with its home; pin a new digest only after reading what changed.',
  },
  DOWNLOAD_PATH: {
    why: 'The path of a pinned file is absolute or climbs out with `..`.',
    next: 'Give a path below the folder.',
  },
}

/** A failed download: what happened, why as a rule, and what to do. */
export class DownloadError extends Error {
  constructor(code, what, { cause, next } = {}) {
    super(what, cause === undefined ? undefined : { cause })
    this.code = code
    this.why = failures[code].why
    this.next = next ?? failures[code].next
  }
}

const passing = new Set(['DOWNLOAD_OFFLINE', 'DOWNLOAD_TRUNCATED'])
const waitS = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000))

/**
 * Brings one pinned file `{ path, url, sha256, bytes }` into the folder; returns 'cached' or 'downloaded'. The bytes are checked against
 * size and sha256 before the file gets its name (written beside it, then renamed), so a file under its name is always whole.
 * Options: folder, fetch, signal, attempts (3; only what may pass by itself is tried again), timeoutS (60), sleep, offlineHint.
 */
export async function downloadFile(file, options) {
  const target = placeOf(file, options.folder)
  if (await holds(target, file)) return 'cached'
  await write(target, await fetchPatiently(file, options))
  return 'downloaded'
}

/** Brings all files, `concurrency` (6) at a time, and reports each to `onFile(done, of, how)`. Rejects with the first error. */
export async function downloadFiles(files, options) {
  const count = { cached: 0, downloaded: 0 }
  const stop = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal
  const queue = files.values()
  const work = async () => {
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

function placeOf(file, folder) {
  const target = join(folder, file.path)
  const way = relative(folder, target)
  if (isAbsolute(file.path) || way.startsWith('..') || way === '')
    throw new DownloadError('DOWNLOAD_PATH', `${file.path} does not lie below ${folder}`)
  return target
}

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

async function holds(target, file) {
  try {
    return sha256(await readFile(target)) === file.sha256
  } catch {
    return false
  }
}

async function write(target, bytes) {
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

async function fetchPatiently(file, options) {
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

function mayPass(error) {
  if (!(error instanceof DownloadError)) return false
  return passing.has(error.code) || (error.code === 'DOWNLOAD_REFUSED' && /\b(429|5\d\d)\b/.test(error.message))
}

async function fetchOnce(file, options) {
  const timeout = AbortSignal.timeout((options.timeoutS ?? 60) * 1000)
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout
  const response = await ask(file, options, signal)
  const body = await readBody(response, file)
  check(body, file, response)
  return body
}

async function ask(file, options, signal) {
  try {
    const response = await options.fetch(file.url, { signal, redirect: 'follow' })
    if (response.ok) return response
    await response.body?.cancel()
    throw new DownloadError('DOWNLOAD_REFUSED', `${file.url} answered ${response.status}`)
  } catch (error) {
    options.signal?.throwIfAborted()
    if (error instanceof DownloadError) throw error
    throw new DownloadError('DOWNLOAD_OFFLINE', `${file.url} cannot be reached`, {
      cause: error,
      next: options.offlineHint,
    })
  }
}

/** Room for a page or notice that comes instead of a short file, so that it can be recognized. */
const noticeBytes = 65_536

/** The body, read no further than the pinned size (or 64 KiB, whichever is more): a host cannot fill the memory. */
async function readBody(response, file) {
  const limitBytes = Math.max(file.bytes, noticeBytes)
  const chunks = []
  let size = 0
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength
      if (size > limitBytes) break
      chunks.push(chunk)
    }
  } catch (cause) {
    throw new DownloadError('DOWNLOAD_TRUNCATED', `${file.url} broke off after ${size} of ${file.bytes} bytes`, { cause })
  }
  if (size > limitBytes)
    throw new DownloadError('DOWNLOAD_MISMATCH', `${file.path}: more than the pinned ${file.bytes} bytes`)
  return Buffer.concat(chunks)
}

function check(bytes, file, response) {
  const digest = sha256(bytes)
  if (digest === file.sha256) return
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 512)).trimStart().toLowerCase()
  if (head.startsWith('version https://git-lfs.github.com/spec/'))
    throw new DownloadError('DOWNLOAD_POINTER', `${file.url} is a Git LFS pointer`)
  const page = /^<(!doctype html|html|head)\b/.test(head)
  if (page || response.headers.get('content-type')?.startsWith('text/html'))
    throw new DownloadError('DOWNLOAD_PAGE', `${file.url} returned an HTML page`)
  if (bytes.length < file.bytes)
    throw new DownloadError('DOWNLOAD_TRUNCATED', `${file.url} ended after ${bytes.length} of ${file.bytes} bytes`)
  throw new DownloadError(
    'DOWNLOAD_MISMATCH',
    `${file.path}: sha256 ${digest} (${bytes.length} bytes), pinned ${file.sha256} (${file.bytes} bytes)`,
  )
}
