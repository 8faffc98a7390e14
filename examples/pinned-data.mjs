// Brings an example's data into its ignored .data/ folder: from RIGHTSIZE_DATA or ../shared/data beside the repository where
// the files are there, else from their public home at a pinned commit. Every file is checked against its sha256 either way.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { downloadFiles } from './pinned-file.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

/** Folder with data packs that are already on this machine, or null. */
function localFolder(name) {
  const folder = process.env.RIGHTSIZE_DATA ?? join(root, '../shared/data')
  return existsSync(join(folder, name)) ? folder : null
}

async function copyPinned(files, folder, target) {
  for (const file of files) {
    const bytes = await readFile(join(folder, file.local))
    if (sha256(bytes) !== file.sha256) throw new Error(`${join(folder, file.local)} is not the pinned file`)
    const place = join(target, file.path)
    await mkdir(dirname(place), { recursive: true })
    await copyFile(join(folder, file.local), place)
  }
}

function fetchPinned(files, target, name) {
  let shown = 0
  return downloadFiles(files, {
    folder: target,
    fetch,
    offlineHint: `Run again with a connection, or set RIGHTSIZE_DATA to a folder that holds ${name}/.`,
    onFile: (done, of) => {
      if (done < of && Date.now() - shown < 2000) return
      shown = Date.now()
      console.error(`  ${done} of ${of} files`)
    },
  })
}

/** Brings the files that data.json names below `target` and says where they came from. */
export async function bringData(manifestUrl, target) {
  const { name, sources } = JSON.parse(await readFile(manifestUrl, 'utf8'))
  const files = sources.flatMap((source) =>
    source.files.map((file) => ({ ...file, url: `${source.base}${file.from}` })),
  )
  for (const { repository, commit, licence } of sources)
    console.error(`${repository} @ ${commit.slice(0, 10)}, licence: ${licence}`)
  const folder = localFolder(name)
  if (folder === null) await fetchPinned(files, target, name)
  else await copyPinned(files, folder, target)
  console.error(`${files.length} files, ${folder === null ? 'downloaded or kept' : `taken from ${folder}`}, sha256 checked`)
}

/** Runs a preparation and prints a catalogued error as a person reads it. */
export async function prepare(work) {
  try {
    await work()
  } catch (error) {
    console.error(error.code ? `error ${error.code}: ${error.message}\n  why:  ${error.why}\n  next: ${error.next}` : error)
    process.exitCode = 3
  }
}
