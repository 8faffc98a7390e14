import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type EcologitsFile, ecologitsLines, ecologitsOf } from './ecologits-mode.ts'

const file = JSON.parse(readFileSync('data/models-ecologits.json', 'utf8')) as EcologitsFile

// What EcoLogits 0.11.3 from PyPI returned: tracers.utils.llm_impacts(provider, model, tokens, latency, zone).
const vectors: readonly (readonly [
  name: string,
  request: { readonly outputTokens: number; readonly latencyS?: number; readonly zone?: string },
  impacts: Readonly<Record<'energy' | 'gwp' | 'adpe' | 'pe' | 'wcf', readonly number[]>>,
])[] = [
  [
    'openai/gpt-4o',
    { outputTokens: 200 },
    {
      energy: [0.00029324939497829317, 0.00048566573569814057],
      gwp: [0.00012135189738461085, 0.0001953167387573202],
      adpe: [5.12107250466195e-10, 5.310698808441359e-10],
      pe: [0.002950285572623518, 0.004814492048053688],
      wcf: [0.001057535518130386, 0.0017514401537903476],
    },
  ],
  [
    'openai/gpt-4o-mini',
    { outputTokens: 400 },
    {
      energy: [2.6018175633216765e-5, 3.148454894912152e-5],
      gwp: [1.0913380713935951e-5, 1.3014654616569741e-5],
      adpe: [5.364686018796749e-11, 5.418557127824991e-11],
      pe: [0.0002636153118617599, 0.0003165757230955716],
      wcf: [9.382847951354852e-5, 0.00011354167939025197],
    },
  ],
  [
    'openai/gpt-5',
    { outputTokens: 1000, latencyS: 3.5, zone: 'FRA' },
    {
      energy: [0.001149894603127214, 0.0018058594010357844],
      gwp: [5.676621568692508e-5, 8.394939691225623e-5],
      adpe: [5.663895307585298e-10, 5.982563006409282e-10],
      pe: [0.010824883790842253, 0.016934211936163724],
      wcf: [0.004769609494491267, 0.0074904640142429615],
    },
  ],
  [
    'openai/gpt-3.5-turbo',
    { outputTokens: 50, zone: 'DEU' },
    {
      energy: [4.113633097983042e-6, 2.3287499036813113e-5],
      gwp: [1.56409655605314e-6, 8.508873678697563e-6],
      adpe: [1.2014092817262718e-11, 4.865678404813656e-11],
      pe: [3.861743553842473e-5, 0.00021424248447312396],
      wcf: [9.959791335733275e-6, 5.638291641796401e-5],
    },
  ],
  [
    'anthropic/claude-sonnet-4-5',
    { outputTokens: 300 },
    {
      energy: [0.0004372913148953763, 0.000731543835049387],
      gwp: [0.0001896907635886398, 0.0003028014323358415],
      adpe: [1.2527330238578904e-9, 1.2817316097190682e-9],
      pe: [0.004509939317600269, 0.007360775433860387],
      wcf: [0.0014217941374172014, 0.002932331859104095],
    },
  ],
  [
    'anthropic/claude-haiku-4-5-20251001',
    { outputTokens: 120, zone: 'IND' },
    {
      energy: [7.478768303743308e-6, 1.9538453127522268e-5],
      gwp: [5.340358224379065e-6, 1.375052603632962e-5],
      adpe: [1.9154854437021222e-11, 3.876825861769801e-11],
      pe: [0.00012888556583061638, 0.0003341693669241273],
      wcf: [2.659499409849457e-5, 8.427161068620777e-5],
    },
  ],
  [
    'anthropic/claude-opus-4-6',
    { outputTokens: 250, latencyS: 4.0 },
    {
      energy: [0.0007769230371123089, 0.0015032379770040442],
      gwp: [0.0003194825487993049, 0.000598678011693688],
      adpe: [1.2434861103099548e-9, 1.3150644476362853e-9],
      pe: [0.007790776363311912, 0.014827606026959001],
      wcf: [0.0025260611902501048, 0.00602560284235949],
    },
  ],
  [
    'google_genai/gemini-2.5-flash',
    { outputTokens: 170 },
    {
      energy: [0.0002355639124040431, 0.00038412536213482525],
      gwp: [9.998241330524312e-5, 0.00015708943458175577],
      adpe: [5.515018096836216e-10, 5.661425405545902e-10],
      pe: [0.0024015900720486495, 0.003840912821620359],
      wcf: [0.0009537072974642253, 0.0015551752272678898],
    },
  ],
  [
    'google_genai/gemini-2.5-pro',
    { outputTokens: 512, zone: 'WOR' },
    {
      energy: [0.005889720821213094, 0.014024850474920096],
      gwp: [0.0027851099681530226, 0.006513358537150405],
      adpe: [4.891447947840531e-9, 5.001190846869039e-9],
      pe: [0.01632444161521483, 0.037370835542320215],
      wcf: [0.028415039153146533, 0.06766308411878148],
    },
  ],
  [
    'mistralai/mistral-large-latest',
    { outputTokens: 400 },
    {
      energy: [0.001150750493663741, 0.001150750493663741],
      gwp: [8.418123163735274e-5, 8.418123163735274e-5],
      adpe: [2.5318788660563807e-9, 2.5318788660563807e-9],
      pe: [0.005994858610348545, 0.005994858610348545],
      wcf: [0.007030033968420558, 0.007030033968420558],
    },
  ],
  [
    'mistralai/ministral-8b-latest',
    { outputTokens: 170, latencyS: 1.0 },
    {
      energy: [9.64813575531042e-6, 9.64813575531042e-6],
      gwp: [5.029536833989121e-7, 5.029536833989121e-7],
      adpe: [9.866321824877491e-12, 9.866321824877491e-12],
      pe: [4.769533220506375e-5, 4.769533220506375e-5],
      wcf: [5.8941293065032335e-5, 5.8941293065032335e-5],
    },
  ],
  [
    'cohere/command-r-plus-08-2024',
    { outputTokens: 100 },
    {
      energy: [9.255919362632817e-5, 9.255919362632817e-5],
      gwp: [4.683409430773832e-5, 4.683409430773832e-5],
      adpe: [6.395018032384533e-10, 6.395018032384533e-10],
      pe: [0.0010391684292301465, 0.0010391684292301465],
      wcf: [0.0003747364250659232, 0.0003747364250659232],
    },
  ],
  [
    'huggingface_hub/meta-llama/Meta-Llama-3.1-8B-Instruct',
    { outputTokens: 170, zone: 'USA' },
    {
      energy: [1.3772265922001009e-5, 1.4404021239523987e-5],
      gwp: [6.536014421359167e-6, 6.778861165415e-6],
      adpe: [7.092188200397215e-11, 7.098414149051405e-11],
      pe: [0.00014914753349270485, 0.00015526823171099449],
      wcf: [4.477867791985911e-5, 5.762359021126812e-5],
    },
  ],
  [
    'huggingface_hub/openai/gpt-oss-120b',
    { outputTokens: 200, zone: 'NOR' },
    {
      energy: [6.222721179874595e-5, 6.508167105556915e-5],
      gwp: [7.3348447494959014e-6, 7.415083599205201e-6],
      adpe: [3.207970793336833e-10, 3.211609943443357e-10],
      pe: [7.930809016105479e-5, 7.970371821405048e-5],
      wcf: [0.00042206017444632423, 0.0004901769920296734],
    },
  ],
]

