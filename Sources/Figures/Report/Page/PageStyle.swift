/// How pages look, light and dark, on paper and on a telephone. All colours of text have a contrast of at least 4.5 to
/// what they stand on, which `make test-report` measures.
let pageStyle: HTML = """
  :root { color-scheme: light dark; --back: #fff; --text: #222; --quiet: #575757; --line: #d6d6dd; --soft: #f3f3f8;
    --link: #0a55ab; --band: #b9d3f3; --mark: #0a55ab; --ours: #a3231b; --bar: #2f6fb3; --hit: #8a8fa0 }
  @media (prefers-color-scheme: dark) {
    :root { --back: #15161a; --text: #e7e7ea; --quiet: #b0b2bb; --line: #3b3d46; --soft: #22242a;
      --link: #8fbcff; --band: #274a75; --mark: #8fbcff; --ours: #ff9a8f; --bar: #5d9be0; --hit: #7b8092 } }
  * { box-sizing: border-box }
  [hidden] { display: none !important }
  body { font: 16px/1.45 system-ui, sans-serif; color: var(--text); background: var(--back); max-width: 1240px;
    margin: 0 auto; padding: 1em }
  h1 { font-size: 1.6em; line-height: 1.2; overflow-wrap: anywhere }
  h2 { margin: 1.8em 0 .5em; border-bottom: 1px solid var(--line) }
  h3 { margin: 1.2em 0 .3em; font-size: 1em; overflow-wrap: anywhere }
  a { color: var(--link) }
  nav a { margin-right: 1em; display: inline-block; padding: .25em 0 }
  small { color: var(--quiet); font-size: .85em }
  p, li, summary, figcaption { overflow-wrap: anywhere }
  code, pre { font-family: ui-monospace, monospace; font-size: .8em }
  td code, code.command { overflow-wrap: anywhere; white-space: pre-wrap; color: var(--quiet) }
  .wide { overflow-x: auto; max-width: 100% }
  .tall { max-height: 32em; overflow: auto }
  :focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
  table { border-collapse: collapse; width: 100% }
  th, td { text-align: left; vertical-align: top; padding: .35em .5em; border-bottom: 1px solid var(--line) }
  th { white-space: nowrap }
  td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
  .claims td { min-width: 5em } .claims td:nth-child(5) { min-width: 2em }
  .claims td:first-child { width: 36%; min-width: 18em } .claims td:is(:first-child, :last-child) { overflow-wrap: anywhere }
  .claims th, .claims th button { white-space: normal }
  .facts td { overflow-wrap: anywhere }
  button, input { font: inherit; color: inherit; background: var(--soft); border: 1px solid var(--line);
    border-radius: .3em; padding: .15em .5em; max-width: 100% }
  button { cursor: pointer }
  th button { background: none; border-color: transparent; font-weight: bold; padding: .1em .2em; white-space: nowrap }
  th[aria-sort=ascending] button::after { content: " \\25B2" }
  th[aria-sort=descending] button::after { content: " \\25BC" }
  .tools { display: flex; flex-wrap: wrap; gap: .5em; align-items: center; margin: .5em 0; font-size: .9em }
  .tools output { color: var(--quiet) }
  .verdict { padding: .1em .5em; border-radius: .3em; white-space: nowrap; color: #fff; background: #5f5f68 }
  .pass .verdict { background: #23703f }
  .fail .verdict, .error .verdict { background: #b3261e }
  .inconclusive .verdict { background: #855900 }
  .differs .verdict { background: #5b4a99 }
  .note { background: var(--soft); padding: .5em .8em; border-left: 4px solid var(--quiet) }
  figure { margin: 1.5em 0 }
  .canvas { background: #fff; border: 1px solid var(--line) }
  .canvas svg { display: block; max-width: 100%; height: auto; min-width: 560px; margin: 0 auto }
  .line { width: 150px; height: 26px; display: block }
  .line .band { fill: var(--band) } .line .axis { stroke: var(--line) } .line .paper { stroke: var(--mark); stroke-width: 2 }
  .line .ours { stroke: var(--ours); stroke-width: 2 } .line .dot { fill: var(--ours) }
  .trend td:first-child { width: 22%; min-width: 13em } .trend .history { width: 42%; min-width: 300px }
  .trend td:nth-child(4), .trend td:last-child { white-space: nowrap }
  .plot { display: grid; grid-template-columns: minmax(6.5em, max-content) 1fr; column-gap: .5em; font-size: .75em; color: var(--quiet) }
  .plot .unit { grid-column: 1 / 3; grid-row: 1 } .plot .marks { grid-column: 2; grid-row: 2; position: relative }
  .plot .marks:not(:empty) { height: 1.4em } .plot .marks span { position: absolute; transform: translateX(-50%) }
  .plot .y { grid-column: 1; grid-row: 3; text-align: right; font-variant-numeric: tabular-nums }
  .plot .y.low { grid-row: 4; align-self: end }
  .plot svg { grid-column: 2; grid-row: 3 / 5; width: 100%; height: 84px; display: block; background: var(--soft) }
  .plot .x { grid-column: 2; grid-row: 5; display: flex; justify-content: space-between; gap: 1em }
  .plot.one .x { justify-content: center }
  .plot path { vector-effect: non-scaling-stroke; fill: none; stroke-linecap: round }
  .plot .band { fill: var(--band) } .plot .paper { stroke: var(--mark); stroke-dasharray: 6 4 }
  .plot .line { stroke: var(--text); stroke-width: 1.5 } .plot .dots { stroke: var(--text); stroke-width: 4 }
  .plot .mark { stroke: var(--quiet); stroke-width: 1.5; stroke-dasharray: 1 4 }
  .plot .found { stroke-width: 9 } .plot .red { stroke: var(--ours) } .plot .amber { stroke: #b97f00 }
  .level { padding: .05em .45em; border-radius: .3em; color: #fff; white-space: nowrap }
  .level.red { background: #b3261e } .level.amber { background: #855900 }
  .marks li { margin: .2em 0 }
  .graph { display: block } .graph rect { fill: var(--soft); stroke: var(--quiet) }
  .graph path { fill: none; stroke: var(--quiet); stroke-width: 1.2 }
  .graph text { fill: var(--text); font: 12px ui-monospace, monospace } .graph .kind { fill: var(--quiet) }
  .bar { display: block; width: 100%; min-width: 120px; height: 14px; background: var(--soft) }
  .bar rect { fill: var(--bar) } .bar .cached { fill: var(--hit) }
  .config { counter-reset: none; white-space: pre; line-height: 1.5; margin: 0; padding: .5em }
  .config span { display: block } .config span:target { background: var(--band) }
  .config a { display: inline-block; min-width: 3.5em; margin-right: 1em; text-align: right; color: var(--quiet);
    text-decoration: none; user-select: none }
  tr:target { background: var(--soft) }
  @media (max-width: 900px) {
    body { padding: .6em }
    .claims, .claims tbody, .claims tr, .claims td { display: block }
    .claims td { border: 0; padding: .15em 0; min-width: 0 !important; width: auto !important; text-align: left !important; white-space: normal !important }
    .claims td:empty { display: none }
    .claims td[data-label]::before { content: attr(data-label) ": "; color: var(--quiet) }
    .claims tr { border-bottom: 1px solid var(--line); padding: .6em 0 }
    .claims thead tr { display: flex; flex-wrap: wrap } .claims th { border: 0; padding: .1em } }
  @media print {
    :root { --back: #fff; --text: #000; --quiet: #444; --line: #bbb; --soft: #f3f3f3; --link: #000; --band: #cfe0f5;
      --mark: #0a55ab; --ours: #a3231b }
    body { max-width: none; font-size: 10pt; padding: 0 }
    nav, .tools, button.copy { display: none }
    th button { border: 0 }
    .wide, .tall { overflow: visible; max-height: none }
    .canvas svg { min-width: 0 }
    figure, tr { break-inside: avoid } h2, h3 { break-after: avoid }
    .verdict { print-color-adjust: exact }
    details::details-content { content-visibility: visible; display: block } }
  """
