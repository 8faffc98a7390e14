// node examples/keyword-spotting/prepare.mjs: brings 1,000 inputs and two ONNX models into .data/, and writes the label
// table and the labels of the models in the forms that rightsize reads.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bringData, prepare } from '../pinned-data.mjs'

const home = fileURLToPath(new URL('.data/', import.meta.url))
/** Class numbers of y_labels.csv, as the file names of the inputs tell them (tst_000000_Stop_7.bin). */
const labels = ['down', 'go', 'left', 'no', 'off', 'on', 'right', 'stop', 'up', 'yes', 'silence', 'unknown']

function writeLabels() {
  const table = readFileSync(join(home, 'inputs/y_labels.csv'), 'utf8').trim().split(/\r?\n/)
  const rows = table.map((line) => {
    const [file, , label] = line.split(',').map((cell) => cell.trim())
    return `${file.replace('.bin', '')},inputs/${file},${labels[Number(label)]}`
  })
  writeFileSync(join(home, 'test.csv'), `id,file,keyword\n${rows.join('\n')}\n`)
}

const config = JSON.stringify({ id2label: Object.fromEntries(labels.entries()) }, null, 2)

await prepare(async () => {
  await bringData(new URL('data.json', import.meta.url), home)
  writeLabels()
  for (const model of ['ds-cnn-int8', 'small-fp32'])
    writeFileSync(join(home, 'models', model, 'config.json'), `${config}\n`)
})
