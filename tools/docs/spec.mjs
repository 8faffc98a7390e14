import { page, table, tick } from './markdown.mjs'

/** Every branch of a schema: itself, or the members of its union. */
const branches = (schema) =>
  schema.anyOf === undefined || schema.type !== undefined ? [schema] : schema.anyOf

const objectOf = (schema) => {
  for (const one of branches(schema)) {
    if (one.properties !== undefined) return { of: one, list: false }
    if (one.type === 'array' && one.items !== undefined) {
      const inner = objectOf(one.items)
      if (inner !== null) return { of: inner.of, list: true }
    }
  }
  return null
}

function typeOf(schema) {
  if (schema.enum !== undefined) return schema.enum.map(tick).join(', ')
  const words = schema.type === 'string' && schema.anyOf?.find((one) => one.enum !== undefined)
  if (words) return 'a name'
  const types = branches(schema).map((one) => {
    if (one.type === 'array' && one.prefixItems)
      return `[${one.prefixItems.map(typeOf).join(', ')}]`
    if (one.type === 'array')
      return `list of ${one.items === undefined ? 'values' : typeOf(one.items)}`
    if (one.type === 'object') return 'object'
    return one.type ?? 'any value'
  })
  return [...new Set(types)].join(' or ')
}

const bound = ({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }) =>
  [
    minimum === undefined || minimum < -9e15 ? '' : `at least ${minimum}`,
    exclusiveMinimum === undefined ? '' : `above ${exclusiveMinimum}`,
    maximum === undefined || maximum > 9e15 ? '' : `at most ${maximum}`,
    exclusiveMaximum === undefined ? '' : `below ${exclusiveMaximum}`,
  ]
    .filter((text) => text !== '')
    .join(', ')

const limits = (schema) =>
  [...new Set(branches(schema).flatMap((one) => [bound(one), bound(one.items ?? {})]))]
    .filter((text) => text !== '')
    .join('; ')

/** A section for an object of keys, and one for each object inside. */
function sections(schema, path) {
  const needed = new Set(schema.required ?? [])
  const keys = Object.entries(schema.properties)
  const rows = keys.map(([key, inner]) => [
    needed.has(key) ? `**${tick(key)}**` : tick(key),
    typeOf(inner),
    limits(inner),
    inner.description ?? '',
  ])
  const inner = keys.flatMap(([key, value]) => {
    const found = objectOf(value)
    const at = path === '' ? key : `${path}.${key}`
    return found === null ? [] : sections(found.of, found.list ? `${at}[]` : at)
  })
  return [
    ...(path === ''
      ? []
      : [`## ${tick(path)}`, ...(schema.description ? [schema.description] : [])]),
    ...table(['key', 'type', 'range', 'description'], rows),
    ...inner,
  ]
}

/** docs/reference/spec.md from the published JSON Schema. */
export const specPage = (schema) =>
  page(
    'The spec',
    'Every key of `rightsize.yaml`; required ones are bold, unknown ones are refused. Editors complete them by `schema/spec.schema.json`. Names of `runtime` are in [runtimes](runtimes.md), those of `scorer` in [scorers](scorers.md), formats of `dataset` in [datasets](datasets.md).',
    sections(schema, ''),
  )
