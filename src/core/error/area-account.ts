import type { ErrorEntry } from './catalogue.ts'

export const accountErrors = {
  ACCOUNT_INVALID: {
    title: 'The account settings are not valid',
    why: 'A value under `account` or `deployment` is out of range.',
    next: 'Fix the value named above, then run the command again.',
  },
  ESTIMATE_INVALID: {
    title: 'An estimate is not valid',
    why: 'A value must be finite and lie within its own interval.',
    next: 'Check the value and both ends of its interval.',
  },
  QUANTITY_INVALID: {
    title: 'A quantity is out of range',
    why: 'Energy, carbon, time and power must be finite and non-negative, shares between 0 and 1, PUE at least 1.',
    next: 'Fix the value. If a meter cannot see something, leave it out; do not write 0.',
  },
  FACTOR_CONFLICT: {
    title: 'One factor has two values',
    why: 'Compared candidates must share their factors; otherwise the difference between the factors would look like a saving.',
    next: 'Use one value for the factor, or give the two factors different names.',
  },
  UNIT_UNKNOWN: {
    title: 'The unit is unknown',
    why: 'Without a known unit, a factor of 1,000 could go unnoticed.',
    next: 'Write the unit next to the number, for example gCO2e/kWh or lb/MWh.',
  },
  PRICES_INVALID: {
    title: 'The file of prices cannot be read',
    why: "Prices come from LiteLLM's price map, or from a table that rightsize has written. A file that is cut off or in another form would leave models without a price, or give them a wrong one.",
    next: 'Run `rightsize prices update` to fetch the prices again, or delete the file.',
  },
  PRICES_OLDER: {
    title: 'The prices are older than those in use',
    why: 'The newest prices that are known are used; older ones would only be wrong more often.',
    next: 'Leave them, or state when they were published with --date if their own date is wrong.',
  },
  PRICES_EMPTIED: {
    title: 'The file of prices has lost most of its models',
    why: 'A file with less than half of the models in use was probably cut off, and models would lose their price.',
    next: 'Check the file, or state single prices with --price NAME=INPUT/OUTPUT.',
  },
  MODELS_INVALID: {
    title: 'The table of models cannot be read',
    why: "The size of models comes from tables in the form of data/models.json, or from EcoLogits' list. A row without a size that can be would make estimates wrong.",
    next: 'Correct the row, or delete the file: the shipped tables are used then.',
  },
  PRICES_NO_HOME: {
    title: 'There is no folder for the tables of this user',
    why: 'Refreshed prices and models are stored below XDG_DATA_HOME, or below the home folder.',
    next: 'Set XDG_DATA_HOME to a folder that can be written, then run the command again.',
  },
  FETCH_FAILED: {
    title: 'An address could not be read',
    why: 'The server did not answer, refused, or sent too much.',
    next: 'Check the address and the network (HTTPS_PROXY), or download the file and pass it with --from FILE.',
  },
  GRID_UNKNOWN: {
    title: 'Unknown grid zone',
    why: 'Grid factors are listed by ISO 3166-1 alpha-3 code, country name and cloud region.',
    next: 'Use one of the suggested names, or state the factor with its unit, year and source.',
  },
  GRID_FACTOR_INVALID: {
    title: 'A grid factor is incomplete',
    why: 'A grid factor needs a value, unit, year, kind (average or marginal), source and license.',
    next: 'Add the missing fields.',
  },
  GRID_MARKET_BASED: {
    title: 'Market-based grid factors are not allowed',
    why: 'SCI is location-based (ISO/IEC 21031): offsets, RECs, PPAs and guarantees of origin do not change what the grid emits.',
    next: 'Use the location-based factor of the zone. Report contracts next to the score, not in it.',
  },
  GRID_SOURCE_FAILED: {
    title: 'The live grid source returned nothing usable',
    why: 'The service is down, its data is stale, or it answered for another zone.',
    next: 'Use the annual factor of the country, or try again later.',
  },
  COMPARISON_MIXED: {
    title: 'The two sides are not comparable',
    why: 'Both sides must share method, grid kind and boundary; otherwise a difference in method would look like a saving.',
    next: 'Measure both sides with the same meter and the same kind of factor.',
  },
  FUNCTIONAL_UNIT_ZERO: {
    title: 'The functional unit is zero',
    why: 'SCI is carbon per functional unit (R). With R = 0 nothing was delivered, so there is no score.',
    next: 'Pass the number of functional units delivered in the same period.',
  },
  IMPORT_INVALID: {
    title: 'The imported file is not valid',
    why: 'A column, number or value is missing or malformed. (Nothing in an imported file is ever executed.)',
    next: 'Export the file again from its original tool.',
  },
  EXPORT_IMPOSSIBLE: {
    title: 'The account cannot be exported in this format',
    why: 'The format has no way to express an infinite or unknown score.',
    next: 'Export a candidate that has a score, or run `rightsize sci` to see why this one has none.',
  },
  MODEL_FACTS_UNKNOWN: {
    title: 'The size of the model is unknown',
    why: 'Estimating the energy of an API call needs the number of parameters.',
    next: 'Set `parameters` (and `activeParameters`) on the candidate, or meter it.',
  },
  NOT_MODELED: {
    title: 'The work of this model is not modeled',
    why: 'The estimate was fitted on answers of text. Sound, images, video and rankings take other work for a token, and no table of measurements covers it.',
    next: 'State the energy with `rightsize sci --kwh`, or meter the server with `energy:` in the spec.',
  },
  RANKING_REFUSED: {
    title: 'The estimator cannot rank these models',
    why: 'No model below 8 billion parameters was measured, so the order of two small ones would rest on a line that nothing confirms.',
    next: 'Run the small models locally, where a sensor or CPU time can measure them.',
  },
  CURRENCY_MIXED: {
    title: 'The amounts are in two currencies',
    why: 'Costs are added in one currency only; nothing is converted.',
    next: 'Convert the prices to `account.currency`, and keep the exchange rate and its date.',
  },
} as const satisfies Record<string, ErrorEntry>
