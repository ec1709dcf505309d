#!/usr/bin/env python3
"""Opens reports in Chromium and says what is wrong with them: errors, requests, overflow, contrast, tables that do not
sort, filter or copy, names that are missing. Ends with 1 if anything is.

    pages.py [--screenshots FOLDER] PAGE.html...
"""
import argparse
import csv
import io
import os
import pathlib
import sys

import devtools

LARGEST = 3_000_000
OPEN_ALL = "for (const part of document.querySelectorAll('details')) part.open = true"

# Text nodes whose contrast to what they stand on is below 4.5, each with its colours.
CONTRAST = r"""(() => {
  const channels = text => {
    const found = (text.match(/[\d.]+/g) ?? []).map(Number);
    return found.length < 3 ? [0, 0, 0, 0] : [found[0], found[1], found[2], found[3] ?? 1];
  };
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const luminance = color => color.slice(0, 3).map(value => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }).reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = element => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (at.parentElement?.closest("svg.graph") && at.tagName === "g") layers.push(channels(getComputedStyle(at.querySelector("rect")).fill));
      // The panels of gnuplot's pictures are a little darker than their page.
      if (at.classList.contains("canvas")) layers.push([234, 234, 242, 1]);
      layers.push(channels(style.backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const bad = new Map();
  let count = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || ["SCRIPT", "STYLE", "title"].includes(element.tagName)) continue;
    const range = document.createRange();
    range.selectNode(node);
    if (!range.getClientRects().length) continue;
    count += 1;
    const style = getComputedStyle(element);
    const below = ground(element);
    const ink = over(channels(element.closest("svg") ? style.fill : style.color), below);
    const [a, b] = [luminance(ink), luminance(below)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) bad.set(ink + " on " + below, `${ratio.toFixed(2)}: ${node.data.trim().slice(0, 40)} (${ink.map(Math.round)} on ${below.map(Math.round)})`);
  }
  return {count, bad: [...bad.values()]};
})()"""

# What has no name, no target or the id of something else; boxes of the graph that overlap or do not hold their text.
STRUCTURE = r"""(() => {
  const found = [];
  const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
  const seen = new Set();
  for (const id of ids) { if (seen.has(id)) found.push("id twice: " + id); seen.add(id); }
  for (const e of document.querySelectorAll("a[href^='#'], use")) {
    const target = decodeURIComponent(e.getAttribute("href").slice(1));
    if (!seen.has(target)) found.push("leads nowhere: " + e.getAttribute("href"));
  }
  for (const e of document.querySelectorAll("svg")) {
    const by = e.getAttribute("aria-labelledby");
    const name = e.getAttribute("aria-label") || (by && document.getElementById(by)?.textContent);
    if (e.getAttribute("role") !== "img" || !name?.trim()) found.push("picture without a name");
  }
  for (const e of document.querySelectorAll("button, input, select"))
    if (!(e.getAttribute("aria-label") || e.textContent).trim()) found.push("control without a name");
  for (const e of document.querySelectorAll(".wide, .tall")) if (e.tabIndex !== 0) found.push("box that no key scrolls");
  const boxes = [...document.querySelectorAll(".graph g")].map(g => [g.querySelector("rect").getBoundingClientRect(), g]);
  for (const [box, g] of boxes) {
    for (const text of g.querySelectorAll("text")) {
      const t = text.getBoundingClientRect();
      if (t.left < box.left || t.right > box.right || t.top < box.top - 1 || t.bottom > box.bottom + 1) found.push("text outside of its box: " + text.textContent);
    }
    for (const [other] of boxes)
      if (other !== box && box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom) found.push("boxes overlap: " + g.textContent);
  }
  for (const e of document.querySelectorAll("*")) for (const a of e.attributes)
    if (/["'<>]/.test(a.name) || (a.name === "class" && /["'<>]/.test(a.value))) found.push("markup in an attribute: " + a.name + " " + a.value);
  if (window.hacked !== undefined) found.push("a text of the config was carried out");
  return found;
})()"""

