/** Pieces of Markdown; a page is a list of blocks. */

const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ')

export const table = (heads, rows) =>
  rows.length === 0
    ? []
    : [
        [
          `| ${heads.join(' | ')} |`,
          `|${heads.map(() => '---').join('|')}|`,
          ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
        ].join('\n'),
      ]

export const code = (text, language = '') => `\`\`\`${language}\n${text}\n\`\`\``

export const tick = (text) => `\`${text}\``

/** A sentence from a line of a row: a capital and a full stop. */
export const sentence = (text) =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`

export const page = (title, intro, blocks) =>
  `${[`# ${title}`, '<!-- Written by `node tools/docs.mjs` from the code; a test compares. -->', intro, ...blocks].join('\n\n')}\n`
