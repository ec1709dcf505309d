"""How fast the views of an analysis's page are drawn."""
from explorer import Explorer
from points import Points

# Frames of two seconds, while the pointer hovers or drags: how many, and the longest between two.
FRAMES = """new Promise(done => { const times = []; const each = time => { times.push(time);
  if (time - times[0] < 2000) requestAnimationFrame(each);
  else done([1000 * (times.length - 1) / (time - times[0]), Math.max(...times.slice(1).map((t, i) => t - times[i]))]) };
  requestAnimationFrame(each); const box = explorer.plots[0].box, r = box.getBoundingClientRect(); let turn = 0;
  const send = (kind, more) => box.dispatchEvent(new PointerEvent(kind, {clientX: r.left + r.width / 2 + 150 * Math.cos(turn),
    clientY: r.top + r.height / 2 + 100 * Math.sin(turn), pointerId: 1, pointerType: "mouse", bubbles: true, ...more}));
  box.setPointerCapture = () => {};
  explorer.tool = %s; if (%s) send("pointerdown", {button: 0});
  const move = () => { turn += 0.05; send("pointermove"); };
  const timer = setInterval(move, 4); setTimeout(() => { clearInterval(timer); send("pointercancel"); }, 2000); })"""
# The least of twenty, as other programs may use the cores.
DRAWING = """(() => { const spent = name => Math.min(...Array.from({length: 20}, () => { const start = performance.now();
  explorer.plots[0][name](); return performance.now() - start })); return [spent("drawBase"), spent("drawTop")] })()"""


def show_speed(browser, path):
    explorer = Explorer(browser, path, Points(path))
    explorer.corner()
    for name, tool, is_held in [("hovering", "'lasso'", "false"), ("lasso", "'lasso'", "true"), ("moving", "'move'", "true")]:
        rate, longest = explorer.page.run(FRAMES % (tool, is_held))
        print(f"{path}: {name}: {rate:.0f} frames a second, the longest {longest:.0f} ms")
    print("%s: all of a view is drawn in %.1f ms, what is over it in %.2f ms" % (path, *explorer.page.run(DRAWING)))
    explorer.page.close()
