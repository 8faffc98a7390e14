import { describe, expect, test, vi } from 'vitest'
import { createNesoGrid } from './neso.ts'
import { createGrids } from './table.ts'

// Forms of the answers as documented at https://carbon-intensity.github.io/api-definitions/
const national = (actual: number | null = 263, to = '2026-01-20T12:30Z') => ({
  data: [
    { from: '2026-01-20T12:00Z', to, intensity: { forecast: 266, actual, index: 'moderate' } },
  ],
})
const regional = (regionid: number) => ({
  data: [
    {
      regionid,
      shortname: 'London',
      data: [
        {
          from: '2026-01-20T12:00Z',
          to: '2026-01-20T12:30Z',
          intensity: { forecast: 120, index: 'low' },
        },
      ],
    },
  ],
})
const answering = (body: unknown, status = 200) =>
  vi.fn(
    async () => new Response(typeof body === 'string' ? body : JSON.stringify(body), { status }),
  )
const at = (fetcher: ReturnType<typeof answering>, now = '2026-01-20T12:20:00Z') =>
  createNesoGrid({ fetch: fetcher as unknown as typeof fetch, now: () => now })

describe('NESO, Great Britain', () => {
  test('the actual figure of the half hour, with its basis', async () => {
    expect(await at(answering(national())).factor('GBR')).toMatchObject({
      intensity: { value: 263 },
      kind: 'average',
      scope: 'direct',
      period: '2026-01-20T12:00Z/2026-01-20T12:30Z',
      license: 'CC-BY-4.0',
      source: expect.stringContaining('actual'),
    })
  })

  test('the forecast where no actual figure is there yet', async () => {
    expect(await at(answering(national(null))).factor('GBR')).toMatchObject({
      intensity: { value: 266 },
      source: expect.stringContaining('forecast'),
    })
  })

  test('is asked once per half hour', async () => {
    const fetcher = answering(national())
    const grid = at(fetcher)
    await grid.factor('GBR')
    await grid.factor('GBR')
    expect(fetcher).toHaveBeenCalledTimes(1)
  })

  test('a region by its number', async () => {
    const fetcher = answering(regional(13))
    expect((await at(fetcher).factor('GBR:13')).intensity.value).toBe(120)
    expect(fetcher).toHaveBeenCalledWith(
      'https://api.carbonintensity.org.uk/regional/regionid/13',
      expect.anything(),
    )
  })

  test.each([
    ['is down', answering('', 503), 'GBR', /503/],
    ['answers with a page', answering('<html>'), 'GBR', /JSON/],
    ['answers in another form', answering({ data: [{}] }), 'GBR', /documented format/],
    ['is stale', answering(national(263, '2026-01-20T08:00Z')), 'GBR', /stale/],
    ['answers for another region', answering(regional(7)), 'GBR:13', /returned region 7/],
    ['is asked for another country', answering(national()), 'DEU', /Great Britain/],
  ])('refuses when the source %s', async (_, fetcher, place, message) => {
    const failure = (async () => at(fetcher).factor(place))()
    await expect(failure).rejects.toThrow(message)
    await expect(failure).rejects.toMatchObject({ code: 'GRID_SOURCE_FAILED' })
  })

  test('a network failure says so and keeps the cause', async () => {
    const broken = vi.fn(async () => {
      throw new TypeError('fetch failed')
    })
    await expect(at(broken as never).factor('GBR')).rejects.toMatchObject({
      code: 'GRID_SOURCE_FAILED',
      cause: expect.any(TypeError),
    })
  })
})

describe('the sources as one', () => {
  test('only a place that says neso: is asked over the network', async () => {
    const fetcher = answering(national())
    const grids = createGrids({
      fetch: fetcher as unknown as typeof fetch,
      now: () => '2026-01-20T12:20:00Z',
    })
    expect(await grids.factor('GBR')).toMatchObject({ scope: 'lifecycle' })
    expect(fetcher).not.toHaveBeenCalled()
    expect(await grids.factor('neso:GBR')).toMatchObject({
      scope: 'direct',
      intensity: { value: 263 },
    })
    await grids.factor('neso:GBR')
    expect(fetcher).toHaveBeenCalledTimes(1)
  })
})
