#!/usr/bin/env python3
"""Opens pages of analyses in Chromium and says what is wrong with them: all that pages.py looks for, and that the lasso,
the keys, the search and the legend select what the page's own bytes say, that its file has it, and both views show it.
Ends with 1 if anything is.

    analysis.py [--screenshots FOLDER] [--speed] PAGE.html...
"""
import argparse
import collections
import csv
import io
import math
import os
import pathlib
import sys
import tempfile
import time

import devtools
import pages
from explorer import PLOT, Explorer
from frames import show_speed
from palettes import palette_problems
from points import Points

LARGEST = 10_000_000
RANKS = [1, 2, 6, 11, 101, 1001]
MOST_GROUPS = 12
MOST_ROWS = 200


def drawing_problems(explorer):
    points = explorer.points
    width, height = explorer.size()
    seen = [p for p in explorer.places() if p and 60 < p[0] < width - 12 and 12 < p[1] < height - 46][:50]
    back = explorer.page.run("explorer.color('back')")
    # A ring's middle may be empty, so the disc around the point.
    around = [(x + dx, y + dy) for x, y in seen for dx in range(-4, 5) for dy in range(-4, 5)]
    colors = explorer.pixels(around)
    empty = sum(all(c == back for c in colors[81 * i:81 * i + 81]) for i in range(len(seen)))
    if empty or not seen:
        yield f"{empty} of {len(seen)} points are not drawn"
    if any(p is None for view in points.views for p in view) and "left out" not in explorer.page.run("document.body.textContent"):
        yield "points are left out without a word"


def lasso_problems(explorer):
    points = explorer.points
    path = explorer.star()
    explorer.lasso(path)
    yield from explorer.wrong("lasso", path)
    first = explorer.selected()
    corner = [(50, 5), (50, 200), (round(explorer.size()[0] * 0.6), 200), (round(explorer.size()[0] * 0.6), 5)]
    explorer.lasso(corner, modifiers=8)
    if points.count > 1:
        yield from explorer.wrong("lasso with Shift", corner, added=first)
    width, height = explorer.size()
    whole = [(1, 1), (width - 1, 1), (width - 1, height - 1), (1, height - 1)]
    explorer.lasso(whole)
    yield from explorer.wrong("lasso around all", whole)
    explorer.lasso(path)
    items = sorted({point % points.count for point in explorer.selected()})
    rows = explorer.rows("selection")
    if not rows or [row[1] for row in rows[0]] != [points.ids[item] or f"row {item}" for item in items[:MOST_ROWS]]:
        yield "the table has other ids than the lasso"
    if f"{len(items):,}" not in explorer.status():
        yield f"it says {explorer.status()!r} of {len(items)}"
    if len(items) > MOST_ROWS and f"{MOST_ROWS} of {len(items):,}" not in explorer.page.run("document.querySelector('.selection').textContent"):
        yield "it does not say that the table is cut"
    yield from export_problems(explorer, items)


def export_problems(explorer, items):
    points, page, selected = explorer.points, explorer.page, explorer.selected()
    with tempfile.TemporaryDirectory() as folder:
        page.browser.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=folder)
        explorer.button("Save as CSV")
        path = pathlib.Path(folder, "selected-ids.csv")
        for _ in range(100):
            if path.exists():
                break
            time.sleep(0.1)
        else:
            yield f"nothing was saved: {os.listdir(folder)}"
            return
        time.sleep(0.1)
        text = path.read_bytes().decode()
    side = [["", "x", "y", "both"][(i in selected) + 2 * (i + points.count in selected)] for i in items]
    expected = [[str(i), points.ids[i]] + ([points.labels[i]] if points.labels else []) + [s]
                + ([str(points.ranks[i]), str(points.ranks[i + points.count])] if points.ranks else [])
                for i, s in zip(items, side)]
    head = ["row", "id"] + ["label"] * bool(points.labels) + ["side"] + ["rank_x_to_y", "rank_y_to_x"] * bool(points.ranks)
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if rows != [head] + expected:
        yield f"the file has {len(rows) - 1} rows for {len(items)}, or other values: {rows[:2]}"
    page.run("window.copied = null; Object.defineProperty(navigator, 'clipboard', {value: {writeText: async text => { window.copied = text }}, configurable: true})")
    explorer.button("Copy as CSV")
    if page.run("window.copied") != text:
        yield "the copy has other values than the file"


