import { expect, test } from 'vitest'
import { processorYear } from './processor-year.ts'

test.each([
  ['AMD EPYC 8024P 8-Core Processor', 2023],
  ['AMD EPYC 9654 96-Core Processor', 2023],
  ['AMD EPYC 7R13 Processor', 2021],
  ['AMD EPYC 7763 64-Core Processor', 2021],
  ['AMD EPYC 7571', 2017],
  ['AMD EPYC-Rome Processor', 2020],
  ['AMD Ryzen Threadripper 1950X 16-Core Processor', 2017],
  ['AMD Ryzen 7 5800X 8-Core Processor', 2021],
  ['AMD Opteron(tm) Processor 6376', 2012],
  ['Intel(R) Xeon(R) CPU E3-1240 V2 @ 3.40GHz', 2012],
  ['Intel(R) Xeon(R) CPU E5-2620 v3 @ 2.40GHz', 2014],
  ['Intel(R) Xeon(R) CPU E5-2670 0 @ 2.60GHz', 2012],
  ['Intel(R) Xeon(R) CPU E5-2686 v4 @ 2.30GHz', 2015],
  ['Intel(R) Xeon(R) CPU X5670 @ 2.93GHz', 2010],
  ['Intel(R) Xeon(R) CPU 5160 @ 3.00GHz', 2008],
  ['Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz', 2019],
  ['Intel(R) Xeon(R) Platinum 8488C', 2023],
  ['Intel(R) Xeon(R) Gold 6138 CPU @ 2.00GHz', 2017],
  ['Intel Xeon Processor (Skylake, IBRS)', 2017],
  ['Intel Xeon Processor (Icelake)', 2020],
  ['12th Gen Intel(R) Core(TM) i7-1260P', 2021],
  ['Intel(R) Core(TM) i5-3550S CPU @ 3.00GHz', 2012],
  ['Intel(R) Core(TM) i7-9700K CPU @ 3.60GHz', 2018],
  ['Intel(R) Core(TM) i7 CPU 920 @ 2.67GHz', 2010],
  ['Intel(R) Core(TM)2 Quad CPU Q9505', 2007],
  ['Intel(R) Core(TM) Ultra 7 155H', 2023],
  ['Apple M2 Pro', 2021],
  ['Neoverse-N1', 2020],
  ['AMD EPYC', null],
  ['Intel(R) Xeon(R) Processor @ 2.60GHz', null],
  ['unknown processor', null],
])('%s', (model, year) => {
  const found = processorYear(model)
  const era = (at: number | null) =>
    at === null ? at : [2008, 2012, 2017].findIndex((end) => at <= end)
  expect(era(found)).toBe(era(year))
})
