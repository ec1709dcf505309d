#!/usr/bin/env python3
"""Writes Sources/modgap/Analyze/ReferenceNumbers.swift from the tables of the authors' arrays:

    modgap run configs/gap-metrics.json
    cd results/gap-metrics/tables && reference_bands.py metrics.csv random-metrics.csv
"""
import csv
import pathlib
import sys

TARGET = pathlib.Path(__file__).parents[2] / "Sources/modgap/Analyze/ReferenceNumbers.swift"


def lines(name, path):
    for row in csv.DictReader(open(path)):
        value, low, high = (float(row[key]) for key in ("value", "ci95_low", "ci95_high"))
        if value != value:
            continue
        ends = (value, value) if low != low else (low, high)
        yield ",".join([row["metric"], row["side"], name] + [f"{end:.5g}" for end in ends])


rows = [*lines("CLIP", sys.argv[1]), *lines("random CLIP", sys.argv[2])]
TARGET.write_text(
    "/// The gap metrics of the authors' arrays `features_clip.npy` and `features_clip_random.npy`, 500 pairs each; made by\n"
    "/// `Tests/oracles/reference_bands.py`, which says how.\n"
    'let referenceBands = """\n  metric,side,reference,low,high\n'
    + "".join(f"  {row}\n" for row in rows)
    + '  """\n')
