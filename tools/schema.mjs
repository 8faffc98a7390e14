// Writes schema/*.schema.json from the zod schemas, for editors and for readers of results. Run after `npm run build`:
//   node tools/schema.mjs
// A test compares the committed files with what this makes.
import { writeFileSync } from 'node:fs'
import { z } from 'zod'
import { account } from '../dist/core/result/account.js'
import { compression } from '../dist/core/result/compression.js'
import { lock } from '../dist/core/result/lock.js'
import { runResult } from '../dist/core/result/run-result.js'
import { specSchema } from '../dist/core/spec/schema.js'

const schemas = { spec: specSchema, 'run-result': runResult, account, compression, lock }
for (const [name, schema] of Object.entries(schemas)) {
  const file = new URL(`../schema/${name}.schema.json`, import.meta.url)
  writeFileSync(file, `${JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), null, 2)}\n`)
  console.log(`schema/${name}.schema.json`)
}
