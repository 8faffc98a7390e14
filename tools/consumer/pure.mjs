// The doors that run in a browser.
import { scoreOf } from 'rightsize/carbon'
import { renderHtml } from 'rightsize/report'
import { wilson } from 'rightsize/stats'

console.log(typeof renderHtml, wilson(1, 2, 0.95).low > 0, typeof scoreOf)
