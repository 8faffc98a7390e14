import { buildDataset, type Dataset, type DatasetRows } from '../../core/data/dataset.ts'
import type { Spec } from '../../core/spec/spec.ts'
import type { Effects, Row } from './effects.ts'

/** The data of a task and where each part came from. */
export interface LoadedData extends Dataset {
  readonly paths: Readonly<Record<string, string>>
}

const partNames = ['test', 'calibration', 'train', 'unlabelled'] as const

/** Reads every part that the spec names and checks them against each other. Errors of `buildDataset` and the readers. */
export async function loadData(spec: Spec, effects: Effects, baseDir: string): Promise<LoadedData> {
  const rows: Partial<Record<(typeof partNames)[number], readonly Row[]>> = {}
  const paths: Record<string, string> = {}
  for (const part of partNames) {
    const path = spec.dataset[part]
    if (path === undefined) continue
    paths[part] = path
    const inline = part === 'test' ? spec.dataset.rows : undefined
    rows[part] = inline ?? (await effects.readRows(effects.resolve(baseDir, path), spec.dataset))
  }
  const options = { spec: spec.dataset, strictSplits: spec.strictSplits, digest: effects.digest }
  return { ...buildDataset({ ...rows, test: rows.test ?? [] } as DatasetRows, options), paths }
}
