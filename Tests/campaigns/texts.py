#!/usr/bin/env python3
"""Puts random texts into every language that the program writes, and reads them back with a parser of that language."""

import csv
import html.parser
import io
import json
import os
import re
import shutil
import subprocess
import unicodedata
import xml.etree.ElementTree as xml

from common import Campaign, arguments

# What ends a string, a comment, a cell, a tag or a line somewhere; what hides it; and what no file may have.
SCALARS = list("'\"`\\$(){}@#!%&<>|*_[]~^;-=+,/.: aé0τ語😀") + [
    "\n", "\r", "\t", "\v", "\f", "\x01", "\x07", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\u00a0", "\u200b",
    "\u200d", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069", "\ufeff", "\u0301", "\u0338", "\u20dd", "\ufe0f",
    "\ufffd", "\ufffe", "\uffff", "\U0001ffff", "\ufdd0", "\ue000", "\U0010ffff", "\u05d0", "\u0627", "\u0e33"]
# Each runs something, or ends something, for a reader that takes it for more than text.
PIECES = [
    "`touch PWNED`", "$(touch PWNED)", "' . system('touch PWNED') . '", "\";system(\"touch PWNED\");\"", "\n!touch PWNED\n",
    "';touch PWNED;'", "x'\u0301 `touch PWNED` it\u2019s", "\\\n`touch PWNED`", "\\\\\"`touch PWNED`\\", "''", "'a",
    "%s%n%d", "100%", "<script>alert(1)</script>", "</td><td>", "]]>", "<![CDATA[", "&lt;", "&#0;", "-->", "<!--",
    "![x](javascript:alert(1))", "| a | b |", "``` ", "@echo", "{/Symbol a}", "^{x}_{y}", "=1+1", "+1", "-1", "@SUM(1)", "\"\"",
    ",", "EOD", "\nEOD\n", "#", "\\u0041", "\\140touch PWNED\\140"]
TAGS = set("""html head meta title style body h1 h2 p div table thead tbody tr th td strong br small code span figure
    figcaption a ul li details summary main nav section pre script link svg g path rect circle text tspan use defs
    polygon filter feflood fecomposite""".split())


def text(campaign, count):
    parts = []
    for _ in range(campaign.random.randrange(1, count)):
        if campaign.random.random() < 0.15:
            parts.append(campaign.random.choice(PIECES).replace("PWNED", campaign.path("pwned")))
        else:
            parts.append(campaign.random.choice(SCALARS))
    # `${` begins an axis, which no text of a figure or a claim may have, and format's own words are in braces.
    return "".join(parts).replace("${", "$ {")


def shown(text):
    """As it is shown: on one line, without what XML forbids."""
    def one(scalar):
        value = ord(scalar)
        if 9 <= value <= 13 or value in (0x85, 0x2028, 0x2029):
            return " "
        bad = value < 32 or 0x7F <= value < 0xA0 or 0xFDD0 <= value <= 0xFDEF or value & 0xFFFE == 0xFFFE
        return "\ufffd" if bad else scalar
    return "".join(map(one, text))


