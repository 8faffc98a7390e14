import { describe, expect, test } from 'vitest'
import { type EcologitsInput, ecologitsImpacts, interceptShare } from './ecologits.ts'

// Numbers that EcoLogits 0.9.3 printed when its Python source was run with these inputs; mixes from its
// electricity_mixes.csv and, for the last two, from its own unit tests.
const USA = { adpe: 9.855e-8, pe: 9.6884, gwp: 0.38355, wue: 3.1321 }
const FRA = { adpe: 4.858e-8, pe: 9.3135, gwp: 0.04418, wue: 3.6737 }
const SWE = { adpe: 7.771e-8, pe: 4.7301, gwp: 0.03582, wue: 6.0315 }
const unit = { adpe: 7.37708e-8, pe: 9.988, gwp: 0.590478, wue: 5.04 }
const input = (
  activeBillions: number,
  totalBillions: number,
  outputTokens: number,
  latencyS: number | null,
  mix: typeof USA,
  pue: number,
  wue: number,
  more: Partial<EcologitsInput> = {},
): EcologitsInput => ({
  activeBillions,
  totalBillions,
  outputTokens,
  latencyS,
  mix,
  pue,
  wue,
  ...more,
})
const gpt = { tokensPerS: 37.8, firstTokenS: 0.52 }

const vectors = [
  {
    id: 'A',
    input: input(8.03, 8.03, 170, null, USA, 1.2, 0.569),
    expected: {
      requestEnergyKwh: 1.5162127620551567e-5,
      usageKg: 5.815434048862554e-6,
      embodiedKg: 1.1045904707515422e-6,
      waterAsCodedL: 6.561441052048932e-5,
      waterL: 5.46786754337411e-5,
      gpuEnergyKwh: 7.667284746691723e-6,
      latencyS: 7.63057398338752,
      memoryGb: 19.272,
      gpus: 1,
      serverEnergyKwh: 4.9678216037679165e-6,
    },
  },
  {
    id: 'B',
    input: input(8.03, 8.03, 170, 1, USA, 1.2, 0.569),
    expected: {
      requestEnergyKwh: 9.981991696030067e-6,
      usageKg: 3.828592915012332e-6,
      embodiedKg: 1.4475850350921697e-7,
      waterAsCodedL: 4.319726870440403e-5,
      waterL: 3.5997723920336695e-5,
    },
  },
  {
    id: 'C',
    input: input(12.9, 46.7, 200, 10, FRA, 1.16, 0.09),
    expected: {
      requestEnergyKwh: 3.677128650147739e-5,
      usageKg: 1.624555437635271e-6,
      embodiedKg: 2.7903688056783754e-6,
      waterAsCodedL: 0.00016000995904088685,
      waterL: 0.0001379396198628335,
      gpuEnergyKwh: 9.574944122117412e-6,
      latencyS: 9.638013443198895,
      memoryGb: 112.08,
      gpus: 2,
      serverEnergyKwh: 1.2549496670831895e-5,
    },
  },
  {
    id: 'D',
    input: input(123, 123, 400, null, SWE, 1.16, 0.09, { tokensPerS: 36.9, firstTokenS: 1.05 }),
    expected: {
      requestEnergyKwh: 0.00024113073965053943,
      usageKg: 8.637303094282322e-6,
      embodiedKg: 6.884777194813161e-6,
      waterAsCodedL: 0.0017087826317631336,
      waterL: 0.001473088475657874,
      gpuEnergyKwh: 4.422687583094788e-5,
      latencyS: 11.890108401084012,
      memoryGb: 295.2,
      gpus: 4,
      serverEnergyKwh: 3.096382396115628e-5,
    },
  },
  {
    id: 'E-min (gpt-4o, 400 tokens)',
    input: input(44, 440, 400, null, USA, 1.2, 0.569, gpt),
    expected: {
      requestEnergyKwh: 0.0006424563546641511,
      usageKg: 0.00024641413483143516,
      embodiedKg: 2.571376700472549e-5,
      waterAsCodedL: 0.002780242723936207,
      waterL: 0.002316868936613506,
      gpuEnergyKwh: 2.6233396999428067e-5,
      latencyS: 11.102010582010582,
      memoryGb: 1056,
      gpus: 16,
      serverEnergyKwh: 0.00011564594356261023,
    },
  },
  {
    id: 'E-max (gpt-4o, 400 tokens)',
    input: input(132, 440, 400, null, USA, 1.2, 0.569, gpt),
    expected: {
      requestEnergyKwh: 0.0010272890361038458,
      usageKg: 0.0003940167097976301,
      embodiedKg: 2.571376700472549e-5,
      waterAsCodedL: 0.004445613849520115,
      waterL: 0.0037046782079334295,
      gpuEnergyKwh: 4.627676582441217e-5,
      gpus: 16,
    },
  },
  {
    id: 'its unit test 1',
    input: input(7.3, 7.3, 200, 5, unit, 1.26, 0.37),
    expected: {
      requestEnergyKwh: 1.536243521642994e-5,
      totalKg: 9.794972539273203e-6,
      embodiedKg: 7.237925175460849e-7,
      adpeKgSb: 4.353688815582023e-11,
      peMj: 0.0001621750597022299,
      waterAsCodedL: 0.00010324170962849579,
    },
  },
  {
    id: 'its unit test 2',
    input: input(12.9, 46.7, 200, 10, unit, 1.26, 0.37),
    expected: {
      requestEnergyKwh: 3.994122499298407e-5,
      totalKg: 2.6374783457085623e-5,
      adpeKgSb: 1.6642104052639935e-10,
      peMj: 0.00043260839302395324,
      waterAsCodedL: 0.0002684210084428502,
    },
  },
]

describe('EcoLogits 0.9.3', () => {
  test.each(vectors)('vector $id agrees to 1e-12', ({ input: given, expected }) => {
    const made = ecologitsImpacts(given)
    for (const [name, value] of Object.entries(expected)) {
      const got = made[name as keyof typeof made]
      expect(Math.abs(got / value - 1), name).toBeLessThan(1e-12)
    }
  })

  test('its intercept is 90 % of the energy at 8 billion parameters: small models look alike', () => {
    expect(interceptShare(8)).toBeCloseTo(0.9, 2)
    expect(interceptShare(1)).toBeGreaterThan(0.98)
    expect(interceptShare(132)).toBeLessThan(0.36)
  })
})
