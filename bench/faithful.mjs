// What was judged is what ships: sections of bench/faithful; `npm run bench -- faithful identity` runs one
import { readdirSync } from 'node:fs'

const wanted = process.argv.slice(2).filter((word) => !word.startsWith('-'))
const sections = readdirSync(new URL('faithful/', import.meta.url))
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => file.replace('.mjs', ''))
  .sort()
const unknown = wanted.filter((name) => !sections.includes(name))
if (unknown.length > 0) {
  console.error(`there is no section "${unknown.join('", "')}"; sections: ${sections.join(', ')}`)
  process.exit(3)
}
let holds = true
for (const name of wanted.length > 0 ? wanted : sections) {
  const { section } = await import(new URL(`faithful/${name}.mjs`, import.meta.url))
  const held = await section()
  console.log(`${held ? 'holds' : 'FAILS'}: ${name}`)
  holds &&= held
}
process.exit(holds ? 0 : 1)
