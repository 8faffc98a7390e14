import type { Parts } from '../core/part/part.ts'

interface Listed {
  readonly summary: string
  load(): Promise<Parts>
}

/** Every table of parts, by the word that lists it. */
export const tables = {
  runtimes: {
    summary: 'how candidates answer: `runtime:` of a candidate',
    load: async () => {
      const { adapter, runtimes } = await import('../core/part/runtimes.ts')
      return { ...runtimes, './adapter.mjs': adapter }
    },
  },
  scorers: {
    summary: 'how answers are scored: `scorer:` of a spec',
    load: async () => (await import('../core/part/scorers.ts')).scorers,
  },
  meters: {
    summary: 'where joules come from, best first: `energy:` of a candidate',
    load: async () => (await import('../core/part/meters.ts')).meters,
  },
  datasets: {
    summary: 'formats of rows: `dataset:` of a spec',
    load: async () => (await import('../core/part/datasets.ts')).datasets,
  },
  passes: {
    summary: 'compression steps: `rightsize shrink --only`',
    load: async () => (await import('../core/compress/table.ts')).passes,
  },
  exports: {
    summary: 'forms of the carbon account: `rightsize sci --export`',
    load: async () => (await import('../app/account/exports.ts')).exportForms,
  },
  importers: {
    summary: 'results of other programs: `rightsize run --predictions`',
    load: async () => (await import('../adapters/importer/table.ts')).importers,
  },
  'energy-importers': {
    summary: 'energy that other tools recorded: `rightsize sci FILE`',
    load: async () => (await import('../adapters/energy-import/table.ts')).energyImporters,
  },
} as const satisfies Readonly<Record<string, Listed>>
