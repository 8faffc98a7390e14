// few: one candidate that can only lose (a compressed model), exactly on the margin; every table is summed, nothing is drawn.
import { chosenOf, load, percent } from '../peers/counts.mjs'

const { logChoose } = await load('core/stats/special-functions.js')

export const bar =
  'a candidate on the margin that can only lose is certified in at most 5 % and supported in at most 20 %, summed exactly'

export async function measure() {
  const lines = ['labels  margin   certified   supported or certified']
  let held = true
  for (const n of [50, 100, 300, 1000])
    for (const margin of [0.01, 0.02, 0.05]) {
      let [certified, passed] = [0, 0]
      for (let lose = 0; lose <= 4 * n * margin + 20 && lose <= n; lose += 1) {
        const { kind } = chosenOf([{ win: 0, lose }], n, margin, 1)
        const mass = Math.exp(
          logChoose(n, lose) + lose * Math.log(margin) + (n - lose) * Math.log1p(-margin),
        )
        if (kind === 'certified') certified += mass
        if (kind === 'undecided') break
        passed += mass
      }
      held &&= certified <= 0.05 && passed <= 0.2
      lines.push(
        `${String(n).padStart(6)}  ${String(100 * margin).padStart(6)}   ${percent(certified).padStart(9)}   ${percent(passed).padStart(9)}`,
      )
    }
  return { held, lines }
}
