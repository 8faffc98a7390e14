/**
 * Carbon of software: SCI = (E x I + M) per R, estimates with intervals, energy of CPU time, embodied carbon of devices,
 * exports of an account, and a linter for anybody's SCI report. Pure functions: no package, no file, no clock.
 *
 * ```ts
 * import { gramsPerKwhFrom, scoreOf } from 'rightsize/carbon'
 *
 * const { sci } = scoreOf({
 *   itEnergyKwh: 1.2,
 *   pue: 1.3,
 *   gridGPerKwh: gramsPerKwhFrom(0.344, 'kg/kWh'),
 *   embodied: { totalG: 1.2e6, share: 0.25, durationS: 3600, lifetimeS: 4 * 365 * 86_400 },
 *   units: 1000,
 * })
 * console.log(`${sci} g CO2e per answer`)
 * ```
 *
 * ```ts
 * import { findingLine, lintReport } from 'rightsize/carbon'
 * import { parse } from 'yaml'
 *
 * const text = '- Consumer SCI = 6,500 kg CO2e / 50 billion tokens = 0.13 g CO2e/million tokens'
 * for (const finding of lintReport({ text, parse, part: true }).findings) console.log(findingLine(finding))
 * ```
 */
export { type DeviceId, deviceTable, embodiedDevice } from './core/carbon/device.ts'
export { explainSci, type SciExplanation } from './core/carbon/explain-sci.ts'
export { type SciFigures, usageOfFigures } from './core/carbon/figures.ts'
export { type GridFactorInput, gramsPerKwhFrom, gridFactor } from './core/carbon/grid-factor.ts'
export { annualFactor, type GridTables } from './core/carbon/grid-zone.ts'
export {
  type EmbodiedInput,
  embodiedGrams,
  type SciScore,
  type SciScoreInput,
  scoreOf,
} from './core/carbon/sci-score.ts'
export {
  type CpuEnergy,
  type CpuUse,
  cpuEnergy,
  type ModeledMachine,
} from './core/energy/cpu-model.ts'
export { boampsReport } from './core/export/boamps.ts'
export { modelCardBlock } from './core/export/card.ts'
export { accountCsv } from './core/export/csv.ts'
export { mlBom } from './core/export/cyclonedx.ts'
export { type IfManifest, ifManifest } from './core/export/if.ts'
export { reportMarkdown } from './core/export/markdown.ts'
export { type SciReport, sciReport } from './core/export/sci-report.ts'
export type { LintFinding } from './core/lint/finding.ts'
export { evaluateManifest } from './core/lint/if-evaluate.ts'
export {
  findingLine,
  type LintInput,
  type LintResult,
  lintReport,
} from './core/lint/lint.ts'
export type { Account } from './core/result/account.ts'
export type { GridFactor, Usage } from './core/result/usage.ts'
export {
  type Estimate,
  type EstimateMethod,
  infinite,
  type Known,
  type Unit,
  unknown,
} from './core/unit/estimate.ts'
export { exact, type KnownParts, known, within } from './core/unit/known.ts'
