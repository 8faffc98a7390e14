/** The page's style: system fonts, light and dark by preference, print, narrow and wide. Contrast at least 4.5. */
export const style = `
:root{--bg:#fbfbf9;--card:#fff;--ink:#1b1e1c;--soft:#56605a;--line:#d9ded9;--accent:#0b6b46;--accent-soft:#e2f2ea;--warn:#8a4b00;--warn-soft:#fdf0dc;--bad:#9c2121;--bad-soft:#fbe6e4;--grid:#e7ebe7}
@media(prefers-color-scheme:dark){:root{--bg:#131614;--card:#1b1f1d;--ink:#e9eeea;--soft:#a5b0a9;--line:#343b37;--accent:#5fd3a0;--accent-soft:#173629;--warn:#f0b765;--warn-soft:#3a2b12;--bad:#f39a92;--bad-soft:#402020;--grid:#2a302d}}
*{box-sizing:border-box}
html{font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;color:var(--ink);background:var(--bg)}
body{margin:0}
.skip{position:absolute;left:-999px}.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
main,header,footer{max-width:66rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.2rem}
h1{font-size:1rem;font-weight:600;color:var(--soft);margin:0 0 .6rem;letter-spacing:.02em}
h2{font-size:1.2rem;margin:2.6rem 0 .6rem}
h3{font-size:1rem;margin:1.4rem 0 .4rem}
p{margin:.5rem 0;max-width:46rem}
.headline{font-size:1.55rem;line-height:1.32;font-weight:640;max-width:46rem;margin:.2rem 0 .5rem}
.headline+.evidence{font-size:1.12rem;color:var(--ink);max-width:46rem}
.badge{display:inline-block;border-radius:999px;padding:.1rem .7rem;font-size:.9rem;font-weight:600;margin-right:.5rem}
.badge.certified,.badge.supported{background:var(--accent-soft);color:var(--accent)}
.badge.undecided,.badge.synthetic{background:var(--warn-soft);color:var(--warn)}
.badge.none{background:var(--bad-soft);color:var(--bad)}
.claims{display:grid;grid-template-columns:1fr 1fr;gap:1rem;margin:1.2rem 0}
.claim{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.8rem 1rem}
.claim b{display:block}
.yes b{color:var(--accent)}.no b{color:var(--warn)}
.next{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.6rem 1.2rem}
figure{margin:1rem 0;background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.8rem}
figcaption{color:var(--soft);font-size:.9rem;margin-top:.4rem}
.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:.6rem}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);padding:.6rem .8rem;font-size:.9rem}
th,td{padding:.42rem .7rem;text-align:right;vertical-align:top;border-top:1px solid var(--line);white-space:nowrap}
th{font-weight:600;color:var(--soft)}
th:first-child,td:first-child{text-align:left}
td.text,th.text{text-align:left;white-space:normal;min-width:13rem}
tr.chosen td{background:var(--accent-soft)}
td small,th small{display:block;color:var(--soft);font-size:.78rem}
tr.chosen td small{color:var(--ink)}
details{margin:.7rem 0}summary{cursor:pointer;font-weight:600}
dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.2rem;margin:.8rem 0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.item{border-top:1px solid var(--line);padding:.6rem 0}.item p{margin:.15rem 0;overflow-wrap:anywhere}
.harm{color:var(--bad)}.gain{color:var(--accent)}.soft{color:var(--soft)}
code{font:0.9em ui-monospace,SFMono-Regular,Menlo,monospace;overflow-wrap:anywhere}
svg.chart{width:100%;height:auto;display:block;min-width:34rem}
figure .scroll{border:0;background:none}
svg text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--ink)}
svg .tick{fill:var(--soft);font-size:12px}svg .axis{fill:var(--soft)}
svg .grid{stroke:var(--grid)}
svg .bar{stroke:var(--warn);stroke-width:1.5;stroke-dasharray:5 4}svg .bar-text{fill:var(--warn);font-size:12px}
svg .pt line{stroke:var(--soft);stroke-width:1.4}svg .pt circle{fill:var(--soft)}
svg .pt.chosen line{stroke:var(--accent);stroke-width:2}svg .pt.chosen circle{fill:var(--accent)}
svg .pt.incumbent circle{fill:var(--card);stroke:var(--ink);stroke-width:2.4}svg .pt.incumbent line{stroke:var(--ink)}
svg .pt.meets circle{fill:var(--accent);fill-opacity:.55}
svg .label.chosen{font-weight:650;fill:var(--accent)}svg .label.incumbent{font-weight:650}
svg .fill-a{fill:var(--accent)}svg .fill-b{fill:var(--soft)}svg .fill-c{fill:var(--warn)}
svg .curve{fill:none;stroke:var(--accent);stroke-width:2}
footer{color:var(--soft);font-size:.88rem;padding-bottom:3rem;margin-top:2.5rem}
@media(max-width:40rem){.claims{grid-template-columns:1fr}.headline{font-size:1.25rem}html{font-size:15px}dl.facts{grid-template-columns:1fr}dt{margin-top:.4rem}}
@media print{:root{--bg:#fff;--card:#fff}.skip{display:none}figure,.claim,.next,.scroll{break-inside:avoid}details:not([open])>*:not(summary){display:block}html{font-size:11pt}}
`.trim()
