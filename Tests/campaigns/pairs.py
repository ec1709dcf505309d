#!/usr/bin/env python3
"""Two plans of one name in one results folder, and `gc --delete` beside them, with SIGKILL at random moments.

A folder without the mark of a renewal is of one plan: manifest, tables and report. What a killed run has stored
stays for the next. At the end the folder holds what a run that was left alone has."""

import json
import os
import shutil
import signal
import subprocess
import time

from common import Campaign, arguments, tables

BINS = [5, 9]
EXPERIMENT = {
    "name": "pairs",
    "matrix": {"seed": [0, 1, 2]}, "replicates": "seed",
    "stages": [
        {"id": "s", "stage": "init", "kind": "mlp", "with": {
            "activation": "tanh", "width": 64, "depth": 3, "inputs": {"kind": "gaussian", "count": 128}}},
        {"id": "c", "stage": "evaluate", "kind": "cosine-similarity", "from": "s", "with": {"bins": 5}},
    ],
    "claims": [{"id": "low", "source": "here", "says": "the mean is low", "table": "c",
                "where": {"layer": 1}, "basis": "derived", "bound_from": "oracle-error",
                "check": {"each": {"of": "mean", "low": -1, "high": 1}}}],
}


def run(bins, results):
    """With one value changed, and with a table that the other plan has not."""
    words = ["run", "pairs.json", "--results", results, "--jobs", "1", "--no-figures",
             "--set", f"stages.c.with.bins={bins}", "--set", f"title=bins{bins}"]
    if bins == BINS[1]:
        words += ["--set", 'stages+=[{"id":"g","stage":"evaluate","kind":"cosine-similarity","from":"s"}]']
    return words


def plans(folder):
    """The bins that manifest, table and report tell of; None for what is not there."""
    def text(name):
        path = os.path.join(folder, name)
        return open(path).read() if os.path.exists(path) else None
    manifest = text("manifest.json")
    if manifest is not None:
        stages = json.loads(manifest)["plan"]["experiment"]["stages"]
        manifest = next(stage for stage in stages if stage["id"] == "c")["with"]["bins"]
    histogram = text("tables/c.histogram.csv")
    if histogram is not None:
        # A row for each bin of each layer, the inputs being one, and seed.
        histogram = (histogram.count("\n") - 1) // (4 * len(EXPERIMENT["matrix"]["seed"]))
    report = text("report.html")
    if report is not None:
        report = next((bins for bins in BINS if f"bins{bins}" in report), 0)
    other = BINS[1] if os.path.exists(os.path.join(folder, "tables/g.csv")) else None
    return [manifest, histogram, report, other]


def check(campaign, folder, what):
    if os.path.exists(os.path.join(folder, ".state/renewing")):
        if os.path.exists(os.path.join(folder, "report.html")):
            campaign.find(f"{what}: half renewed, and with a report", [folder])
        status, _, errors = campaign.run(["plan", "pairs.json", "--results", os.path.dirname(folder)])
        if b"is being renewed, or its run was ended while it was" not in errors:
            campaign.find(f"{what}: half renewed, and nobody says so: {errors!r}", [folder])
        return
    found = [bins for bins in plans(folder) if bins is not None]
    if len(set(found)) > 1:
        campaign.find(f"{what}: manifest, table and report are of {plans(folder)}", [folder])


def start(campaign, words):
    return subprocess.Popen([campaign.program, *words], cwd=campaign.folder, stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def beside(campaign, results, length):
    """Two runs, and gc again and again; each may be killed."""
    processes = [start(campaign, run(bins, results)) for bins in BINS]
    ends = [time.monotonic() + campaign.random.uniform(0, 2 * length) if campaign.random.random() < 0.7 else None
            for _ in processes]
    statuses = [None, None]
    while None in statuses:
        collector = start(campaign, ["gc", "--delete", "--results", results])
        if campaign.random.random() < 0.3:
            time.sleep(campaign.random.uniform(0, 0.02))
            collector.kill()
        if collector.wait() not in (0, 3, -signal.SIGKILL):
            campaign.find(f"gc ends with {collector.returncode}", [campaign.path(results)])
        for index, process in enumerate(processes):
            if ends[index] is not None and time.monotonic() > ends[index]:
                process.kill()
            statuses[index] = process.poll()
    for bins, status in zip(BINS, statuses):
        if status not in (0, -signal.SIGKILL):
            campaign.find(f"beside gc the run of {bins} bins ends with {status}", [campaign.path(results)])
    return sum(status == -signal.SIGKILL for status in statuses)


def main():
    options = arguments(__doc__, 300).parse_args()
    campaign = Campaign("pairs", options)
    with open(campaign.path("pairs.json"), "w") as file:
        json.dump(EXPERIMENT, file)
    calm = {}
    started = time.monotonic()
    for bins in BINS:
        status, _, errors = campaign.run(run(bins, f"calm{bins}"))
        if status != 0:
            campaign.find(f"the run that is left alone ends with {status}: {errors[-500:]!r}")
            campaign.end("stopped")
        calm[bins] = tables(campaign.path(f"calm{bins}", "pairs"))
    length = (time.monotonic() - started) / len(BINS)
    kills = 0
    for index in range(options.count):
        results = f"run{index // 5}"
        folder = campaign.path(results, "pairs")
        kills += beside(campaign, results, length)
        if os.path.isdir(folder):
            check(campaign, folder, f"after round {index}")
        if index % 5 < 4 and index + 1 < options.count:
            continue
        bins = campaign.random.choice(BINS)
        status, _, errors = campaign.run(run(bins, results))
        if status != 0 or tables(folder) != calm[bins] or plans(folder)[0] != bins:
            campaign.find(f"after kills the run of {bins} bins ends with {status} and other tables: "
                          f"{errors[-300:]!r}", [campaign.path(results)])
        check(campaign, folder, "after the last run")
        status, output, _ = campaign.run(["gc", "--delete", "--results", results])
        status, output, _ = campaign.run(run(bins, results))
        if b" 0 computed" not in output:
            campaign.find(f"gc took what the folder's plan wants: {output[-300:]!r}", [campaign.path(results)])
        shutil.rmtree(campaign.path(results), ignore_errors=True)
    campaign.end(f"{options.count} rounds of two runs and gc, {kills} kills")


if __name__ == "__main__":
    main()
