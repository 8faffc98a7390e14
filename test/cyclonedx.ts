import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { benchPackage } from './bench-package.ts'

const witness = '@cyclonedx/cyclonedx-library/package.json'
export const cyclonedx = benchPackage(witness)

/** Checks a document against the 1.6 schema of the standard, as its own library brings it. */
export function cyclonedxValidator() {
  const schema = (name: string) =>
    JSON.parse(
      readFileSync(
        cyclonedx.resolve(witness).replace('package.json', `res/schema/${name}`),
        'utf8',
      ),
    )
  const ajv = new Ajv({ strict: false, validateFormats: false })
  for (const part of ['spdx', 'jsf-0.82'])
    ajv.addSchema(
      schema(`${part}.SNAPSHOT.schema.json`),
      `http://cyclonedx.org/schema/${part}.SNAPSHOT.schema.json`,
    )
  return ajv.compile(schema('bom-1.6.SNAPSHOT.schema.json'))
}
