/** What a run tells while it goes. The CLI draws it; a library user may ignore it. */
export type RunEvent =
  | { readonly type: 'stage'; readonly stage: string; readonly detail: string }
  | {
      readonly type: 'progress'
      readonly stage: string
      readonly candidate: string
      readonly done: number
      readonly total: number
    }
  | { readonly type: 'note'; readonly text: string }
  /** One try of a search, on a line of its own. */
  | { readonly type: 'trial'; readonly text: string }
  | { readonly type: 'candidate'; readonly candidate: string; readonly text: string }
