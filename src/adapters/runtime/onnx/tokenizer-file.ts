import type { OpenTokenizer, Tokenizer } from '../../../contract/tokenizer.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { textNow } from '../../files/read-file.ts'

/** Opens a tokenizer.json, with a catalogued error where it is not one. */
export function openTokenizerFile(open: OpenTokenizer, file: string, config: unknown): Tokenizer {
  try {
    return open(JSON.parse(textNow(file)), config)
  } catch (cause) {
    if (cause instanceof RightsizeError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RightsizeError('TOKENIZER_UNREADABLE', `${file}: ${reason.slice(0, 300)}`, { cause })
  }
}
