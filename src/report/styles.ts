/** The report's one style sheet. No fonts, images or addresses: the file needs nothing else. */
export const STYLES = `
:root {
  color-scheme: light dark;
  --page: #fbfbfc; --panel: #ffffff; --ink: #17191f; --quiet: #5a6070; --line: #dfe2e8; --code: #f3f4f7;
  --link: #1652c0; --good: #116b3a; --bad: #b3261e; --warn-ink: #6b4300; --warn: #fff4dc; --warn-line: #e9c46a;
  --arm-0: #8a5a00; --arm-1: #7a4fbf; --arm-2: #0b6fb8; --arm-3: #a2336f; --arm-4: #4d6b1f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14161b; --panel: #1b1e25; --ink: #e8eaf0; --quiet: #a2a9b8; --line: #343945; --code: #22262f;
    --link: #8ab4ff; --good: #6fd59b; --bad: #ff9a91; --warn-ink: #ffdc9a; --warn: #372a0e; --warn-line: #7a5c1a;
    --arm-0: #e0a94a; --arm-1: #c0a2ff; --arm-2: #63b8f5; --arm-3: #f08cc0; --arm-4: #a9cc6a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main, header, footer, nav { max-width: 72rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1.5rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; padding-top: .5rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.25rem 0 .35rem; overflow-wrap: anywhere; }
p { margin: .35rem 0 .75rem; max-width: 62rem; }
a { color: var(--link); }
.quiet, figcaption span, small { color: var(--quiet); }
small { font-size: .8125rem; font-weight: 400; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--panel); padding: .5rem; z-index: 1; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; margin: .75rem 0 0; list-style: none; }
nav a { display: inline-block; padding: .15rem 0; }
.banner { background: var(--warn); color: var(--warn-ink); border: 1px solid var(--warn-line); border-radius: 6px; padding: .6rem .9rem; margin: 1rem 0; }
.banner p { margin: 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1rem 0; padding: 0; list-style: none; }
.tiles li { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: .75rem .7rem; }
.tiles .quiet { display: block; font-size: .875rem; }
.tiles .values { font-size: 1.25rem; font-variant-numeric: tabular-nums; line-height: 1.3; }
.tiles .values span { color: var(--quiet); font-size: .95rem; }
.tiles .values span, .tiles small { white-space: nowrap; }
.up { color: var(--good); } .down { color: var(--bad); }
.scroll { overflow-x: auto; }
.scroll + .scroll { margin-top: 1.25rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; background: var(--panel); border: 1px solid var(--line); }
caption { text-align: left; color: var(--quiet); font-size: .875rem; padding: 0 0 .35rem; }
th, td { padding: .4rem .6rem; text-align: right; vertical-align: top; border-top: 1px solid var(--line); }
th { font-weight: 600; }
th:first-child, td:first-child, td.text, th.text { text-align: left; }
td small { display: block; white-space: nowrap; line-height: 1.3; }
tbody th[scope=rowgroup] { text-align: left; background: var(--code); }
tbody th[scope=rowgroup] small { font-weight: 400; }
th[scope=row] { font-weight: 500; }
.figures { display: flex; flex-wrap: wrap; gap: 1rem 2rem; }
figure { margin: 0; width: 340px; max-width: 100%; }
figcaption { font-weight: 600; margin-bottom: .25rem; }
figcaption span { font-weight: 400; }
figure svg { display: block; width: 100%; height: auto; font-size: 11px; overflow: visible; }
.plot-title { font-weight: 600; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; list-style: none; margin: .5rem 0 1rem; }
.arm-0 span { color: var(--arm-0); } .arm-1 span { color: var(--arm-1); } .arm-2 span { color: var(--arm-2); }
.arm-3 span { color: var(--arm-3); } .arm-4 span { color: var(--arm-4); }
details { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; }
details > summary { cursor: pointer; padding: .5rem .75rem; overflow-wrap: anywhere; }
details > div { padding: 0 .75rem .75rem; }
details[open] > summary { border-bottom: 1px solid var(--line); margin-bottom: .5rem; }
.step { border-top: 1px solid var(--line); padding-top: .25rem; margin-top: .75rem; } .step:first-of-type { border-top: 0; } .step h3 { margin-top: .4rem; }
.chips { display: inline-flex; flex-wrap: wrap; gap: .25rem .4rem; vertical-align: baseline; }
.chip { border: 1px solid var(--line); border-radius: 1rem; padding: 0 .55rem; font-size: .8125rem; white-space: nowrap; }
.chip.pass, .chip.done, .chip.cached { border-color: var(--good); color: var(--good); }
.chip.fail, .chip.error, .chip.failed { border-color: var(--bad); color: var(--bad); }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(10.5rem, 1fr)); gap: .1rem 1.25rem; margin: .35rem 0; }
.facts div { display: flex; justify-content: space-between; gap: .75rem; border-bottom: 1px dotted var(--line); }
.facts dt { color: var(--quiet); overflow-wrap: anywhere; } .facts dd { margin: 0; font-variant-numeric: tabular-nums; text-align: right; overflow-wrap: anywhere; }
.facts.wide { grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); }
pre { background: var(--code); border-radius: 6px; padding: .6rem .75rem; margin: .35rem 0; font: .8125rem/1.45 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 32rem; overflow-y: auto; unicode-bidi: plaintext; tab-size: 4; }
code { font: .875em ui-monospace, monospace; overflow-wrap: anywhere; }
.hidden-character { border: 1px solid var(--bad); color: var(--bad); border-radius: 3px; padding: 0 .15em; font-size: .85em; }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1rem; }
.answers > section { min-width: 0; }
.answers h4 { margin: .5rem 0 .25rem; font-size: .95rem; }
.label { color: var(--quiet); font-size: .8125rem; margin: .5rem 0 0; }
footer { margin-top: 3rem; padding-bottom: 2rem; color: var(--quiet); font-size: .875rem; }
@media (max-width: 40rem) {
  th, td { padding: .35rem .15rem; font-size: .8125rem; }
  thead th { font-size: .75rem; }
  td small, caption { font-size: .6875rem; }
  td small { white-space: normal; }
  .figures { justify-content: center; }
  .facts.wide { grid-template-columns: 1fr; }
}
@media print {
  details:not([open]) > div { display: block; }
  pre { max-height: none; }
}
`;