def linked_problems(explorer):
    """Only x is shown, so that all that is selected has one colour in full in each view."""
    points = explorer.points
    if len(points.views) < 2 or len(points.sides) < 2:
        return
    boxes = "document.querySelectorAll('#explorer input[type=checkbox]')"
    explorer.page.click(f"{boxes}[1]")
    path = explorer.star()
    explorer.lasso(path)
    yield from explorer.wrong("lasso without y", path, sides=(0,))
    hue = explorer.page.run("explorer.swatches[0]")
    for view in range(2):
        width, height = explorer.size(view)
        places = explorer.places(view)
        seen = [p for p in map(places.__getitem__, sorted(explorer.selected())[:2000]) if p and 52 < p[0] < width - 8 and 8 < p[1] < height - 40]
        others = [c for c in explorer.pixels(seen, view) if c != hue]
        if others or not seen:
            yield f"view {view + 1} shows {len(others)} of {len(seen)} selected points in another colour"
    explorer.page.click(f"{boxes}[1]")


def color_problems(explorer):
    points, page = explorer.points, explorer.page
    options = page.run("[...document.querySelector('#explorer select').options].map(o => o.value)")
    wanted = ["sides"] + ["labels"] * bool(points.labels) + ["ranks"] * bool(points.ranks)
    if options != wanted:
        yield f"there are the colours {options}"
    for option in options:
        page.run(f"(s => {{ s.value = '{option}'; s.dispatchEvent(new Event('change')) }})(document.querySelector('#explorer select'))")
        explorer.settle()
        found = page.run("[...document.querySelectorAll('.legend small')].map(e => explorer.points.sides.reduce((text, side) =>"
                         " text.replaceAll(side, ''), e.textContent).match(/\\d[\\d,]*/g).map(t => Number(t.replaceAll(',', ''))))")
        expected = [list(counts) for counts in group_counts(points, option)]
        if found != expected:
            yield f"colours by {option} have the counts {found[:4]}, not {expected[:4]}"
        page.click("document.querySelector('.legend button')")
        first = len(explorer.selected())
        if option != "labels" and first != sum(expected[0]) or option == "labels" and first != expected[0][0] * len(points.sides):
            yield f"a click on the first group of {option} selects {first} points"
        swatches = page.run("[...document.querySelectorAll('.swatch')].map(e => e.style.backgroundColor)")
        if len(set(swatches)) != len(swatches):
            yield f"two groups of {option} have one colour"


def group_counts(points, option):
    if option == "sides":
        return [[points.count]] * len(points.sides)
    if option == "labels":
        sizes = sorted(collections.Counter(points.labels).values(), reverse=True)
        if len(sizes) > MOST_GROUPS:
            sizes = sizes[:MOST_GROUPS - 1] + [sum(sizes[MOST_GROUPS - 1:])]
        return [[size] for size in sizes]
    starts = [start for start in RANKS if start <= points.count]
    sides = [points.ranks[:points.count], points.ranks[points.count:]]
    bins = [collections.Counter(sum(start <= rank for start in starts) for rank in side) for side in sides]
    return [[counts[number + 1] for counts in bins] for number in range(len(starts))]


