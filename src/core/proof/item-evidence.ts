import type { Item } from '../data/item.ts'

/** How items belong together: what pairing and slices need of them, by position. */
export interface ItemGroups {
  /** Cluster by position; undefined where every item stands alone. */
  readonly clusters: readonly (string | null)[] | undefined
  /** Values by position, by column. */
  readonly slices: Readonly<Record<string, readonly string[]>>
}

/** Clusters and slices of items in their order; `columns` are the slices that the data set declares. */
export function groupsOf(items: readonly Item[], columns: readonly string[]): ItemGroups {
  const clustered = items.some(({ cluster }) => cluster !== null)
  return {
    clusters: clustered ? items.map(({ cluster }) => cluster) : undefined,
    slices: Object.fromEntries(
      columns.map((column) => [column, items.map(({ slices }) => slices[column] ?? '')]),
    ),
  }
}
