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
# What is to be done for a frame, twenty times.
WORK = {
    "all of a view": "explorer.plots[0].drawBase()",
    "what is over a view": "explorer.plots[0].drawTop()",
    "the point under the pointer": "explorer.plots[0].nearest(200 + 10 * turn, 200, 10)",
}


def cpu_time(page, script):
    """Of the page's thread in milliseconds, whatever else the cores do."""
    def spent():
        metrics = page.call("Performance.getMetrics")["metrics"]
        return next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")
    page.call("Performance.enable", timeDomain="threadTicks")
    def work(times):
        page.run(f"new Promise(done => setTimeout(() => {{ for (let turn = 0; turn < {times}; turn++) {script}; done() }}))")
    page.call("Performance.enable", timeDomain="threadTicks")
    work(5)
    start = spent()
    work(20)
    return (spent() - start) / 20 * 1000


def show_speed(browser, path):
    explorer = Explorer(browser, path, Points(path))
    explorer.corner()
    for name, tool, is_held in [("hovering", "'lasso'", "false"), ("lasso", "'lasso'", "true"), ("moving", "'move'", "true")]:
        rate, longest = explorer.page.run(FRAMES % (tool, is_held))
        print(f"{path}: {name}: {rate:.0f} frames a second, the longest {longest:.0f} ms")
    share = min(1, explorer.page.run("explorer.plots[0].perFrame") / explorer.points.size)
    print(f"{path}: while it moves, a frame has {share:.0%} of {explorer.points.size} points")
    for name, script in WORK.items():
        print(f"{path}: {name}: {cpu_time(explorer.page, script):.2f} ms of the processor")
    explorer.page.close()
