/**
 * Series of processors by the year in which they were launched, newest mention first where names overlap. Only the classes of
 * the power model must be right: before 2009, to 2012, to 2017, later. Source: the makers' own number schemes.
 */
const series: readonly (readonly [RegExp, (found: readonly string[]) => number])[] = [
  // Hypervisors name the architecture.
  [
    /sapphire ?rapids|emerald ?rapids|granite ?rapids|sierra ?forest|genoa|bergamo|turin/i,
    () => 2023,
  ],
  [/ice ?lake|milan|cascade ?lake|cooper ?lake|rome\b/i, () => 2020],
  [/sky ?lake|naples/i, () => 2017],
  [/broadwell|haswell/i, () => 2014],
  [/ivy ?bridge|sandy ?bridge|westmere|nehalem/i, () => 2012],
  // Intel servers.
  [/xeon.*\b(?:platinum|gold|silver|bronze) [3-8]([1-6])\d\d/i, ([, g]) => 2015 + 2 * Number(g)],
  [/xeon.*\b6\d{3}[pe]\b/i, () => 2024],
  [/xeon.*\be3-?\s?\d{4}l?\s?v([2-6])/i, ([, v]) => 2010 + Number(v)],
  [/xeon.*\be[57]-?\s?\d{4}l?\s?v([2-6])/i, ([, v]) => 2011 + Number(v)],
  [/xeon.*\be[357]-?\s?\d{4}/i, () => 2012],
  [/xeon.*\be-2[1-9]\d\d/i, () => 2018],
  [/xeon.*\bw-[123]\d{3}/i, () => 2017],
  [/xeon.*\bd-1[5-6]\d\d/i, () => 2015],
  [/xeon.*\bd-(?:1[7-9]|2[1-9])\d\d/i, () => 2018],
  [/xeon.*\b[lwxe]?(?:34|35|36|55|56|65|75)\d\d\b/i, () => 2010],
  [/xeon.*\b[lwxe]?[357][0-4]\d\d\b/i, () => 2008],
  // Intel desktops and laptops.
  [/core.*\bultra\b/i, () => 2023],
  [/core.*\bi[3579]-(1[0-4])\d{2,3}/i, ([, g]) => 2009 + Number(g)],
  [/core.*\bi[3579]-([2-9])\d{3}/i, ([, g]) => 2009 + Number(g)],
  [/core.*\bi[357]\b/i, () => 2010],
  [/core ?(?:\(tm\)|™)?\s?2|pentium ?(?:\(r\)|®)?\s?(?:d|4|m)\b/i, () => 2007],
  [/\bn(?:50|95|97|100|200|305)\b/i, () => 2023],
  // AMD.
  [/epyc.*\b(?:9|8)\d\d[45]/i, () => 2023],
  [/epyc.*\b[37][\da-z]{2}([1-3])p?\b/i, ([, g]) => 2015 + 2 * Number(g)],
  [/threadripper.*\b([1-9])9\d\d/i, ([, g]) => 2016 + Number(g)],
  [/ryzen.*\b([1-9])\d{3}/i, ([, g]) => 2016 + Math.min(8, Number(g))],
  [/ryzen.*\b(?:ai|z[12])\b/i, () => 2024],
  [/opteron.*\b(?:[346][1-3]\d\d)\b|\bfx-|\ba(?:4|6|8|10|12)-/i, () => 2012],
  [/opteron|athlon|phenom|turion/i, () => 2008],
  // ARM.
  [/apple m(\d)/i, ([, g]) => 2019 + Number(g)],
  [/neoverse|graviton|ampere|altra|grace|cobalt|axion/i, () => 2020],
]

/** The year in which a processor was launched, by its model name; null where the name does not show it, as in many virtual machines. */
export function processorYear(model: string): number | null {
  const name = model.replace(/\((?:r|tm)\)/gi, '').replace(/\s+/g, ' ')
  for (const [pattern, year] of series) {
    const found = pattern.exec(name)
    if (found) return year([...found])
  }
  return null
}