# Texts beside the pictures of the nights that overlap, that reach out of their row, or that are missing.
PLOTS = r"""(() => {
  const found = new Set();
  for (const plot of document.querySelectorAll(".plot")) {
    const box = plot.getBoundingClientRect();
    const texts = [...plot.querySelectorAll("span")].filter(e => e.getClientRects().length);
    for (const [index, text] of texts.entries()) {
      const a = text.getBoundingClientRect();
      if (!text.textContent.trim()) found.add("a plot has an empty text");
      if (a.left < box.left - 1 || a.right > box.right + 1) found.add("beside its plot: " + text.textContent);
      for (const other of texts.slice(index + 1)) {
        const b = other.getBoundingClientRect();
        if (a.left < b.right && b.left < a.right && a.top < b.bottom - 2 && b.top < a.bottom - 2) found.add("texts of a plot overlap: " + text.textContent + ", " + other.textContent);
      }
    }
    if (!plot.querySelector(".unit")) found.add("a plot has no unit");
    if (plot.querySelector("svg").getBoundingClientRect().width < 120) found.add("a plot is too narrow");
  }
  return [...found];
})()"""

WIDE = """(() => { const root = document.documentElement; return root.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".wide"))
  .slice(0, 5).map(e => e.tagName + "." + e.className + " " + e.textContent.trim().slice(0, 40)).concat(root.scrollWidth + " px") })()"""

# A table and a column of it that are worth sorting: [table, column].
SORTABLE = """(() => { const tables = [...document.querySelectorAll("table[data-name]")];
  for (const [index, table] of tables.entries()) for (const [column] of [...table.tHead.rows[0].cells].entries()) {
    const rows = [...table.tBodies[0].rows];
    if (new Set(rows.map(r => r.cells[column].dataset.value ?? r.cells[column].textContent)).size > 1) return [index, column];
  } return null })()"""


def column(page, table, number):
    return page.run(
        f"[...document.querySelectorAll('table[data-name]')[{table}].tBodies[0].rows].filter(r => !r.hidden)"
        f".map(r => (r.cells[{number}].dataset.value ?? r.cells[{number}].textContent).trim())")


def rank(text):
    try:
        return (0, float(text), "") if text else (1, 0, "")
    except ValueError:
        # As JavaScript compares texts, by UTF-16.
        return (1, 0, text.encode("utf-16-be"))


def table_problems(page):
    place = page.run(SORTABLE)
    if place is None:
        return
    table, number = place
    button = f"document.querySelectorAll('table[data-name]')[{table}].tHead.rows[0].cells[{number}].firstChild"
    state = f"{button}.parentElement.getAttribute('aria-sort')"
    before = column(page, table, number)
    page.click(button)
    if page.run(state) != "ascending" or column(page, table, number) != sorted(before, key=rank):
        yield f"a click does not sort: {page.run(state)}, {column(page, table, number)[:5]}"
    page.run(f"{button}.focus()")
    page.key("Enter", text="\r")
    falling = column(page, table, number)
    if page.run(state) != "descending" or falling != sorted(before, key=rank, reverse=True):
        yield f"the keyboard does not sort: {page.run(state)}, {falling[:5]}"
    page.run("document.activeElement.blur(); scrollTo(0, 0)")
    stops = int(page.run("document.querySelectorAll('a, button, input, summary, [tabindex]').length")) + 5
    for _ in range(stops):
        page.key("Tab")
        if page.run("document.activeElement?.parentElement?.tagName === 'TH'"):
            break
    else:
        yield "Tab does not reach a heading of a table"
    yield from filter_problems(page, table, number, before)


def filter_problems(page, table, number, before):
    tools = f"document.querySelectorAll('table[data-name]')[{table}].parentElement.previousElementSibling"
    word = page.run(f"document.querySelectorAll('table[data-name]')[{table}].tBodies[0].rows[0].cells[0].firstChild.textContent.trim().split(/\\s+/).sort((a, b) => b.length - a.length)[0]")
    page.run(f"{tools}.querySelector('input').focus()")
    page.call("Input.insertText", text=word.upper())
    shown = page.run(
        f"[...document.querySelectorAll('table[data-name]')[{table}].tBodies[0].rows].map(r => [r.hidden, r.textContent, r.getClientRects().length])")
    for hidden, text, rects in shown:
        if hidden == (word.lower() in text.lower()) or hidden == (rects > 0):
            yield f"the filter {word!r} is wrong about {text[:60]!r}"
            break
    page.run("window.copied = null; Object.defineProperty(navigator, 'clipboard', {value: {writeText: async text => { window.copied = text }}, configurable: true})")
    page.click(f"{tools}.querySelector('button')")
    rows = list(csv.reader(io.StringIO(page.run("new Promise(done => setTimeout(() => done(window.copied), 50))") or "", newline="")))
    count = sum(not hidden for hidden, _, _ in shown)
    if len(rows) != count + 1 or len({len(row) for row in rows}) > 1:
        yield f"the copy has {len(rows)} lines for {count} rows"
    elif [row[number] for row in rows[1:]] != column(page, table, number):
        yield "the copy has other values than the table"
    page.run(f"{tools}.querySelector('input').value = ''; {tools}.querySelector('input').dispatchEvent(new Event('input'))")
    if len(column(page, table, number)) != len(before):
        yield "without a filter not all rows are there"


