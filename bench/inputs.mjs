// inputs: what goes in; every section of bench/inputs holds its bar. `npm run bench -- inputs corpus` runs one of them.
import { runSections } from './peers/sections.mjs'

await runSections('inputs')
