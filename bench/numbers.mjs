// numbers: does every printed number mean what it says; each section of bench/numbers holds its bar. `npm run bench -- numbers looks` runs one of them.
import { runSections } from './peers/sections.mjs'

await runSections('numbers')
