#!/usr/bin/env python3
"""Kills the program at random moments; what it ends with must be what a run that was left alone has."""

import json
import os
import shutil
import signal
import subprocess
import time

from common import Campaign, arguments, tables

TOWER = {"width": 16, "layers": 1, "heads": 2}
EXPERIMENT = {
    "name": "kills",
    "matrix": {"seed": [0, 1]},
    "replicates": "seed",
    "data": {"drawn": {"kind": "shapes", "count": 24, "size": 16}},
    "stages": [
        {"id": "start", "stage": "init", "kind": "dual-encoder", "with": {
            "data": "drawn", "embedding": 8, "x": dict(TOWER, architecture="vit", patch=8),
            "y": dict(TOWER, architecture="text", vocabulary=259, context=77)}},
        {"id": "trained", "stage": "train", "kind": "contrastive", "from": "start", "with": {
            "temperature": 0.1, "steps": 60, "batch": 8, "checkpoint_every": 7, "held_out": 4}},
        {"id": "moved", "stage": "shift", "kind": "gap", "from": "trained", "with": {"delta": [-0.5, 0, 0.5]}},
        {"id": "gap", "stage": "evaluate", "kind": "gap", "from": "moved"},
        {"id": "map", "stage": "evaluate", "kind": "projection", "from": "trained"},
        {"id": "loss", "stage": "evaluate", "kind": "contrastive-loss", "from": "moved",
         "with": {"temperature": [0.01, 1], "batch": 0}},
    ],
    "claims": [{"id": "finite", "source": "none", "says": "the gap is a number", "table": "gap",
                "where": {"delta": 0}, "basis": "derived", "bound_from": "oracle-error",
                "check": {"each": {"of": "l2m", "low": 0, "high": 2}}}],
}
# A run that is killed so often without coming to an end is let alone once.
MOST_KILLS = 12


def command(campaign, results):
    return [campaign.program, "run", campaign.path("kills.json"), "--results", results, "--no-figures"]


def datasets(folder):
    """What the embeddings' files hold is compared by the digests in the manifest."""
    with open(os.path.join(folder, "manifest.json")) as file:
        manifest = json.load(file)
    return {task: result["digest"] for task, result in manifest["results"].items()}


def outcome(folder):
    return tables(folder), datasets(folder)


def killed_run(campaign, results, length):
    """Starts the program and kills it; gives whether it ended by itself, and the status."""
    process = subprocess.Popen(
        command(campaign, results), cwd=campaign.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    try:
        return True, process.wait(timeout=campaign.random.uniform(0, length))
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return False, None


def main():
    options = arguments(__doc__, 1000).parse_args()
    campaign = Campaign("kills", options)
    with open(campaign.path("kills.json"), "w") as file:
        json.dump(EXPERIMENT, file)
    started = time.monotonic()
    status, _, errors = campaign.run(command(campaign, "calm")[1:])
    length = 1.1 * (time.monotonic() - started)
    if status != 0:
        campaign.find(f"the run that is left alone ends with {status}: {errors[-500:]!r}")
        campaign.end("stopped")
    calm = outcome(campaign.path("calm", "kills"))
    kills = runs = 0
    while kills < options.count:
        results = f"run{runs}"
        for attempt in range(MOST_KILLS):
            ended, status = killed_run(campaign, results, length)
            if ended or kills >= options.count:
                break
            kills += 1
        status, _, errors = campaign.run(command(campaign, results)[1:])
        runs += 1
        if status != 0:
            campaign.find(f"after kills the run ends with {status}: {errors[-300:]!r}", [campaign.path(results)])
        elif outcome(campaign.path(results, "kills")) != calm:
            campaign.find("after kills the results are others", [campaign.path(results), campaign.path("calm")])
        shutil.rmtree(campaign.path(results), ignore_errors=True)
    campaign.end(f"{kills} kills of {runs} runs")


if __name__ == "__main__":
    main()
