/** The page's style: system fonts, light and dark by preference, print, narrow and wide. Contrast at least 4.5. */
export const style = `
:root{--bg:#fbfbf9;--card:#fff;--ink:#1b1e1c;--soft:#56605a;--line:#d9ded9;--accent:#0b6b46;--accent-soft:#e2f2ea;--warn:#8a4b00;--warn-soft:#fdf0dc;--bad:#9c2121;--bad-soft:#fbe6e4;--grid:#e7ebe7;--bar-b:#8a968f}
@media screen and (prefers-color-scheme:dark){:root{--bg:#131614;--card:#1b1f1d;--ink:#e9eeea;--soft:#a5b0a9;--line:#343b37;--accent:#5fd3a0;--accent-soft:#173629;--warn:#f0b765;--warn-soft:#3a2b12;--bad:#f39a92;--bad-soft:#402020;--grid:#2a302d;--bar-b:#7d8a83}}
*{box-sizing:border-box}
html{font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;color:var(--ink);background:var(--bg)}
body{margin:0;overflow-wrap:anywhere}
.skip{position:absolute;left:-999px}.skip:focus{left:1rem;top:1rem;background:var(--card);color:var(--accent);padding:.5rem 1rem;z-index:2}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
main,header,footer{max-width:68rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.2rem}
h1{font-size:1rem;font-weight:600;color:var(--soft);margin:0 0 .6rem;letter-spacing:.02em}
h2{font-size:1.25rem;margin:2.8rem 0 .6rem}
h3{font-size:1.05rem;margin:1.7rem 0 .4rem}
h4{font-size:1rem;margin:0 0 .4rem}
p{margin:.5rem 0;max-width:46rem}
ul{margin:.5rem 0;padding-left:1.3rem;max-width:46rem}
.headline{font-size:1.55rem;line-height:1.32;font-weight:640;max-width:46rem;margin:.2rem 0 .5rem}
.headline+.evidence{font-size:1.12rem;color:var(--ink);max-width:46rem}
.badge,.verdict{display:inline-block;border-radius:999px;padding:.1rem .7rem;font-size:.9rem;font-weight:600;margin-right:.5rem}
.verdict{font-size:.78rem;padding:.05rem .55rem;white-space:nowrap;background:var(--grid);color:var(--ink)}
.badge.certified,.badge.supported,.verdict.meets{background:var(--accent-soft);color:var(--accent)}
.badge.undecided,.badge.synthetic,.verdict.inconclusive{background:var(--warn-soft);color:var(--warn)}
.badge.none,.verdict.fails,.verdict.broken{background:var(--bad-soft);color:var(--bad)}
.claims,.sides{display:grid;grid-template-columns:1fr 1fr;gap:1rem;margin:1.2rem 0}
.claim,.side{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.8rem 1rem;min-width:0}
.claim b{display:block}
.yes b{color:var(--accent)}.no b{color:var(--warn)}
.next{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.6rem 1.2rem}
.next+.next{margin-top:1rem}.next h2{margin:.2rem 0}
figure{margin:1rem 0;background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.8rem}
figure .key{max-width:none;font-size:.9rem}
figcaption{color:var(--soft);font-size:.9rem;margin-top:.4rem}
.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:.6rem;margin:.6rem 0}
.scroll.narrow{width:fit-content;max-width:100%}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums;overflow-wrap:normal}
caption{text-align:left;color:var(--soft);padding:.6rem .8rem;font-size:.9rem}
caption span{display:inline-block;max-width:min(60rem,calc(100vw - 4.6rem))}
th,td{padding:.42rem .6rem;text-align:right;vertical-align:top;border-top:1px solid var(--line);white-space:nowrap}
th:first-child,td:first-child{padding-left:.8rem}
thead th{font-weight:600;color:var(--soft)}
th:first-child{text-align:left;white-space:normal;overflow-wrap:anywhere;min-width:7.5rem}
tbody th{font-weight:400;position:sticky;left:0;background:var(--card)}
td.text,th.text{text-align:left;white-space:normal;overflow-wrap:anywhere;min-width:7rem}
tr.chosen>*,tr.chosen th{background:var(--accent-soft)}
tr.chosen .name{font-weight:650}
.name{display:block}
td small,th small{display:block;color:var(--soft);font-size:.78rem;font-weight:400;white-space:normal}
td small{max-width:9rem;margin-left:auto}td.text small{margin-left:0;max-width:none}
tr.chosen small{color:var(--ink)}tr.chosen .soft{color:var(--ink)}
th .verdict{margin-top:.15rem}
.one{border-top:1px solid var(--line);margin-top:1rem}.one h3{margin-top:.9rem}
details{margin:.7rem 0}summary{cursor:pointer;font-weight:600}
dl.facts{display:grid;grid-template-columns:minmax(8rem,max-content) minmax(0,1fr);gap:.3rem 1.2rem;margin:.8rem 0}
.side dl.facts{grid-template-columns:1fr;gap:0}.side dd{margin-bottom:.45rem}
dt{color:var(--soft);max-width:20rem}.side dt{max-width:none}dd{margin:0;overflow-wrap:anywhere}
.item{border-top:1px solid var(--line);padding:.6rem 0}.item p{margin:.15rem 0}
.harm{color:var(--bad)}.gain{color:var(--accent)}.soft{color:var(--soft)}.warn{color:var(--warn)}.notes{color:var(--warn)}
svg.chart{width:100%;height:auto;display:block;min-width:34rem}
figure .scroll{border:0;background:none;margin:0}
svg text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--ink);paint-order:stroke;stroke:var(--card);stroke-width:3px;stroke-linejoin:round}
svg .tick{fill:var(--soft);font-size:12px}svg .axis{fill:var(--soft)}
svg .grid{stroke:var(--grid)}
svg .zero{stroke:var(--soft)}svg .link{stroke:var(--soft);stroke-dasharray:2 2}
svg .bar{stroke:var(--warn);stroke-width:1.5;stroke-dasharray:5 4}svg .bar-text{fill:var(--warn);font-size:12px}
svg .pt line{stroke:var(--soft);stroke-width:1.4}svg .pt circle{fill:var(--soft)}
svg .pt line.range{stroke-width:5;stroke-linecap:round;opacity:.55}
svg .pt.chosen line{stroke:var(--accent);stroke-width:2}svg .pt.chosen line.range{stroke-width:5}svg .pt.chosen circle{fill:var(--accent)}
svg .pt.incumbent circle{fill:var(--card);stroke:var(--ink);stroke-width:2.4}svg .pt.incumbent line{stroke:var(--ink)}
svg .pt.meets circle{fill:var(--accent);fill-opacity:.55}
svg .label.chosen{font-weight:650;fill:var(--accent)}svg .label.incumbent{font-weight:650}
svg .fill-a{fill:var(--accent)}svg .fill-b{fill:var(--bar-b)}svg .gone{fill:var(--bar-b);opacity:.3}svg .added{fill:var(--warn)}svg .limit{stroke:var(--warn);stroke-width:1.5}svg .range-end{stroke:var(--ink);stroke-width:1.4}
svg .curve{fill:none;stroke:var(--accent);stroke-width:2}svg .band{fill:var(--accent);opacity:.18}
footer{color:var(--soft);font-size:.88rem;padding-bottom:3rem;margin-top:2.5rem}
@media(max-width:45rem){.claims,.sides{grid-template-columns:1fr}.headline{font-size:1.25rem}html{font-size:15px}dl.facts{grid-template-columns:1fr;gap:0}dd{margin-bottom:.45rem}main,header,footer{padding:0 1rem}header{padding-top:1.4rem}}
@media print{:root{--bg:#fff;--card:#fff}.skip{display:none}figure,.claim,.side,.next,tr{break-inside:avoid}h2,h3,summary{break-after:avoid}details::details-content{content-visibility:visible;block-size:auto}.scroll{overflow:visible}svg.chart{min-width:0}td,th{white-space:normal}tbody th{position:static}table{font-size:8.5pt}html{font-size:10pt}*{print-color-adjust:exact}}
`.trim()