def keyboard_problems(explorer):
    points, page = explorer.points, explorer.page
    page.run("document.activeElement.blur(); scrollTo(0, 0)")
    for _ in range(int(page.run("document.querySelectorAll('a, button, input, select, summary, [tabindex]').length")) + 5):
        page.key("Tab")
        if page.run(f"document.activeElement === {PLOT % 0}.box"):
            break
    else:
        yield "Tab does not reach the view"
        return
    for key in ["r", "ArrowLeft", "ArrowUp"]:
        page.key(key)
    page.key("ArrowRight", shift=True)
    page.key("ArrowDown", shift=True)
    frame = page.run(f"{PLOT % 0}.frame")
    path = [(frame[0], frame[1]), (frame[2], frame[1]), (frame[2], frame[3]), (frame[0], frame[3])]
    page.key("Enter", text="\r")
    explorer.settle()
    yield from explorer.wrong("rectangle", path)
    page.key("Escape")
    page.key("Escape")
    if explorer.selected() or "Nothing" not in explorer.status():
        yield f"Escape does not clear the selection: {explorer.status()}"
    scale = page.run(f"{PLOT % 0}.scale")
    page.key("+")
    if not math.isclose(page.run(f"{PLOT % 0}.scale"), 1.4 * scale):
        yield "+ does not zoom"
    before = page.run(f"{PLOT % 0}.centre")
    page.key("ArrowRight")
    if page.run(f"{PLOT % 0}.centre")[0] <= before[0]:
        yield "an arrow does not move the view"
    page.key("0")
    if page.run(f"{PLOT % 0}.scale") != scale:
        yield "0 does not show the whole view"
    page.key("Enter", text="\r")
    explorer.settle()
    middle = page.run(f"{PLOT % 0}.middle")
    distances = {point: math.dist(place, middle) for point, place in enumerate(explorer.places()) if place}
    if not math.isclose(distances[page.run("explorer.current")], min(distances.values()), abs_tol=1e-3):
        yield "Enter does not choose the point nearest to the middle"
    yield from neighbour_problems(explorer)
    if len(points.sides) > 1:
        without = explorer.picture()
        page.key("p")
        explorer.settle()
        if explorer.picture() == without:
            yield "p draws no lines"
        if points.count > 5000 and not page.run("[...document.querySelectorAll('#explorer .note')].some(e => !e.hidden && /5,000 of/.test(e.textContent))"):
            yield "it does not say that lines are left out"
        page.key("p")


def neighbour_problems(explorer):
    points = explorer.points
    if not points.near:
        return
    point = explorer.page.run("explorer.current")
    tables = explorer.rows("neighbours")
    expected = [points.neighbours(point, own) for own in ([False, True] if len(points.sides) > 1 else [True])]
    found = [[(row[1].removesuffix(" partner"), row[-1]) for row in table] for table in tables]
    if found != [rows for rows in expected if rows]:
        yield f"the neighbours are {found[:1]}, not {expected[:1]}"


def search_problems(explorer):
    points, page = explorer.points, explorer.page
    part = max((text for text in points.ids[7 % points.count].split() or [""]), key=len)
    if not part:
        return
    page.run("document.querySelector('#explorer input[type=search]').focus()")
    page.call("Input.insertText", text=part.upper())
    page.key("Enter", text="\r")
    explorer.settle()
    items = {item for item, text in enumerate(points.ids) if part.lower() in text.lower()}
    if {point % points.count for point in explorer.selected()} != items:
        yield f"the search for {part!r} selects {len(explorer.selected())} points of {len(items)} items"


def pointer_problems(explorer):
    points, page = explorer.points, explorer.page
    left, top = explorer.corner()
    width, height = explorer.size()
    places = explorer.places()
    point = next(p for p, place in enumerate(places) if place and 60 < place[0] < width - 12 and 12 < place[1] < height - 46)
    at = (left + places[point][0], top + places[point][1])
    page.mouse("mouseMoved", at, held=False)
    explorer.settle()
    hovered = page.run("explorer.hovered")
    tip = page.run(f"{PLOT % 0}.tip.hidden ? null : {PLOT % 0}.tip.textContent")
    if hovered < 0 or math.dist(places[hovered], places[point]) > 1 or not tip or points.ids[hovered % points.count] not in tip:
        yield f"the tip over {point} is {tip!r}"
    page.drag([at])
    if page.run("explorer.current") != hovered:
        yield "a click does not choose the point under it"
    yield from neighbour_problems(explorer)
    scale = page.run(f"{PLOT % 0}.scale")
    page.mouse("mouseWheel", at, held=False, deltaX=0, deltaY=-200)
    explorer.settle()
    moved = explorer.places()[point]
    if page.run(f"{PLOT % 0}.scale") <= scale or math.dist(moved, places[point]) > 1:
        yield "the wheel does not zoom at the pointer"
    explorer.button("Reset view")
    page.click("document.querySelectorAll('#explorer input[type=radio]')[1]")
    left, top = explorer.corner()
    centre = page.run(f"{PLOT % 0}.centre")
    page.drag([(left + 200, top + 100), (left + 150, top + 100)])
    now = page.run(f"{PLOT % 0}.centre")
    if not math.isclose((now[0] - centre[0]) * page.run(f"{PLOT % 0}.scale"), 50, abs_tol=1e-6):
        yield f"dragging by 50 pixels moves the view from {centre} to {now}"
    page.click("document.querySelectorAll('#explorer input[type=radio]')[0]")
    explorer.button("Reset view")


