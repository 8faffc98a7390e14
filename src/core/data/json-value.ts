/**
 * The value of a JSON text as programs write it. Python's NaN, Infinity and -Infinity become texts of that name, and
 * whole numbers that a double cannot hold become texts of their digits, so that 64-bit ids keep them. Throws
 * SyntaxError as JSON.parse does.
 */
export const jsonValue = (text: string): unknown =>
  JSON.parse(isPlainJson(text) ? text : quoted(text))

/** Whether JSON.parse alone reads a text, and every part of it, as `jsonValue` does: asked once of a file of many rows. */
export const isPlainJson = (text: string): boolean =>
  !text.includes('NaN') && !text.includes('Infinity') && !/\d{16}/.test(text)

const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|NaN|-?Infinity/g

const quoted = (text: string): string =>
  text.replace(tokens, (token) => {
    if (token.startsWith('"')) return token
    if (/[NI]/.test(token)) return `"${token}"`
    const lossy = /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token))
    return lossy ? `"${token}"` : token
  })

/** Why a text that is no JSON is none, where a usual cause shows: a dict printed by Python. Null where none does. */
export function notJsonBecause(text: string): string | null {
  const python = /^\s*\{\s*'|:\s*(?:None|True|False)\s*[,}]/.test(text)
  return python ? 'It is a dict as Python prints it: write it with `json.dumps(row)`.' : null
}
