"""The views of an analysis's page, as a reader uses them."""
import json
import math
import pathlib

import devtools
import points as points_of

PLOT = "explorer.plots[%d]"


class Explorer:
    """A page in a window, as a reader uses it."""

    def __init__(self, browser, path, points, width=1400, dark=False):
        self.page, self.points = devtools.Page(browser, pathlib.Path(path).resolve().as_uri(), width, dark), points
        self.settle()

    def settle(self):
        """Two frames: all that is to be drawn has been."""
        self.page.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def corner(self, view=0):
        """Of the plot in the window, which it is scrolled to."""
        self.page.run(f"{PLOT % view}.box.scrollIntoView({{block: 'center'}})")
        return self.page.run(f"(() => {{ const b = {PLOT % view}.box.getBoundingClientRect(); return [b.left + 1, b.top + 1] }})()")

    def places(self, view=0):
        """Of all points in the plot."""
        scale, centre, middle = self.page.run(f"(p => [p.scale, p.centre, p.middle])({PLOT % view})")
        return [p and (middle[0] + (p[0] - centre[0]) * scale, middle[1] - (p[1] - centre[1]) * scale)
                for p in self.points.views[view]]

    def selected(self):
        bits = self.page.run("[...explorer.selected.bits]")
        return {item + side * self.points.count for item, set_bits in enumerate(bits) for side in (0, 1) if set_bits >> side & 1}

    def wrong(self, what, path, view=0, sides=(0, 1), added=frozenset()):
        """What the selection should not be, if it is to be what lies in a path."""
        found, places = self.selected(), self.places(view)
        expected, open_ones = set(added), set()
        for point, place in enumerate(places):
            if place is None or point // self.points.count not in sides:
                continue
            answer = points_of.inside(path, *place)
            (open_ones if answer is None else expected if answer else set()).add(point)
        if (found ^ expected) - open_ones:
            yield f"{what}: {len(found)} points are selected, {len(expected)} lie in it; they differ in {sorted(found ^ expected)[:5]}"
        if not expected and self.points.count >= 20:
            yield f"{what}: the test selects nothing"

    def lasso(self, path, view=0, modifiers=0):
        left, top = self.corner(view)
        self.page.drag([(left + x, top + y) for x, y in path], modifiers)
        self.settle()

    def size(self, view=0):
        return self.page.run(f"[{PLOT % view}.width, {PLOT % view}.height]")

    def star(self, view=0, points=7):
        """A path that crosses itself, over the middle of the view, on whole pixels; around all of few points."""
        width, height = self.size(view)
        if self.points.count < 20:
            return [(1, 1), (width - 1, 1), (width - 1, height - 1), (1, height - 1)]
        turns = [2 * math.pi * 3 * index / points for index in range(points)]
        return [(round(width / 2 + 0.4 * width * math.cos(t)), round(height / 2 + 0.36 * height * math.sin(t))) for t in turns]

    def button(self, text):
        self.page.click(f"[...document.querySelectorAll('#explorer button')].find(b => b.textContent === {json.dumps(text)})")
        self.settle()

    def pixels(self, places, view=0):
        """Colours of the drawn picture at places of the plot, as #rrggbb."""
        return self.page.run(
            f"(p => {json.dumps(places)}.map(([x, y]) => '#' + [...p.base.getContext('2d').getImageData(Math.trunc(x * p.ratio),"
            f" Math.trunc(y * p.ratio), 1, 1).data].slice(0, 3).map(b => b.toString(16).padStart(2, '0')).join('')))({PLOT % view})")

    def picture(self, view=0):
        return self.page.run(f"{PLOT % view}.base.toDataURL()")

    def status(self):
        return self.page.run("document.querySelector('#explorer .status').textContent")

    def rows(self, part):
        return self.page.run(f"[...document.querySelectorAll('#explorer .{part} table')].map(t => [...t.tBodies[0].rows].map(r => [...r.cells].map(c => c.textContent)))")
