/** How a page looks: small screens, dark screens and paper. Pictures use the same variables. */
export const pageStyle = `
:root { --paper: #ffffff; --ink: #1c2024; --soft: #60646c; --line: #d9d9e0; --wash: #f4f4f7;
  --good: #18794e; --bad: #c62a2f; --warn: #ad5700; --accent: #0b68cb; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #111315; --ink: #edeef0; --soft: #b0b4ba; --line: #43484e; --wash: #1b1e21;
    --good: #4cc38a; --bad: #ff8589; --warn: #f1a10d; --accent: #70b8ff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
h2 small { color: var(--soft); font-weight: normal; }
.verdict { font-weight: 600; }
.verdict.passed { color: var(--good); }
.verdict.failed { color: var(--bad); }
dl { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: .15rem 1rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: 1rem 0; overflow-x: auto; }
figure svg { display: block; width: min(100%, 34rem); height: auto; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; }
ul.cases, ul.findings { list-style: none; padding: 0; }
ul.cases li, ul.findings li { padding: .25rem 0; overflow-wrap: anywhere; }
ul.findings li { border-left: .25rem solid var(--line); padding-left: .75rem; margin: .5rem 0; }
ul.findings li.error { border-color: var(--bad); }
ul.findings li.warning { border-color: var(--warn); }
ul.findings li.aside { opacity: .7; }
.mark { font-weight: 700; }
li.passed .mark { color: var(--good); }
li.failed .mark { color: var(--bad); }
summary { cursor: pointer; }
pre, code { font: .85rem/1.45 ui-monospace, monospace; }
pre { background: var(--wash); padding: .75rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  table, tbody, tr, td { display: block; }
  tr { border-bottom: 1px solid var(--line); padding: .4rem 0; }
  td:empty { display: none !important; }
  td { border: 0; padding: 0; overflow-wrap: anywhere; }
  td:not([data-name=""])::before { content: attr(data-name) ": "; color: var(--soft); }
}
@media print {
  :root { --paper: #ffffff; --ink: #000000; --soft: #444444; --line: #999999; --wash: #ffffff;
    --good: #18794e; --bad: #c62a2f; --warn: #ad5700; --accent: #0b68cb; }
  section, li { break-inside: avoid; }
  .scroll, figure { overflow: visible; }
}
`;