def filter_all_problems(page):
    if not page.run("document.getElementById('filter-all') !== null"):
        return
    rows = "[...document.querySelectorAll('table[data-name] tbody tr')]"
    word = page.run(f"{rows}.at(-1).cells[0].textContent.split('/').at(-1)")
    page.run("document.getElementById('filter-all').focus()")
    page.call("Input.insertText", text=word)
    if page.run(f"{rows}.some(r => r.hidden === r.textContent.toLowerCase().includes({word.lower()!r}))"):
        yield f"the filter of all tables is wrong about {word!r}"
    page.run("const field = document.getElementById('filter-all'); field.value = ''; field.dispatchEvent(new Event('input'))")
    if page.run(f"{rows}.some(r => r.hidden)"):
        yield "without the filter of all tables not all rows are there"


def problems(browser, path, screenshots, largest=LARGEST):
    name, url = pathlib.Path(path).parent.name + "-" + pathlib.Path(path).stem, pathlib.Path(path).resolve().as_uri()
    if os.path.getsize(path) >= largest:
        yield f"{os.path.getsize(path)} bytes"
    for width in [360, 768, 1400]:
        for dark in [False, True]:
            page = devtools.Page(browser, url, width, dark)
            theme = f"{width} px, {'dark' if dark else 'light'}"
            if screenshots:
                page.screenshot(f"{screenshots}/{name}-{width}-{'dark' if dark else 'light'}.png")
            page.run(OPEN_ALL)
            yield from (f"{theme}: wider than the window: {item}" for item in page.run(WIDE))
            yield from (f"{theme}: {item}" for item in page.run(PLOTS))
            contrast = page.run(CONTRAST)
            if not contrast["count"]:
                yield f"{theme}: no text"
            yield from (f"{theme}: contrast {item}" for item in contrast["bad"])
            if not dark:
                yield from (f"{theme}: {item}" for item in page.run(STRUCTURE))
                yield from (f"{theme}: {item}" for item in table_problems(page))
                yield from (f"{theme}: {item}" for item in filter_all_problems(page))
            yield from (f"{theme}: {item}" for item in page.problems())
            page.close()
    page = devtools.Page(browser, url, 1000)
    yield from (f"on paper: {item}" for item in print_problems(page, f"{screenshots}/{name}.pdf" if screenshots else None))
    page.close()


def print_problems(page, path):
    pdf = page.pdf()
    if path:
        with open(path, "wb") as file:
            file.write(pdf)
    if not pdf.startswith(b"%PDF") or len(pdf) < 5000:
        yield f"the PDF has {len(pdf)} bytes"
    page.media(False, "print")
    if page.run("[...document.querySelectorAll('.tools, nav')].some(e => e.getClientRects().length)"):
        yield "controls are printed"
    if page.run("[...document.querySelectorAll('details > :not(summary)')].some(e => !e.checkVisibility({contentVisibilityAuto: true}))"
                " && !CSS.supports('selector(::details-content)')"):
        yield "closed parts are not printed"


def opened_browser(screenshots):
    path = devtools.program()
    if not path:
        sys.exit("there is no Chromium (apt-get install chromium, or MODGAP_CHROMIUM=PATH)")
    if screenshots:
        os.makedirs(screenshots, exist_ok=True)
    return devtools.Browser(path)


def told(page, problems):
    """Prints what is wrong with a page, and says how much it is."""
    found = list(problems)
    print(f"{page}: {'; '.join(found) if found else 'nothing wrong'}")
    return len(found)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--screenshots", help="a folder for pictures of the pages")
    parser.add_argument("pages", nargs="+")
    arguments = parser.parse_args()
    browser, count = opened_browser(arguments.screenshots), 0
    try:
        for page in arguments.pages:
            count += told(page, problems(browser, page, arguments.screenshots))
    finally:
        browser.close()
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main()
