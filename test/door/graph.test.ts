import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test, vi } from 'vitest'
import { compiledPackage } from '../e2e/compiled.ts'
import { Folder } from '../e2e/folder.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const folder = new Folder()
afterAll(() => folder.remove())

/** Every module that Node loads for an import, as a path below dist or the name of a package or built-in. */
function loadedBy(door: string): readonly string[] {
  const dist = join(compiledPackage(), 'dist')
  const hook = `export async function load(url, context, next) {
    const { port } = globalThis
    port.postMessage(url)
    return next(url, context)
  }
  export async function initialize({ port }) { globalThis.port = port }`
  const main = `import { register } from 'node:module'
  import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
  const { port1, port2 } = new MessageChannel()
  register('./hook.mjs', import.meta.url, { data: { port: port2 }, transferList: [port2] })
  await import(${JSON.stringify(pathToFileURL(join(dist, `${door}.js`)).href)})
  const urls = []
  for (let got = receiveMessageOnPort(port1); got; got = receiveMessageOnPort(port1)) urls.push(got.message)
  process.stdout.write(JSON.stringify(urls))
  process.exit(0)`
  writeFileSync(join(folder.path, 'hook.mjs'), hook)
  writeFileSync(join(folder.path, 'main.mjs'), main)
  const out = execFileSync(process.execPath, [join(folder.path, 'main.mjs')], { encoding: 'utf8' })
  return (JSON.parse(out) as string[]).map((url) => placeOf(url))
}

function placeOf(url: string): string {
  const found = /node_modules\/((?:@[^/]+\/)?[^/]+)|dist\/(.*)\.js$/.exec(url)
  return found?.[1] ?? found?.[2] ?? url
}

const ground = 'core/(unit|error|random)/'
const allowed: Readonly<Record<string, RegExp>> = {
  index: RegExp(`^(index|wire/library|core/spec/definition|${ground}.*)$`),
  stats: RegExp(`^(stats|${ground}.*|core/(stats|proof)/.*)$`),
  carbon: RegExp(
    `^(carbon|${ground}.*|core/(carbon|energy|export|lint|account|result|stats|part)/.*)$`,
  ),
  report: RegExp(
    `^(report|${ground}.*|core/(report|result|part|proof|stats)/.*|d3-[a-z-]+|internmap)$`,
  ),
  testing: /^(testing|testing\/.*|core\/(unit|error)\/.*|node:assert\/strict)$/,
}

test.each(Object.entries(allowed))(
  'importing %s loads nothing but its own rooms',
  (door, rooms) => {
    const loaded = loadedBy(door)
    expect(loaded).toContain(door)
    expect(loaded.filter((place) => !rooms.test(place))).toEqual([])
  },
)
