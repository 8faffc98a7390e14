import { code, page, sentence, table, tick } from './markdown.mjs'

const yes = (value) => (value ? 'yes' : 'no')

/** The list at the top, and a section for each row. */
function partsPage(title, intro, rows, detail, language = 'yaml') {
  const named = Object.entries(rows)
  const links = named.map(([name, { summary }]) => [`[${tick(name)}](#${anchor(name)})`, summary])
  const sections = named.flatMap(([name, row]) => [
    `## ${tick(name)}`,
    sentence(row.summary),
    code(row.example, language),
    ...detail(row, name),
  ])
  return page(title, intro, [...table(['name', 'what it is'], links), ...sections])
}

const anchor = (name) => name.toLowerCase().replace(/[^\w -]/g, '')

const facts = (...rows) =>
  table(
    ['fact', ''],
    rows.filter(([, value]) => value !== null),
  )

const where = {
  child: 'a child process',
  here: 'this machine',
  elsewhere: 'another machine',
}
const sees = {
  input: 'the input',
  prompt: 'the input and the columns that its prompt names',
  row: 'the id, the input and every column but the label',
}

export const runtimesPage = ({ runtimes, adapter }) =>
  partsPage(
    'Runtimes',
    'How a candidate answers. `rightsize list runtimes` prints them; `rightsize doctor` tells which work here.',
    { ...runtimes, './adapter.mjs': adapter },
    (row) =>
      facts(
        ['works in', where[row.where]],
        ['receives', sees[row.sees]],
        ['needs', [...row.needs].map(tick).join(', ') || 'no key'],
        ['package', row.package ? tick(row.package) : 'none'],
        ['trained by rightsize', yes(row.student)],
        ['refused by `--no-exec`', yes(row.code)],
        ['checked against the lock', row.files ?? 'no'],
      ),
  )

const reads = {
  label: 'the label',
  text: 'text',
  json: 'JSON',
  spans: 'spans',
  probabilities: 'probabilities',
  score: 'the imported score',
  any: 'any answer',
}

export const scorersPage = ({ scorers }, notes) =>
  partsPage(
    'Scorers',
    'How an answer becomes a score from 0 to 1. `rightsize list scorers` prints them.',
    scorers,
    (row, name) => [
      ...facts(
        ['reads', reads[row.reads]],
        ['column', row.headline],
        ['a figure over all items', yes(row.wholeSet)],
        ['other names', row.aliases?.map(tick).join(', ') ?? null],
      ),
      ...(notes[name] ?? []),
      ...table(
        ['option', 'kind', 'default', 'what it does'],
        Object.entries(row.options).map(([option, { kind, byDefault, text }]) => [
          tick(option),
          kind === 'texts' ? 'text or list' : kind,
          byDefault === null ? '' : tick(JSON.stringify(byDefault)),
          text,
        ]),
      ),
    ],
  )

export const metersPage = (house) =>
  `${meterParts(house)}\n${recipes(house)}\n${seriesTable(house)}`

const recipes = ({ meterRecipes }) =>
  [
    '## Recipes for `external`',
    '',
    'Each prints one line a second and runs on any POSIX shell. `rightsize doctor` names those whose driver, program and variables are on this machine.',
    '',
    ...Object.entries(meterRecipes).flatMap(([name, { summary, sees, needs, example }]) => [
      `### ${tick(name)}`,
      '',
      sentence(summary),
      `It sees ${sees}. Needs ${needsOf(needs)}.`,
      '',
      '```yaml',
      example,
      '```',
      '',
    ]),
  ].join('\n')

const needsOf = ({ program, drivers = [], env = [] }) =>
  [
    program === undefined ? [] : `the program ${tick(program)}`,
    drivers.length > 0 ? `the driver ${drivers.map(tick).join(' or ')}` : [],
    env.length > 0 ? env.map(tick).join(', ') : [],
  ]
    .flat()
    .join(' and ')

const seriesTable = ({ knownSeries, seriesScopes }) =>
  [
    '## Series that Prometheus queries may name alone',
    '',
    'Their exporters document them. A query of one of these, or `sum(...)` of it, needs nothing more; any other name, function or arithmetic needs `unit` and `kind`. Values of a zone label overlap, so exactly one is counted; a device, or a series that two jobs scrape, counts once.',
    '',
    '| exporter | series | unit | what it sees | zone labels |',
    '|---|---|---|---|---|',
    ...knownSeries.map(
      ({ exporter, names, unit, scope, zones = [] }) =>
        `| ${exporter} | ${names.map(tick).join(', ')} | ${unit} | ${seriesScopes[scope].sees} | ${zones.map(tick).join(', ')} |`,
    ),
    '',
  ].join('\n')

const meterParts = ({ meters }) =>
  partsPage(
    'Meters',
    'Where joules come from, best first: the first that works here and sees what a candidate binds is used. `rightsize doctor` tells which work here.',
    meters,
    (row) => facts(['joules', row.sensor ? 'from a sensor' : 'modeled, with an interval']),
  )

export const passesPage = ({ passes }, families) =>
  partsPage(
    'Passes',
    'Steps of `rightsize shrink`. `--only` and `--without` take a pass or a family.',
    passes,
    (row, name) =>
      facts(
        ['family', families[name] ? tick(families[name]) : null],
        ['leaves 8 bits or fewer', yes(row.quantizes)],
        ['another model takes over', yes(row.replaces)],
      ),
    'sh',
  )

export const datasetsPage = ({ datasets }) =>
  partsPage(
    'Datasets',
    'Formats of rows. The extension shows the format; `dataset.format` names it otherwise. Rows are held in memory: CSV and JSONL files may have any size that fits, other files at most 500 MB, and a `.gz` as much once it is unpacked. Pipes, devices and sockets are refused.',
    datasets,
    (row) =>
      facts(['extensions', row.endings.map((one) => tick(`.${one}`)).join(', ') || 'a folder']),
  )

export const exportsPage = ({ exportForms }) =>
  partsPage(
    'Exports',
    'Forms in which the carbon account of a run can be written. See [report forms](../methods/report-forms.md).',
    exportForms,
    () => [],
    'sh',
  )

export const importersPage = ({ importers, energyImporters }) =>
  partsPage(
    'Importers',
    'Results and energy that other programs recorded. The content of a file shows who wrote it.',
    { ...importers, ...energyImporters },
    (_row, name) =>
      facts([
        'read by',
        name in importers ? tick('rightsize run --predictions') : tick('rightsize sci'),
      ]),
    'sh',
  )
