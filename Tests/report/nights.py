#!/usr/bin/env python3
"""Makes up sixty nights of an experiment's numbers, and lets the program add one and draw them all: trend.html.

    nights.py MODGAP CONFIG.json RESULTS
"""
import csv
import datetime
import json
import math
import pathlib
import random
import subprocess
import sys

COUNT = 60
LAST = datetime.date(2026, 11, 27)
EPOCH = datetime.date(1970, 1, 1)
CANARY = pathlib.Path(__file__).parents[2] / "results/reference/canary/seeds.csv"
SKIPPED = ["canary", "audit", "resume-test", "invariance", "confirm"]


def night(program, config, results, *words):
    reference = f"{results}/reference"
    skipped = [word for part in SKIPPED for word in ("--skip", part)]
    subprocess.run([program, "nightly", config, "--results", results, "--reference", reference, *skipped, *words],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def number(row):
    if row["kind"] in ("digest", "text"):
        return None
    if row["kind"] == "claim":
        return (float(row["low"]) + float(row["high"])) / 2 if row["low"] else None
    return float(row["value"])


def values(start, kind, draw):
    """A walk, a jump, a number that comes and goes, one that stays."""
    value = start
    for day in range(COUNT):
        if kind == 0:
            value += 1e-6 * (1 + abs(start)) * draw.gauss(0, 1)
        elif kind == 1 and day == 40:
            value = start * 1.001 + 1e-3
        yield math.nan if kind == 2 and day % 7 == 0 else value


def with_tolerances(path):
    """As a calibration would write them, so that there are bands."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for place, row in enumerate(rows):
        if row["kind"] == "real" and place % 3:
            row["tolerance"], row["tolerance_from"] = "5e-6", "made-up"
    write(path, list(rows[0]), [row.values() for row in rows])
    return rows


def canaries(source, reference, folder, stamps, draw):
    """Each night three of the reference's own seeds."""
    pathlib.Path(reference, "canary").mkdir(exist_ok=True)
    pathlib.Path(reference, "canary", "seeds.csv").write_bytes(source.read_bytes())
    with open(source, newline="", encoding="utf-8") as file:
        seeds = list(csv.DictReader(file))
    names = [name for name in seeds[0] if name != "seed"]
    write(folder / "history.csv", ["night", "date", "experiment", "id", "value"],
          [(*stamp, "canary", name, seed[name]) for stamp in stamps for seed in draw.sample(seeds, 3) for name in names])


def write(path, head, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


def main():
    program, config, results = sys.argv[1:]
    name = json.loads(pathlib.Path(config).read_text(encoding="utf-8"))["name"]
    folder = pathlib.Path(results) / ".nightly"
    for stale in ["numbers.csv", "nights.csv", "experiments.json"]:
        (folder / stale).unlink(missing_ok=True)
    night(program, config, results, "--accept")
    rows = [(row["id"], number(row)) for row in with_tolerances(f"{results}/reference/{name}.csv")]
    draw = random.Random(1)
    rows = [(identity, value) for identity, value in rows if value is not None and math.isfinite(value)]
    days = [LAST - datetime.timedelta(COUNT - day) for day in range(COUNT)]
    stamps = [((day - EPOCH).days, day.isoformat()) for day in days]
    numbers, events = [], [(*stamp, "ran", name, "", "revision <b>x</b>") for stamp in stamps]
    for place, (identity, value) in enumerate(rows[:40]):
        before = None
        for stamp, today in zip(stamps, values(value, place % 4, draw)):
            if repr(today) != before:
                numbers.append((*stamp, name, identity, "nan" if math.isnan(today) else repr(today)))
            before = repr(today)
        if place % 4 == 1:
            events.append((*stamps[40], "amber", name, identity, "it is not <i>what it was</i>"))
            events.append((*stamps[41], "red", name, identity, "it is not </title><script>hacked = 1</script>"))
    for place, text in [(3, "the compiler changed, from Swift 6.0 to Swift 6.1"),
                        (39, "OpenBLAS's kernel changed, from Haswell to SkylakeX"), (40, "the code's revision changed"),
                        (41, "the config's stages[1].with.batch changed, from 0 to " + "9" * 200)]:
        events.append((*stamps[place], "change", name, "", text))
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "numbers.csv", ["night", "date", "experiment", "id", "value"], sorted(numbers, key=lambda row: row[0]))
    write(folder / "nights.csv", ["night", "date", "kind", "experiment", "id", "text"], sorted(events, key=lambda row: row[0]))
    canaries(CANARY, f"{results}/reference", folder, stamps, draw)
    night(program, config, results, "--date", LAST.isoformat())


if __name__ == "__main__":
    main()
