/** Reading files, as an effect that dataset readers and importers are handed. Paths are absolute. */
export interface Files {
  /** Text of a UTF-8 file (`.gz` is unpacked). Throws DATA_MISSING, DATA_LFS_POINTER, DATA_TOO_LARGE. */
  text(path: string): Promise<string>
  /** The same in blocks of whole lines, for files of which rows are made one by one: of any size that memory holds. */
  blocks(path: string): AsyncIterable<string>
  bytes(path: string): Promise<Uint8Array>
  /** Paths of all files below a folder, relative to it with `/`, sorted; hidden ones are left out. */
  list(folder: string): Promise<readonly string[]>
  isFolder(path: string): Promise<boolean>
  join(folder: string, path: string): string
  folderOf(path: string): string
}