test.each(vectors)('%s is what EcoLogits 0.11.3 returns, to 1e-9', (model, request, impacts) => {
  const found = ecologitsOf({ model, ...request }, file)
  for (const kind of ['energy', 'gwp', 'adpe', 'pe', 'wcf'] as const)
    for (const end of [0, 1] as const)
      expect(Math.abs((found[kind][end] ?? 0) / (impacts[kind][end] ?? 0) - 1), kind).toBeLessThan(
        1e-9,
      )
})

test('what it does not list is refused, with what to type', () => {
  const outputTokens = 10
  expect(() => ecologitsOf({ model: 'gpt-99', outputTokens }, file)).toThrow(
    expect.objectContaining({ code: 'MODEL_FACTS_UNKNOWN' }),
  )
  expect(() => ecologitsOf({ model: 'gpt-4o', outputTokens, zone: 'XXX' }, file)).toThrow(
    expect.objectContaining({ code: 'GRID_UNKNOWN' }),
  )
})

test('lines state both ends under one prefix, and notes what the method leaves out', () => {
  const impacts = ecologitsOf({ model: 'gpt-4o', outputTokens: 200 }, file)
  expect(ecologitsLines(impacts, 200).join('\n')).toMatch(/energy {2}293.2 mWh to 485.7 mWh/)
  expect(impacts.notes.join(' ')).toMatch(/output tokens alone/)
  const former = ecologitsOf({ model: 'claude-3-opus-20240229', outputTokens: 200 }, file)
  expect(former.notes.join(' ')).toMatch(/from EcoLogits 0.8.2/)
})
