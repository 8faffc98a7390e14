// The bill of materials of rightsize itself, CycloneDX 1.6, on stdout: what `npm i rightsize` may install, with hashes and who
// needs whom, from package-lock.json. Written by rightsize's own exporter (after `node tools/build.mjs`). The same commit gives
// the same bytes: the time is SOURCE_DATE_EPOCH, or that of the last commit.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bom } from '../dist/core/export/cyclonedx.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const { name, version, description, license, packages } = {
  ...JSON.parse(readFileSync(`${root}/package.json`, 'utf8')),
  packages: JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8')).packages,
}

/** Entries that a user may get; peers are the user's own. */
const shipped = Object.entries(packages).filter(
  ([path, entry]) => path !== '' && !entry.dev && !entry.devOptional && !entry.peer,
)
const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
const purl = (path, entry) => `pkg:npm/${nameOf(path).replace('@', '%40')}@${entry.version}`

/** The entry that Node finds for a name from a folder; null for what is not shipped. */
function found(from, wanted) {
  for (
    let folder = from;
    ;
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))
  ) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${wanted}`
    const entry = shipped.find(([known]) => known === path)
    if (entry !== undefined) return purl(...entry)
    if (folder === '') return null
  }
}

const needs = (path, { dependencies, optionalDependencies }) =>
  Object.keys({ ...dependencies, ...optionalDependencies })
    .map((wanted) => found(path, wanted))
    .filter((ref) => ref !== null)
    .sort()

/** npm's integrity is base64, CycloneDX wants hex. */
const hashes = (integrity = '') =>
  integrity.split(' ').flatMap((one) => {
    const [algorithm, digest] = one.split(/-(.*)/s)
    return algorithm === 'sha512'
      ? [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }]
      : []
  })

/** Where npm looks, which a lock file need not say. */
const tarball = (path, { version }) =>
  `https://registry.npmjs.org/${nameOf(path)}/-/${nameOf(path).split('/').at(-1)}-${version}.tgz`

const component = ([path, entry]) => ({
  type: 'library',
  'bom-ref': purl(path, entry),
  name: nameOf(path),
  version: entry.version,
  scope: entry.optional ? 'optional' : 'required',
  hashes: hashes(entry.integrity),
  licenses: [{ expression: entry.license }],
  purl: purl(path, entry),
  externalReferences: [{ type: 'distribution', url: entry.resolved ?? tarball(path, entry) }],
})

const seconds =
  process.env.SOURCE_DATE_EPOCH ??
  execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }).trim()
const self = `pkg:npm/${name}@${version}`
const sorted = shipped.toSorted(([a], [b]) => (a < b ? -1 : 1))
const document = bom(new Date(Number(seconds) * 1000).toISOString(), version, {
  metadata: {
    component: {
      ...{ type: 'application', 'bom-ref': self, name, version, description, purl: self },
      licenses: [{ expression: license }],
    },
  },
  components: sorted.map(component),
  dependencies: [
    { ref: self, dependsOn: needs('', packages['']) },
    ...sorted.map(([path, entry]) => ({ ref: purl(path, entry), dependsOn: needs(path, entry) })),
  ],
})
console.log(JSON.stringify(document, null, 2))
