import type { Compression, Trial } from './trial.ts'

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e5 ? 3 : 2)} MB`
const points = (share: number): string => `${(100 * share).toFixed(2)} points`

/** The search in a few lines for the terminal. */
export function compressionSummary(found: Compression): string {
  const { original, result, why, search } = found
  const lines = [`${found.task}: ${found.outcome}. ${why}.`]
  if (result !== null) {
    const times = original.bytes / result.bytes
    lines.push(
      `  size     ${mb(original.bytes)} -> ${mb(result.bytes)}, ${times.toFixed(1)}x smaller`,
    )
    for (const cost of found.cost)
      lines.push(
        `  CPU      ${cost.times.toFixed(1)}x less per inference at batch ${cost.batch} (${cost.low.toFixed(1)} to ${cost.high.toFixed(1)})`,
      )
    lines.push(...holdoutLines(found))
  }
  lines.push(
    `  search   ${search.wallS.toFixed(0)} s, ${search.cpuS.toFixed(0)} CPU-s, about ${search.energyJ.toFixed(0)} J (modelled)`,
  )
  if (found.breakEvenCalls !== null)
    lines.push(`  paid back after ${found.breakEvenCalls} inferences (CPU time, batch 1)`)
  return lines.join('\n')
}

function holdoutLines({ finalists, margin }: Compression): readonly string[] {
  return finalists.flatMap(({ model, bytes, holdout }) =>
    holdout === null
      ? []
      : [
          `  hold-out ${model.slice(0, 8)} (${mb(bytes)}): loss ${points(holdout.loss)}, at most ${points(holdout.upper)} (level ${(1 - holdout.alpha).toFixed(3)}, ${holdout.items} items, margin ${points(margin)}): ${holdout.proven ? 'proven' : 'not proven'}`,
        ],
  )
}

/** The search as Markdown: the waterfall of what was kept, what gave nothing, the proof. */
export function compressionMarkdown(found: Compression): string {
  const { original, trials } = found
  const kept = onThePath(found)
  return [
    `# Compression of ${found.task}`,
    '',
    `${found.outcome}: ${found.why}.`,
    '',
    '```',
    compressionSummary(found),
    '```',
    '',
    '## What was kept',
    '',
    '| step | size | loss on the gate items | at most (95 %) | verdict |',
    '|---|---|---|---|---|',
    `| original | ${mb(original.bytes)} | 0 | | accuracy ${(100 * original.accuracy).toFixed(1)} % |`,
    ...kept.map(row),
    '',
    '## What was tried and not kept',
    '',
    '| trial | size | loss | at most (95 %) | why |',
    '|---|---|---|---|---|',
    ...trials.filter((trial) => !kept.includes(trial)).map(row),
    '',
    '## What does not apply',
    '',
    ...found.notApplicable.map(({ pass, why }) => `- ${pass}: ${why}`),
    '',
    'The losses above come from the items that steered the search; the claim rests on the hold-out alone.',
    '',
  ].join('\n')
}

function row({ text, bytes, gate, verdict, reason, cost }: Trial): string {
  const times = bytes.after === 0 ? 0 : bytes.before / bytes.after
  const factor =
    cost === undefined
      ? ''
      : `; CPU ${cost.times.toFixed(2)}x less (${cost.low.toFixed(2)} to ${cost.high.toFixed(2)})`
  const loss = gate === null ? '' : points(gate.loss)
  const upper = gate === null ? '' : points(gate.upper95)
  return `| ${text} | ${mb(bytes.after)} (${times.toFixed(2)}x) | ${loss} | ${upper} | ${verdict}: ${reason.replaceAll('|', '/')}${factor} |`
}

/** The trials that lead from the original to the result, in order. */
export function onThePath({ trials, result, original }: Compression): readonly Trial[] {
  const path: Trial[] = []
  let model = result?.model
  while (model !== undefined && model !== original.model) {
    const trial = trials.find((one) => one.model === model && one.verdict === 'kept')
    if (trial === undefined) break
    path.unshift(trial)
    model = trial.parent
  }
  return path
}

/** The card beside the model. */
export function compressionCard(found: Compression, name: string): string {
  const { result, original, processor } = found
  const steps = onThePath(found).flatMap(({ text, changes }) => [
    `- ${text}`,
    ...changes.map((change) => `  - ${change}`),
  ])
  return [
    `# ${name}`,
    '',
    `Made by \`rightsize shrink\` from the model with digest ${original.model}. ${found.outcome === 'proven' ? 'Proven' : '**Not proven**'}: ${found.why}.`,
    '',
    '```',
    compressionSummary(found),
    '```',
    '',
    '## Steps',
    '',
    ...steps,
    '',
    `Result digest ${result?.model ?? 'none'}; seed ${found.seed}; engine ${found.engine}; searched on ${processor.name ?? 'an unnamed processor'}.`,
    'compression.json holds every trial; `rightsize shrink --replay compression.json` makes the same bytes again.',
    '',
  ].join('\n')
}
