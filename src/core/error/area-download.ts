import type { ErrorEntry } from './catalogue.ts'

export const downloadErrors = {
  DOWNLOAD_OFFLINE: {
    title: 'A download could not reach its host',
    why: 'The machine has no network, a proxy or firewall closes the way, or the host is down.',
    next: 'Run again with a connection, or point RIGHTSIZE_DATA at a folder that already holds the files.',
  },
  DOWNLOAD_REFUSED: {
    title: 'A download was answered with an error',
    why: 'The host answered with a status other than success; a pinned address should never move.',
    next: 'Open the address in a browser. A 404 means that the pinned commit is gone; a 403 or 429 means to wait and run again.',
  },
  DOWNLOAD_PAGE: {
    title: 'A download returned a page instead of the file',
    why: 'A login page, a proxy notice or an error page came with a success status.',
    next: 'Open the address in a browser from this network, sign in or leave the proxy, and run again.',
  },
  DOWNLOAD_POINTER: {
    title: 'A download returned a Git LFS pointer instead of the file',
    why: 'The file is kept in Git LFS and the address serves the text that points to it.',
    next: 'Use the media address of the file, or fetch it with `git lfs pull`.',
  },
  DOWNLOAD_TRUNCATED: {
    title: 'A download ended early',
    why: 'The connection broke or the host closed it before all bytes had come.',
    next: 'Run the command again: finished files are kept and not fetched twice.',
  },
  DOWNLOAD_MISMATCH: {
    title: 'A downloaded file is not the pinned one',
    why: 'Its sha256 or size differs from what was pinned: the file changed at its home, or was changed on the way.',
    next: 'Do not use the file. Compare it with its home; pin a new digest only after reading what changed.',
  },
  DOWNLOAD_PATH: {
    title: 'A download would be written outside its folder',
    why: 'The path of a pinned file is absolute or climbs out with `..`.',
    next: 'Give a path below the folder.',
  },
} as const satisfies Record<string, ErrorEntry>
