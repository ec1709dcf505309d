#!/usr/bin/env python3
"""Nights of `modgap nightly`: none may raise an alarm where nothing changed, and each must where a kernel is wrong by one
part in a thousand.

A copy of the tree is built with the mistakes of mistakes.NIGHT_MUTANTS, each behind a flag. Without one, it makes a
reference (`--calibrate`). Then come nights with fresh seeds, with two OpenBLAS kernels in turn and every other one beside
a load, which must end with 0; then a night for each mistake, in an empty store, which must end with 2."""

import argparse
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile

from common import ROOT
from mistakes import NIGHT_MUTANTS
from mutants import FLAGS, Copy
from weaving import Stale, copy_tree, mutated

# Small, and with all that the mistakes touch: simulations, random networks, closed forms, a training.
CONFIGS = ["configs/figure3-simulation.json", "Tests/campaigns/nights.json"]
FIRST = datetime.date(2026, 1, 1)


class Nights:
    def __init__(self, copy, configs):
        self.copy = copy
        self.configs = configs
        self.reference = os.path.join(copy.folder, "reference")

    def build(self):
        done = self.copy.run([*self.copy.swift, "build", "--ignore-lock", *FLAGS, "--product", "modgap"])
        if done.returncode != 0:
            sys.exit(done.stdout.decode(errors="replace")[-8000:] + "\nnights: the copy does not build")

    def kernels(self):
        found = self.copy.run([".build/release/modgap", "doctor", "--kernels"]).stdout.decode().split()
        return [found[0], "HASWELL" if "HASWELL" in found and found[0] != "HASWELL" else found[-1]]

    def night(self, results, words, mutant=None, kernel=None):
        """Exit status and, unless it is calibrated, what it found."""
        self.copy.kernel = kernel
        done = self.copy.run(
            [".build/release/modgap", "nightly", *self.configs, "--results", results, "--reference", self.reference,
             *words], mutant, 14400)
        lines = [line for line in done.stdout.decode(errors="replace").splitlines() if line.startswith("{")]
        return done.returncode, json.loads(lines[-1]) if lines else None, done.stdout

    def calibrate(self, kernel):
        status, _, output = self.night(os.path.join(self.copy.folder, "nights"), ["--calibrate"], kernel=kernel)
        if status not in (0, 2, 3):
            sys.exit(output.decode(errors="replace")[-4000:] + f"\nnights: no reference, status {status}")

    def quiet(self, count, kernels):
        """How many of the nights in which nothing changed raised an alarm."""
        alarms = 0
        for number in range(count):
            kernel, isLoaded = kernels[number % 2], number % 4 >= 2
            date = (FIRST + datetime.timedelta(days=number)).isoformat()
            load = subprocess.Popen(["sh", "-c", "while :; do :; done"]) if isLoaded else None
            try:
                status, found, output = self.night(
                    os.path.join(self.copy.folder, f"nights-{kernel}"),
                    ["--json", "--date", date, "--skip", "invariance", "--skip", "resume-test"], kernel=kernel)
            finally:
                if load:
                    load.kill()
            red = [f for f in found["findings"] if f["level"] == "red"] if found else []
            wrong = status != 0 or red
            alarms += bool(wrong)
            print(f"night {number + 1}, {date}, {kernel}{', loaded' if isLoaded else ''}: status {status}, "
                  + (found["summary"] if found else output.decode(errors="replace")[-2000:]), flush=True)
            for finding in found["findings"] if found else []:
                print(f"    {finding['level']}: {finding['experiment']}: {finding['id']}: {finding['message']}")
        return alarms

    def broken(self, mutants, kernels):
        """The mistakes that no night found, in the environment of the reference and in another one."""
        missed = []
        for mutant in mutants:
            for kernel in kernels:
                results = os.path.join(self.copy.folder, "broken")
                shutil.rmtree(results, ignore_errors=True)
                status, found, _ = self.night(
                    results, ["--json", "--date", FIRST.isoformat(), "--skip", "invariance", "--skip", "resume-test"],
                    mutant, kernel)
                red = [f for f in found["findings"] if f["level"] == "red"] if found else []
                print(f"{mutant.says}, {kernel}: status {status}, {len(red)} red", flush=True)
                for finding in red[:8]:
                    print(f"    {finding['experiment']}: {finding['id']}: {finding['message']}")
                for change in (found or {}).get("changes", [])[:8]:
                    print(f"    changed: {change}")
                # A program that refuses to compute (status 70) has said so, too.
                if not red and status != 70:
                    missed.append(f"{mutant.name} ({kernel})")
        return missed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="MISTAKE", help="default: all")
    parser.add_argument("--nights", type=int, default=20, help="in which nothing changed (default: %(default)s)")
    parser.add_argument("--configs", default=",".join(CONFIGS), help="default: %(default)s")
    parser.add_argument("--folder", help="of the copy, which stays and is used again with its reference")
    options = parser.parse_args()
    mutants = [mutant for mutant in NIGHT_MUTANTS if not options.names or mutant.name in options.names]
    folder = os.path.abspath(options.folder or tempfile.mkdtemp(prefix="modgap-nights-"))
    os.makedirs(folder, exist_ok=True)
    try:
        copy_tree(folder, mutated(NIGHT_MUTANTS))
        nights = Nights(Copy(folder), options.configs.split(","))
        nights.build()
        kernels = nights.kernels()
        if not os.path.exists(os.path.join(nights.reference, "canary", "steps.csv")):
            nights.calibrate(kernels[0])
        alarms = nights.quiet(options.nights, kernels)
        missed = nights.broken(mutants, kernels)
    except Stale as stale:
        sys.exit(f"nights: stale: {stale}")
    finally:
        if not options.folder:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"\nnights: {options.nights} with nothing changed, {alarms} with an alarm; {len(mutants)} mistakes, "
          + (f"not found: {', '.join(missed)}" if missed else "all found"))
    sys.exit(1 if alarms or missed else 0)


if __name__ == "__main__":
    main()
