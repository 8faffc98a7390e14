import type { ErrorEntry } from './catalogue.ts'

export const accountErrors = {
  ACCOUNT_INVALID: {
    title: 'The account is not valid',
    why: 'The input breaks a rule that the message names.',
    next: 'Correct what the message names and run the command again.',
  },
  ESTIMATE_INVALID: {
    title: 'An estimate is not valid',
    why: 'A value must be finite and lie inside its own interval.',
    next: 'Check the figure and its low and high ends.',
  },
  QUANTITY_INVALID: {
    title: 'A quantity is out of range',
    why: 'Energy, carbon, time and power are finite and never negative; shares lie in 0..1; PUE is at least 1.',
    next: 'Correct the figure; a meter that cannot see something is left out, not given as 0 or a negative number.',
  },
  FACTOR_CONFLICT: {
    title: 'One factor has two values',
    why: 'Compared candidates must share their factors, or the difference between the factors would pass for a saving.',
    next: 'Use one value for the factor, or give the two places different names.',
  },
  UNIT_UNKNOWN: {
    title: 'A figure has no unit that is known',
    why: 'A number without a unit can be wrong by a factor of a thousand and nobody would see it.',
    next: 'Write the unit beside the number, for example gCO2e/kWh or lb/MWh.',
  },
  GRID_UNKNOWN: {
    title: 'The grid zone is not known',
    why: 'Grid factors are kept by ISO 3166-1 alpha-3 code, country name and cloud region.',
    next: 'Use one of the nearest names, or give the factor with its unit, year and source.',
  },
  GRID_FACTOR_INVALID: {
    title: 'A grid factor is not complete',
    why: 'A factor needs value, unit, year, kind (average or marginal), source and licence.',
    next: 'Add what the message names.',
  },
  GRID_MARKET_BASED: {
    title: 'Market-based factors are refused',
    why: 'SCI is location based (ISO/IEC 21031): offsets, RECs, PPAs and guarantees of origin do not change what the grid emits.',
    next: 'Use the location-based factor of the zone; state contracts beside the score, not inside it.',
  },
  GRID_SOURCE_FAILED: {
    title: 'The live grid source gave nothing usable',
    why: 'The source is down, stale, or answered for another zone.',
    next: 'Use the annual factor of the country, or try again later.',
  },
  COMPARISON_MIXED: {
    title: 'The two sides were not had in the same way',
    why: 'A comparison must share method, grid kind and boundary, or the difference between methods passes for a saving.',
    next: 'Measure both sides with the same meter and the same kind of factor.',
  },
  FUNCTIONAL_UNIT_ZERO: {
    title: 'The functional unit is zero',
    why: 'SCI is carbon per R; with R = 0 nothing was delivered and no score exists.',
    next: 'Give the number of functional units delivered in the same window.',
  },
  IMPORT_INVALID: {
    title: 'The imported file is not what it should be',
    why: 'Columns are read by name, numbers with a decimal point; nothing in an imported file is ever executed.',
    next: 'Export the file again in its original form.',
  },
  EXPORT_IMPOSSIBLE: {
    title: 'The score cannot be written in that form',
    why: 'Other tools have no word for an infinite or unknown score and would print a number that is not one.',
    next: 'Export the candidates that have a score, or use the JSON report, which says why.',
  },
  MODEL_FACTS_UNKNOWN: {
    title: 'Nothing is known about the model',
    why: 'Estimating an API call needs total and active parameters.',
    next: 'Give parameters (and activeParameters) for the candidate, or meter it.',
  },
  RANKING_REFUSED: {
    title: 'The estimator cannot rank these models',
    why: 'Below about 7 billion active parameters the regression is its intercept: it would call all small models equal.',
    next: 'Run the small models where a meter or CPU time can see them.',
  },
  CURRENCY_MIXED: {
    title: 'Amounts in two currencies',
    why: 'Costs are added in one currency only, with the date of the prices.',
    next: 'Convert the amounts and say the rate and its date.',
  },
} as const satisfies Record<string, ErrorEntry>
