import type { Digest } from '../../contract/digest.ts'
import type { Spec } from '../../core/spec/spec.ts'

/** A spec with the folder that its paths are relative to. */
export interface Source {
  readonly spec: Spec
  readonly baseDir: string
  /** Whether a file there holds this spec. False where rightsize.yaml holds another one, which stays as it is. */
  readonly saved: boolean
  /** Folder of the ledger that its looks are charged in too, where that is not `baseDir`: the one that --out left. */
  readonly chargedIn?: string
  /** Files that were written on the way, such as the YAML made from flags. */
  readonly written: readonly string[]
  /** Takes back a rightsize.yaml that was written on the way and was not there before: for a run that its input ended. */
  readonly undo?: () => Promise<void>
  /** What was left out of a file of another tool, and why; one line each. */
  readonly notes: readonly string[]
}

/** What finding a spec needs of the world. Paths are relative to the working folder unless absolute. */
export interface SourceEffects {
  readonly cwd: string
  readonly digest: Digest
  resolve(folder: string, path: string): string
  folderOf(path: string): string
  /** A path as a message or a list of written files names it. */
  shown(path: string): string
  exists(path: string): boolean
  /** The text of a file, or null where there is none. */
  text(path: string): Promise<string | null>
  /** The same at once, for an importer that is pure and asks in the middle; throws where there is none. */
  textNow(path: string): string
  /** Files below a folder that a pattern such as `tests/*.yaml` names, sorted, relative to it. */
  matching(folder: string, pattern: string): readonly string[]
  write(path: string, text: string): Promise<void>
  remove(path: string): Promise<void>
  /** The JSON Schema of a spec, which editors read; null where the package has none. */
  schema(): Promise<string | null>
}
