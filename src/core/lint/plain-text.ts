const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹⁻'
const plainDigits = '0123456789-'

/** Subscripts, superscripts, signs of multiplication and division, TeX, bold and code marks as plain text. */
export function plainText(text: string): string {
  return text
    .replace(/[₀-₉]/g, (c) => String(c.charCodeAt(0) - 0x2080))
    .replace(
      /[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+/g,
      (run) => `^${[...run].map((c) => plainDigits[superscripts.indexOf(c)]).join('')}`,
    )
    .replace(/\*\*/g, '')
    .replace(/\\text\{([^{}]*)\}/g, '$1')
    .replace(/\{,\}/g, ',')
    .replace(/\\frac\{([^{}]*)\}\{([^{}]*)\}/g, '($1)/($2)')
    .replace(/\\times|\\cdot|[×·∗⋅]/g, ' * ')
    .replace(/(\w)_(\d)/g, '$1$2')
    .replace(/[÷]/g, '/')
    .replace(/[−–]/g, '-')
    .replace(/[`$\\]/g, '')
}
