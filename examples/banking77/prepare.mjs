// node examples/banking77/prepare.mjs: brings train.csv and test.csv into .data/. Nothing needs converting.
import { fileURLToPath } from 'node:url'
import { bringData, prepare } from '../pinned-data.mjs'

await prepare(() =>
  bringData(new URL('data.json', import.meta.url), fileURLToPath(new URL('.data/', import.meta.url))),
)
