#!/usr/bin/env python3
"""Runs the program under random limits of address space, data, files and file size.

It must end by itself: done with the right tables, or with a sentence and an exit status of the README."""

import json
import resource
import shutil
import subprocess

from common import STATUSES, Campaign, arguments, tables
from kills import EXPERIMENT, command

# Below this the loader cannot map the program's libraries, and nothing of the program runs.
LEAST_ADDRESS_SPACE = 300 << 20
LIMITS = {
    "address space": (resource.RLIMIT_AS, LEAST_ADDRESS_SPACE, 1200 << 20),
    "data": (resource.RLIMIT_DATA, 100 << 20, 600 << 20),
    "open files": (resource.RLIMIT_NOFILE, 8, 64),
    "file size": (resource.RLIMIT_FSIZE, 0, 200 << 10),
}


def limited_run(campaign, results, limit, value):
    process = subprocess.run(
        command(campaign, results), cwd=campaign.folder, stdin=subprocess.DEVNULL, capture_output=True,
        timeout=120, preexec_fn=lambda: resource.setrlimit(limit, (value, value)))
    return process.returncode, process.stderr


def main():
    options = arguments(__doc__, 500).parse_args()
    campaign = Campaign("limits", options)
    with open(campaign.path("kills.json"), "w") as file:
        json.dump(EXPERIMENT, file)
    status, _, errors = campaign.run(command(campaign, "calm")[1:])
    if status != 0:
        campaign.find(f"the run without a limit ends with {status}: {errors[-500:]!r}")
        campaign.end("stopped")
    calm = tables(campaign.path("calm", "kills"))
    counts = {}
    for index in range(options.count):
        name, (limit, low, high) = campaign.random.choice(sorted(LIMITS.items()))
        value = campaign.random.randrange(low, high)
        results = f"run{index}"
        what = f"{name} of {value}"
        try:
            status, errors = limited_run(campaign, results, limit, value)
        except subprocess.TimeoutExpired:
            campaign.find(f"{what}: the program hangs")
            continue
        counts[status] = counts.get(status, 0) + 1
        if status not in STATUSES or b"Fatal error" in errors or (status != 0 and len(errors) < 20):
            campaign.find(f"{what}: exit status {status}: {errors[-400:]!r}")
        elif status == 0 and tables(campaign.path(results, "kills")) != calm:
            campaign.find(f"{what}: other tables", [campaign.path(results)])
        shutil.rmtree(campaign.path(results), ignore_errors=True)
    campaign.end(", ".join(f"{count} with exit status {status}" for status, count in sorted(counts.items())))


if __name__ == "__main__":
    main()
