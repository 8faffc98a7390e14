export function prometheusVersion(): string | null
export function startPrometheus(): Promise<{ baseUrl: string; close: () => Promise<void> }>
export interface Judged {
  readonly query: string
  readonly truth: number | 'refused' | 'unknown'
  readonly shown: string
  readonly holds: boolean
}
/** `openMeter` receives a query as a spec writes it. */
export function judgeQueries(
  openMeter: (written: never) => Promise<unknown>,
  options?: { readonly seconds?: number },
): Promise<readonly Judged[]>
