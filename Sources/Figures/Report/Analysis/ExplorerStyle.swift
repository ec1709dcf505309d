/// How the parts look that only pages of analyses have.
let analysisStyle: HTML = """

  .lead { font-size: 1.15em } .lead + .lead { margin-top: -.4em }
  .warnings { list-style: none; padding: 0 } .warnings li { padding: .4em .8em; margin: .4em 0; background: var(--soft);
    border-left: 4px solid var(--ours); overflow-wrap: anywhere }
  .metrics { font-size: .88em } .metrics td { min-width: 2.5em } .metrics td:first-child { width: 15%; min-width: 10em }
  .metrics td:last-child { min-width: 9em } .metrics .line { width: 110px }
  .views { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26em), 1fr)); gap: 1em }
  .views figure { margin: .5em 0; min-width: 0 } .views figcaption { font-weight: bold; margin-bottom: .3em }
  .plane { position: relative; width: 100%; aspect-ratio: 6 / 5; max-height: min(75vh, 32em);
    min-height: 280px; border: 1px solid var(--line); overflow: hidden;
    touch-action: none; cursor: crosshair; user-select: none }
  .plane.over { cursor: pointer }
  .plane canvas { position: absolute; inset: 0; width: 100%; height: 100% }
  .tip { position: absolute; pointer-events: none; max-width: min(20em, 90%); padding: .3em .6em; background: var(--back);
    border: 1px solid var(--quiet); border-radius: .3em; font-size: .85em; overflow-wrap: anywhere; max-height: 9em; overflow: hidden }
  .tip .id { font-weight: bold }
  .legend { list-style: none; display: flex; flex-wrap: wrap; gap: .4em; padding: 0; margin: .5em 0; font-size: .9em }
  .legend button { max-width: 100%; overflow-wrap: anywhere; text-align: left }
  .swatch { display: inline-block; width: .9em; height: .9em; margin-right: .4em; border-radius: .2em; vertical-align: -.1em;
    print-color-adjust: exact }
  .status { display: block; min-height: 1.5em; color: var(--quiet); overflow-wrap: anywhere }
  .tools select { font: inherit; color: inherit; background: var(--soft); border: 1px solid var(--line); border-radius: .3em;
    padding: .15em .3em; max-width: 100% }
  .tools label { overflow-wrap: anywhere }
  .panes { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26em), 1fr)); gap: 1em }
  .panes > div { min-width: 0 } .panes h3 { overflow-wrap: anywhere }
  .panes td { white-space: pre-wrap; overflow-wrap: break-word; max-width: min(16em, 50vw) }
  .panes h4 { margin: .8em 0 .3em } button.id { text-align: left; overflow-wrap: break-word; white-space: pre-wrap; max-width: min(24em, 50vw) }
  @media (pointer: coarse) { .tools button, .tools input, .tools select, .legend button, button.id { min-height: 2.4em } }
  @media print { .selection .tools { display: none } .plane { break-inside: avoid } }
  """
