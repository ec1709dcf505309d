/// What a view does on pointers and keys.
let explorerInputScript: HTML = #"""

  const CLICK = 5;
  const STEP = 24;
  const place = (plot, event) => {
    const box = plot.box.getBoundingClientRect();
    return [event.clientX - box.left - plot.box.clientLeft, event.clientY - box.top - plot.box.clientTop];
  };
  const distanceOf = ([a, b], [c, d]) => Math.hypot(a - c, b - d);
  const reachOf = event => event.pointerType === "touch" ? 22 : 10;

  const followPointers = plot => {
    const {box, explorer} = plot;
    const held = new Map();
    let start = null;
    let last = null;
    const end = () => { held.clear(); start = plot.path = null; explorer.redraw(plot, true); };
    box.addEventListener("pointerdown", event => {
      if (event.button) return;
      box.focus({preventScroll: true});
      box.setPointerCapture(event.pointerId);
      held.set(event.pointerId, place(plot, event));
      // A second finger turns a lasso into a pinch.
      if (held.size > 1) { start = plot.path = null; return; }
      start = last = place(plot, event);
      plot.path = explorer.tool === "lasso" ? [start] : null;
    });
    box.addEventListener("pointermove", event => {
      const at = place(plot, event);
      if (!held.has(event.pointerId)) return explorer.hover(plot, plot.nearest(...at, reachOf(event)), at);
      if (held.size === 2) {
        const other = [...held.entries()].find(([id]) => id !== event.pointerId)[1];
        const before = held.get(event.pointerId);
        plot.pan((at[0] - before[0]) / 2, (at[1] - before[1]) / 2);
        plot.zoom(distanceOf(at, other) / (distanceOf(before, other) || 1), [(at[0] + other[0]) / 2, (at[1] + other[1]) / 2]);
      } else if (plot.path) {
        for (const part of [...event.getCoalescedEvents?.() ?? [], event]) {
          const corner = place(plot, part);
          if (distanceOf(corner, plot.path.at(-1)) >= 2) plot.path.push(corner);
        }
        explorer.redraw(plot, true);
      } else if (start) {
        plot.pan(at[0] - last[0], at[1] - last[1]);
      }
      held.set(event.pointerId, last = at);
    });
    box.addEventListener("pointerup", event => {
      const at = place(plot, event);
      const [path, from] = [plot.path, start];
      end();
      if (!from) return;
      if (distanceOf(at, from) < CLICK && (path ?? []).every(corner => distanceOf(corner, from) < CLICK))
        explorer.choose(plot.nearest(...at, reachOf(event)));
      else if (path) explorer.select(plot.inside(path), event.shiftKey);
    });
    box.addEventListener("pointercancel", end);
    box.addEventListener("pointerleave", () => explorer.hover(plot, -1, [0, 0]));
    box.addEventListener("wheel", event => {
      // Elsewhere the wheel scrolls the page.
      if (document.activeElement !== box && !event.ctrlKey) return;
      event.preventDefault();
      plot.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002)), place(plot, event));
    }, {passive: false});
  };

  const followKeys = plot => {
    const {box, explorer} = plot;
    const arrows = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
    const moveFrame = ([right, down], isResized) => {
      const [left, top, far, low] = plot.frame;
      const [most, lowest] = [Math.max(far + right * STEP, left + 4), Math.max(low + down * STEP, top + 4)];
      plot.frame = isResized ? [left, top, most, lowest]
        : [left + right * STEP, top + down * STEP, far + right * STEP, low + down * STEP];
      explorer.redraw(plot, true);
    };
    const actions = {
      "+": () => plot.zoom(1.4), "=": () => plot.zoom(1.4), "-": () => plot.zoom(1 / 1.4),
      "0": () => plot.reset(), "Home": () => plot.reset(),
      "r": () => plot.startFrame(), "p": () => explorer.setPaired(!explorer.isPaired),
      "Enter": event => plot.frame ? explorer.select(plot.inside(plot.corners(plot.frame)), event.shiftKey)
        : explorer.choose(plot.nearest(...plot.middle, plot.width)),
      "Escape": () => plot.frame ? plot.endFrame() : explorer.clear(),
    };
    plot.endFrame = () => { plot.frame = null; explorer.redraw(plot, true); };
    plot.startFrame = () => {
      if (plot.frame) return plot.endFrame();
      const [[left, top], wide, tall] = [plot.middle, plot.width / 6, plot.height / 6];
      plot.frame = [left - wide, top - tall, left + wide, top + tall];
      explorer.tell("Rectangle: arrows move it, Shift and arrows change its size, Enter selects, Escape ends.");
      explorer.redraw(plot, true);
    };
    box.addEventListener("keydown", event => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const arrow = arrows[event.key];
      const action = actions[event.key];
      if (!arrow && !action) return;
      event.preventDefault();
      if (!arrow) action(event);
      else if (plot.frame) moveFrame(arrow, event.shiftKey);
      else plot.pan(-arrow[0] * 2 * STEP, -arrow[1] * 2 * STEP);
    });
    for (const name of ["focus", "blur"]) box.addEventListener(name, () => explorer.redraw(plot, true));
  };
  """#