def theme_problems(explorer):
    for dark in [True, False]:
        explorer.page.media(dark)
        explorer.settle()
        back = explorer.page.run("getComputedStyle(document.documentElement).getPropertyValue('--back').trim()")
        found = explorer.pixels([(60, 3)])[0]
        if not explorer.page.run(f"explorer.swatches[0] === HUES.{'dark' if dark else 'light'}[explorer.grouping][0]"):
            yield f"the colours are not those of the {'dark' if dark else 'light'} page"
        if found not in (back, "#" + "".join(2 * digit for digit in back[1:])):
            yield f"the view is {found} where the page is {back}"


def touch_problems(browser, path, points):
    explorer = Explorer(browser, path, points, width=360)
    page = explorer.page
    page.call("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=2)
    left, top = explorer.corner()

    def touch(kind, *places):
        page.call("Input.dispatchTouchEvent", type=kind, touchPoints=[
            {"x": left + x, "y": top + y, "id": number} for number, (x, y) in enumerate(places)])

    path = explorer.star()
    touch("touchStart", path[0])
    for place in path[1:]:
        touch("touchMove", place)
    touch("touchEnd")
    explorer.settle()
    yield from explorer.wrong("lasso by touch", path)
    scale = page.run(f"{PLOT % 0}.scale")
    touch("touchStart", (150, 150))
    touch("touchStart", (150, 150), (200, 150))
    touch("touchMove", (150, 150), (250, 150))
    touch("touchEnd")
    explorer.settle()
    if not math.isclose(page.run(f"{PLOT % 0}.scale"), 2 * scale, rel_tol=1e-6):
        yield f"a pinch to twice the distance scales by {page.run(f'{PLOT % 0}.scale') / scale}"
    yield from page.problems()
    yield from (f"wider than the window: {item}" for item in page.run(pages.WIDE))
    page.close()


def plain_problems(browser, path):
    """Without JavaScript."""
    page = devtools.Page(browser, "about:blank", 768)
    page.call("Emulation.setScriptExecutionDisabled", value=True)
    page.call("Page.navigate", url=pathlib.Path(path).resolve().as_uri())
    browser.wait("Page.loadEventFired", page.session)
    page.call("DOM.enable")
    root = page.call("DOM.getDocument")["root"]["nodeId"]
    for selector in ["h1", ".lead", "noscript p", "table[data-name] td"]:
        found = page.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        try:
            size = found and page.call("DOM.getBoxModel", nodeId=found)["model"]["height"]
        except RuntimeError:
            size = 0
        if not size:
            yield f"without JavaScript there is no {selector}"
    page.close()


def problems(browser, path, screenshots):
    yield from pages.problems(browser, path, screenshots, largest=LARGEST)
    points = Points(path)
    explorer = Explorer(browser, path, points)
    for look in [drawing_problems, lasso_problems, linked_problems, color_problems, keyboard_problems, search_problems,
                 pointer_problems, theme_problems]:
        yield from look(explorer)
    yield from palette_problems(explorer.page.run("HUES"))
    yield from explorer.page.problems()
    explorer.page.close()
    yield from (f"touch: {item}" for item in touch_problems(browser, path, points))
    yield from plain_problems(browser, path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--screenshots", help="a folder for pictures of the pages")
    parser.add_argument("--speed", action="store_true", help="only say how fast the pages draw; nothing is judged")
    parser.add_argument("pages", nargs="+")
    arguments = parser.parse_args()
    browser, count = pages.opened_browser(arguments.screenshots), 0
    try:
        for page in arguments.pages:
            if arguments.speed:
                show_speed(browser, page)
                continue
            count += pages.told(page, problems(browser, page, arguments.screenshots))
    finally:
        browser.close()
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main()
