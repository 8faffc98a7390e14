import type { Command } from './command.ts'

/** A command in the list: its file is loaded when it is called or described. */
export interface CommandRow {
  readonly name: string
  readonly summary: string
  load(): Promise<Command>
}

/** Every command, in the order in which help lists them. */
export const commands: readonly CommandRow[] = [
  {
    name: 'init',
    summary: 'write rightsize.yaml from questions or flags',
    load: async () => (await import('./init.ts')).init,
  },
  {
    name: 'plan',
    summary: 'estimate what a run costs and what this many labels can show',
    load: async () => (await import('./plan.ts')).plan,
  },
  {
    name: 'run',
    summary: 'find the cheapest candidate that is good enough, with the evidence',
    load: async () => (await import('./run.ts')).run,
  },
  {
    name: 'why',
    summary: 'print the last decision with its evidence on one screen',
    load: async () => (await import('./why.ts')).why,
  },
  {
    name: 'check',
    summary: 'fail if rightsize.lock no longer matches spec, data or model (offline)',
    load: async () => (await import('./check.ts')).check,
  },
  {
    name: 'lock',
    summary: 'sign rightsize.lock, or verify its signatures (Ed25519)',
    load: async () => (await import('./lock.ts')).lock,
  },
  {
    name: 'report',
    summary: 'render report.html and report.md again from result.json',
    load: async () => (await import('./report.ts')).report,
  },
  {
    name: 'train',
    summary: 'train a small model on labeled rows (linear, static, head, encoder)',
    load: async () => (await import('./train.ts')).train,
  },
  {
    name: 'distill',
    summary: "train a small model on a teacher's answers to unlabeled texts",
    load: async () => (await import('./distill.ts')).distill,
  },
  {
    name: 'shrink',
    summary: 'make an ONNX text classifier smaller and test that it still does the job',
    load: async () => (await import('./shrink.ts')).shrink,
  },
  {
    name: 'inspect',
    summary: 'show size, layers and savings to expect (ONNX, GGUF, safetensors)',
    load: async () => (await import('./inspect.ts')).inspect,
  },
  {
    name: 'compare',
    summary: 'compare two ONNX models: answers, CPU time, energy, size',
    load: async () => (await import('./compare.ts')).compare,
  },
  {
    name: 'import',
    summary: 'convert a BERT-family checkpoint (safetensors) to ONNX',
    load: async () => (await import('./import.ts')).importModel,
  },
  {
    name: 'sci',
    summary: 'compute, explain and export the carbon score SCI = (E x I + M) per R',
    load: async () => (await import('./sci.ts')).sci,
  },
  {
    name: 'lint-report',
    summary:
      'check an SCI report, a case study, an Impact Framework manifest or a model card of others',
    load: async () => (await import('./lint-report.ts')).lintReport,
  },
  {
    name: 'doctor',
    summary: 'list the meters, runtimes and packages that work here, and fixes',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    name: 'list',
    summary: 'list runtimes, scorers, meters, passes and other parts, with examples',
    load: async () => (await import('./list.ts')).list,
  },
  {
    name: 'models',
    summary: 'show what is known of the size of models, find one, or refresh the list',
    load: async () => (await import('./models.ts')).models,
  },
  {
    name: 'prices',
    summary: 'show the list prices of hosted models, or refresh them',
    load: async () => (await import('./prices.ts')).prices,
  },
  {
    name: 'store',
    summary: 'show, prune, export, verify or repair the stored answers',
    load: async () => (await import('./store.ts')).store,
  },
]
