/** How the page of a run looks: in light and dark, on a phone and on paper. */

export const RUN_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1c2024; --faint: #60666d; --line: #d9dde2; --ok: #18794e; --bad: #c62a2f; --bad-paper: #fff1f0;
  --link: #0b5cad;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181b; --ink: #e6e8eb; --faint: #9ba1a8; --line: #34393f; --ok: #4cc38a; --bad: #ff8a85;
    --bad-paper: #35191a; --link: #79b8ff;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 70rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
header { border-left: .4rem solid var(--ok); padding-left: 1rem; margin-bottom: 2rem; }
header.failed { border-color: var(--bad); }
h1 { font-size: 1.1rem; margin: 0; font-weight: 600; }
h2 { font-size: 1rem; margin: 2rem 0 .5rem; }
header p { margin: 0; color: var(--faint); }
header .outcome { font-size: 1.8rem; font-weight: 700; color: var(--ok); }
header.failed .outcome { color: var(--bad); }
details { border: 1px solid var(--line); border-radius: .4rem; margin-bottom: .6rem; padding: .5rem .8rem; }
details.failed { border-left: .4rem solid var(--bad); }
summary { cursor: pointer; }
summary:focus-visible, a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.ok > summary b { color: var(--ok); }
.failed > summary b { color: var(--bad); }
.cause { font-weight: 600; }
.facts { color: var(--faint); font-size: .9rem; }
.wide { overflow-x: auto; }
.checks { margin-top: .5rem; }
[data-name=measured], [data-name=limit], [data-name=at] { white-space: nowrap; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--faint); }
th, td { padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: normal; }
tr.failed td { background: var(--bad-paper); }
tr.ok td:first-child { color: var(--ok); }
tr.failed td:first-child { color: var(--bad); }
code { background: var(--line); padding: .1rem .3rem; border-radius: .2rem; }
a { color: var(--link); }
svg { width: 100%; min-width: 6rem; max-width: 18rem; height: 1rem; vertical-align: middle; }
svg line { stroke: var(--line); }
svg circle { fill: var(--ink); fill-opacity: .6; }
@media (max-width: 40rem) {
  .checks thead, .checks td:empty { display: none; }
  .checks tr { display: block; padding: .4rem .5rem; border-bottom: 1px solid var(--line); }
  .checks tr.failed { background: var(--bad-paper); }
  .checks td { display: block; border: 0; padding: 0; overflow-wrap: anywhere; }
  .checks td[data-name]::before { content: attr(data-name) ": "; color: var(--faint); }
}
@media print {
  :root { --paper: #fff; --ink: #000; --faint: #444; --line: #bbb; --ok: #18794e; --bad: #a11; --bad-paper: #fff; --link: #000; }
  body { padding: 0; max-width: none; font-size: 10pt; }
  details { break-inside: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
`;