def covered():
    """The code points that the installed fonts have; nothing is known without fontconfig."""
    try:
        listing = subprocess.run(["fc-list", "--format", "%{charset}\n"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    ends = (word.split("-") for word in listing.split())
    return {value for pair in ends for value in range(int(pair[0], 16), int(pair[-1], 16) + 1)}


COVERED = covered()


def drawable(text):
    """What finds it in a picture, which has the number of a character that no font has, and may have one that is not seen as it is."""
    def one(scalar):
        if COVERED is None or scalar.isascii() or ord(scalar) in COVERED:
            return re.escape(scalar)
        number = f"<{ord(scalar):X}>"
        return number if scalar.isprintable() and not unicodedata.combining(scalar) else f"(?:{re.escape(scalar)}|{number})"
    return "".join(map(one, bare(text)))


def bare(text):
    """Without white space, at which lines are broken."""
    return "".join(shown(text).split())


class Page(html.parser.HTMLParser):
    """The texts of a report by their element, and its tags."""

    def __init__(self, content):
        super().__init__(convert_charrefs=True)
        self.tags, self.open, self.headings, self.claims = set(), [], [], []
        self.feed(content)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.tags.update(f"@{name}" for name, _ in attributes if name.startswith("on"))
        self.open.append(tag)
        if tag == "h1":
            self.headings.append("")
        if tag == "strong":
            self.claims.append("")

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if self.open and self.open[-1] == "h1":
            self.headings[-1] += data
        if self.open and self.open[-1] == "strong":
            self.claims[-1] += data


def experiment(campaign):
    claims = [
        {"id": f"k{number}", "source": text(campaign, 12), "says": text(campaign, 30), "table": "c",
         "where": {"layer": 1}, "basis": "derived", "bound_from": "oracle-error",
         "check": {"each": {"of": "mean", "low": -1, "high": campaign.random.choice([1, -0.9])}}}
        for number in range(8)]
    figure = {
        "name": campaign.random.choice(["f", "-p", "--version", "a.b", "-"]), "kind": "lines", "table": "c", "where": {"layer": [1, 2]}, "x": "layer",
        "y": "mean", "title": text(campaign, 40), "caption": text(campaign, 40), "xlabel": text(campaign, 12),
        "ylabel": text(campaign, 12), "series": "seed", "format": (text(campaign, 10) + "{value}").replace("${", "$ {"),
        "legend_title": text(campaign, 10),
        "vertical": [{"at": 1, "title": text(campaign, 20)}], "size": [900, 700]}
    if campaign.random.random() < 0.5:
        figure.update(xscale="log", xformat=text(campaign, 12))
    return {
        "name": "texts", "title": text(campaign, 40), "matrix": {"seed": [0, 1]}, "replicates": "seed", "figures": [figure], "claims": claims,
        "stages": [
            {"id": "s", "stage": "init", "kind": "mlp", "with": {
                "activation": "tanh", "width": 8, "depth": 2, "inputs": {"kind": "gaussian", "count": 16}}},
            {"id": "c", "stage": "evaluate", "kind": "cosine-similarity", "from": "s", "with": {"bins": 5}}]}


def bars(line):
    """How many bars of a line of Markdown end a cell."""
    count, escaped = 0, False
    for byte in line:
        count += byte == "|" and not escaped
        escaped = byte == "\\" and not escaped
    return count


def problems(campaign, config, folder):
    """What is not as it was written."""
    def read(name):
        with open(os.path.join(folder, name), encoding="utf-8", newline="") as file:
            return file.read()
    claims, figure = config["claims"], config["figures"][0]
    page = Page(read("report.html"))
    if not page.tags <= TAGS:
        yield f"report.html has tags of a text: {sorted(page.tags - TAGS)}"
    if page.headings != [shown(config["title"])]:
        yield f"report.html's heading is {page.headings!r}, not {config['title']!r}"
    if page.claims != [shown(claim["says"]) for claim in claims]:
        yield f"report.html's claims are {page.claims!r}"
    cases = xml.fromstring(read("junit.xml")).findall(".//testcase")
    if [case.get("name") for case in cases] != [claim["id"] for claim in claims]:
        yield "junit.xml has other cases"
    for case, claim in zip(cases, claims):
        failure = case.find("failure")
        if failure is not None and not failure.text.startswith(f"{shown(claim['says'])} ({shown(claim['source'])}). "):
            yield f"junit.xml has {failure.text!r} for {claim!r}"
    rows = list(csv.DictReader(io.StringIO(read("verdicts.csv"), newline=""), strict=True))
    if [(row["says"], row["source"]) for row in rows] != [(claim["says"], claim["source"]) for claim in claims]:
        yield f"verdicts.csv has {rows!r}"
    lines = [line for line in read("report.md").split("\n") if line.startswith("| ")]
    if [bars(line) for line in lines[:1 + len(claims)]] != [9] * (1 + len(claims)):
        yield "report.md's table of claims is torn"
    drawn = xml.fromstring(read(f"figures/{figure['name']}.svg").encode())
    texts = "".join("".join(node.itertext()) for node in drawn.iter("{http://www.w3.org/2000/svg}text"))
    for part in ("title", "caption"):
        if not re.search(drawable(figure[part]), "".join(texts.split())):
            yield f"the {part} {figure[part]!r} is not in the picture: {texts!r}"


def main():
    options = arguments(__doc__, 1000).parse_args()
    campaign = Campaign("texts", options)
    for number in range(options.count):
        config = experiment(campaign)
        with open(campaign.path("e.json"), "w") as file:
            json.dump(config, file)
        shutil.rmtree(campaign.path("results", "texts"), ignore_errors=True)
        status, _, errors = campaign.run(["run", "e.json", "--results", "results", "--jobs", "1"])
        keeping = [campaign.path("e.json"), campaign.path("results", "texts")]
        if os.path.exists(campaign.path("pwned")):
            campaign.find("a text ran a command", keeping)
            os.remove(campaign.path("pwned"))
        if status not in (0, 2):
            campaign.find(f"exit status {status}: {errors[-400:]!r}", keeping)
            continue
        try:
            found = list(problems(campaign, config, campaign.path("results", "texts")))
        except (OSError, UnicodeError, xml.ParseError, csv.Error) as error:
            found = [f"{type(error).__name__}: {error}"]
        for problem in found:
            campaign.find(problem[:1000], keeping)
    campaign.end(f"{options.count} experiments")


if __name__ == "__main__":
    main()
