/** Every page of docs/reference, by file name. */
export function pages(
  house: Readonly<Record<string, unknown>>,
  given: { readonly specSchema: unknown; readonly scorerSources: readonly string[] },
): Promise<Readonly<Record<string, string>>>
