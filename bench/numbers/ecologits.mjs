// ecologits: its mode by name against EcoLogits 0.11.3 itself, in Python.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { load } from '../peers/counts.mjs'
import { pythonWith } from '../peers/venv.mjs'

const { ecologitsOf } = await load('core/hosted/ecologits-mode.js')
const file = JSON.parse(
  readFileSync(new URL('../../data/models-ecologits.json', import.meta.url), 'utf8'),
)

export const bar =
  'energy, GWP, ADPe, PE and water of at least 12 models equal EcoLogits 0.11.3 to 1e-9 at both ends'

/** Every model of its newest list, three lengths, latencies and zones in turn. */
const asked = Object.keys(file.models)
  .filter((name) => file.models[name].source === 'EcoLogits 0.11.3')
  .map((name, i) => ({
    ...{ name, outputTokens: [20, 200, 2000][i % 3], latencyS: [null, 2.5][i % 2] },
    zone: [null, 'FRA', 'IND', 'WOR'][i % 4],
  }))

const peer = `
import json, logging, math, sys
from importlib.metadata import version
logging.disable(logging.CRITICAL)
from ecologits.tracers.utils import llm_impacts
ends = lambda v: [v.min, v.max] if hasattr(v, 'min') else [v, v]
rows = []
for one in json.load(sys.stdin):
    provider, name = one['name'].split('/', 1)
    latency = math.inf if one['latencyS'] is None else one['latencyS']
    r = llm_impacts(provider, name, one['outputTokens'], latency, one['zone'])
    rows.append({k: ends(getattr(r, k).value) for k in ('energy', 'gwp', 'adpe', 'pe', 'wcf')})
print(json.dumps({'version': version('ecologits'), 'rows': rows}))
`

export async function measure() {
  const { python, why } = pythonWith(['ecologits==0.11.3'], ['ecologits'])
  if (python === undefined) return { held: true, lines: [`skipped: ${why}`] }
  const options = { input: JSON.stringify(asked), encoding: 'utf8', maxBuffer: 2 ** 26 }
  const run = spawnSync(python, ['-c', peer], options)
  if (run.status !== 0) return { held: false, lines: [run.stderr.trim().split('\n').at(-1)] }
  const { version, rows } = JSON.parse(run.stdout)
  let worst = 0
  asked.forEach(({ name, latencyS, zone, outputTokens }, i) => {
    const request = { model: name, outputTokens, latencyS: latencyS ?? undefined }
    const ours = ecologitsOf({ ...request, zone: zone ?? undefined }, file)
    for (const [kind, theirs] of Object.entries(rows[i]))
      theirs.forEach((value, end) => {
        worst = Math.max(worst, Math.abs(ours[kind][end] / value - 1))
      })
  })
  return {
    held: version === '0.11.3' && asked.length >= 12 && worst < 1e-9,
    lines: [
      `${asked.length} models, EcoLogits ${version}: largest difference ${worst.toExponential(1)}`,
    ],
  }
}
