/** A process as its platform lists it. */
export interface ListedProcess {
  readonly pid: number
  readonly parent: number
  /** CPU seconds used so far. */
  readonly cpuS: number
  /** It has ended, and its parent has not asked after it yet: what it started has another parent already. */
  readonly ended?: boolean
}

/** CPU seconds and memory of the processes of `roots` and all below them, and the ids of those that run; null where none is listed. */
export function treeUse<P extends ListedProcess>(
  listed: readonly P[],
  roots: readonly number[],
  rssOf: (process: P) => number | null,
) {
  const members = treeOf(listed, roots)
  if (members.length === 0) return null
  return {
    cpuS: members.reduce((sum, { cpuS }) => sum + cpuS, 0),
    rssBytes: members.reduce((sum, member) => sum + (rssOf(member) ?? 0), 0),
    pids: members.flatMap(({ pid, ended }) => (ended ? [] : [pid])),
  }
}

/** The processes of `roots` and all below them that are listed, each once. */
function treeOf<P extends ListedProcess>(
  listed: readonly P[],
  roots: readonly number[],
): readonly P[] {
  const children = new Map<number, P[]>()
  for (const each of listed) {
    const siblings = children.get(each.parent)
    if (siblings === undefined) children.set(each.parent, [each])
    else siblings.push(each)
  }
  const found = new Map<number, P>()
  const queue = listed.filter(({ pid }) => roots.includes(pid))
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (found.has(next.pid)) continue
    found.set(next.pid, next)
    queue.push(...(children.get(next.pid) ?? []))
  }
  return [...found.values()]
}
