#!/usr/bin/env python3
"""Typical mistakes, built into the program one by one: each test and claim that is named beside a mistake must notice it.

The mistakes are those of mistakes.py. All of them are built at once, into a copy of the tree, and each behind a flag:
MODGAP_MUTANT says which one tests and program run with, so all mutants cost one build. Without it nothing is wrong, and
all tests and claims that are named must pass."""

import argparse
import csv
import dataclasses
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

from common import ROOT
from mistakes import MUTANTS
from weaving import VARIABLE, Stale, copy_tree, flag, located, mutated

FLAGS = ["-c", "release", "-Xswiftc", "-target-cpu", "-Xswiftc", "native"]
CAUGHT, MISSED, UNKNOWN = "caught by", "not caught by", "not judged here"
# Of claims that are known to pass although the program is wrong.
EXPECTED, UNEXPECTED = "passed, as it is known", "caught by, but said to pass"
STATES = [CAUGHT, MISSED, EXPECTED, UNEXPECTED, UNKNOWN]
PASSES, NOT_RUN = "pass", "not-run"
# In a folder that may be overwritten.
MARK = ".mutants"
# The copy under the name of the original: what was built there is then up to date but for the mutants.
MOUNTED = 'mount --make-rprivate / && mount --bind "$0" "$1" && cd "$1" && shift && exec "$@"'


class Copy:
    """The copy with all mutants, and what runs in it."""

    def __init__(self, folder):
        self.folder = folder
        self.kernel = None
        self.swift = shlex.split(os.environ.get("SWIFT", "swift"))
        own = [] if os.geteuid() == 0 else ["--map-root-user"]
        self.mounts = ["unshare", *own, "--mount", "sh", "-c", MOUNTED, folder, ROOT]
        if not shutil.which("unshare") or self.run(["true"]).returncode != 0:
            print("mutants: without a mount namespace the copy is built as a whole", file=sys.stderr)
            self.mounts = None

    def run(self, words, mutant=None, seconds=7200, cache=None):
        """A cache of its own: the trial of the machine's kernel is remembered there, as the program without mutants has it."""
        environment = dict(os.environ, SWIFT_BACKTRACE="enable=no", NO_COLOR="1")
        environment["XDG_CACHE_HOME"] = cache or os.path.join(self.folder, "cache")
        environment[VARIABLE] = flag(mutant) if mutant else ""
        environment.setdefault("MODGAP_SHARED", os.path.join(os.path.dirname(ROOT), "shared"))
        if self.kernel:
            environment.setdefault("OPENBLAS_CORETYPE", self.kernel)
        words = self.mounts + words if self.mounts else words
        try:
            return subprocess.run(words, cwd=self.folder, env=environment, timeout=seconds, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        except subprocess.TimeoutExpired as late:
            return subprocess.CompletedProcess(words, None, late.stdout or b"")

    def build(self):
        done = self.run([*self.swift, "build", "--ignore-lock", *FLAGS, "--build-tests"])
        if done.returncode != 0:
            sys.exit(done.stdout.decode(errors="replace")[-8000:] + "\nmutants: the copy with the mutants does not build")
        self.kernel = self.run([".build/release/modgap", "doctor", "--kernel"]).stdout.decode().strip()

    def tests(self, names, mutant=None):
        """Of each test whether it passed; None where it was skipped."""
        found = self.results([located(name) for name in names], mutant)
        if found is None and len(names) > 1:
            # One of them ended the process: each has one of its own.
            return {name: self.tests([name], mutant)[name] for name in names}
        return {name: found.get(name) if found is not None else False for name in names}

    def results(self, places, mutant):
        path = os.path.join(self.folder, "tests.xml")
        written = path.replace(".xml", "-swift-testing.xml")
        if os.path.exists(written):
            os.remove(written)
        pattern = "^(" + "|".join(rf"{t}\.{s}/{f}\(" for t, s, f in places) + ")"
        self.run([*self.swift, "test", "--ignore-lock", *FLAGS, "--disable-testable-imports", "--skip-build",
                  "--filter", pattern, "--xunit-output", path], mutant, 1200)
        if not os.path.exists(written):
            return None
        results = {}
        for case in xml.etree.ElementTree.parse(written).iter("testcase"):
            name = case.get("classname").split(".")[-1] + "." + case.get("name").split("(")[0]
            if case.find("skipped") is None:
                results[name] = results.get(name, True) and case.find("failure") is None
        return results

    def claims(self, config, mutant=None, cache=None):
        """The verdict of each claim, and the exit status."""
        results = os.path.join(self.folder, "results")
        shutil.rmtree(results, ignore_errors=True)
        done = self.run([".build/release/modgap", "run", f"configs/{config}.json", "--results", results, "--no-figures"],
                        mutant, 1200, cache)
        path = os.path.join(results, config, "verdicts.csv")
        if not os.path.exists(path):
            return {}, done.returncode
        with open(path, encoding="utf-8", newline="") as file:
            return {row["id"]: row["verdict"] for row in csv.DictReader(file)}, done.returncode


# MARK: - The campaign


@dataclasses.dataclass
class Outcome:
    what: str
    state: str


def sound(copy, mutants):
    """What passes without a mutant: tests and claims, and what does not although it should."""
    names = sorted({test for mutant in mutants for test in mutant.tests})
    tests = copy.tests(names)
    configs = sorted({config for mutant in mutants for config in [*mutant.caught, *mutant.passed]})
    claims = {config: copy.claims(config)[0] for config in configs}
    wrong = [name for name, passed in tests.items() if passed is False]
    for mutant in mutants:
        for config, ids in [*mutant.caught.items(), *mutant.passed.items()]:
            wrong += [f"{config}: {name} ({claims[config].get(name, 'no such claim')})" for name in ids
                      if claims[config].get(name) not in (PASSES, NOT_RUN)]
    return tests, claims, sorted(set(wrong))


def judged(copy, mutant, tests, claims):
    """One outcome for each test and claim that is named beside a mutant."""
    outcomes = []
    known = [name for name in mutant.tests if tests[name]]
    found = copy.tests(known, mutant) if known else {}
    for name in mutant.tests:
        state = UNKNOWN if name not in found else CAUGHT if found[name] is False else MISSED
        outcomes.append(Outcome(f"`{name}`", state))
    for config in sorted({*mutant.caught, *mutant.passed}):
        before = claims[config]
        verdicts = copy.claims(config, mutant)[0] if PASSES in before.values() else {}
        for name in mutant.caught.get(config, []):
            state = MISSED if verdicts.get(name) == PASSES else CAUGHT
            outcomes.append(Outcome(f"*{config}*: `{name}`", state if before[name] == PASSES else UNKNOWN))
        for name in mutant.passed.get(config, []):
            state = EXPECTED if verdicts.get(name) == PASSES else UNEXPECTED
            outcomes.append(Outcome(f"*{config}*: `{name}`", state if before[name] == PASSES else UNKNOWN))
    if mutant.refused:
        with tempfile.TemporaryDirectory() as fresh:
            status = copy.claims(mutant.refused, mutant, fresh)[1]
        outcomes.append(Outcome("the trial of the kernel, status 70", CAUGHT if status == 70 else MISSED))
    return outcomes


def row(mutant, outcomes):
    cells = [", ".join(outcome.what for outcome in outcomes if outcome.state == state) for state in STATES]
    return f"| **{mutant.says}** (`{mutant.name}`) | " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="MUTANT", help="default: all")
    parser.add_argument("--list", action="store_true", help="print the names of the mutants, and end")
    parser.add_argument("--folder", help="of the copy, which stays and is used again (default: a new one, removed at the end)")
    parser.add_argument("--build-only", action="store_true", help="build the copy, and end")
    options = parser.parse_args()
    unknown = set(options.names) - {mutant.name for mutant in MUTANTS}
    if options.list or unknown:
        print("\n".join(f"{mutant.name:20} {mutant.says}" for mutant in MUTANTS))
        sys.exit(f"mutants: there is no {', '.join(sorted(unknown))}" if unknown else 0)
    chosen = [mutant for mutant in MUTANTS if not options.names or mutant.name in options.names]
    folder = os.path.abspath(options.folder or tempfile.mkdtemp(prefix="modgap-mutants-"))
    os.makedirs(folder, exist_ok=True)
    mark = os.path.join(folder, MARK)
    if os.listdir(folder) and not os.path.exists(mark):
        sys.exit(f"mutants: {folder} is not empty and no copy that an earlier campaign made; name another folder")
    open(mark, "w").close()
    try:
        status = campaign(Copy(folder), chosen, options.build_only)
    except Stale as stale:
        sys.exit(f"mutants: stale: {stale}")
    finally:
        if not options.folder:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(status)


def campaign(copy, chosen, only_builds):
    copy_tree(copy.folder, mutated(MUTANTS))
    print(f"mutants: building {len(MUTANTS)} in {copy.folder}", file=sys.stderr, flush=True)
    copy.build()
    if only_builds:
        return 0
    tests, claims, wrong = sound(copy, chosen)
    if wrong:
        print("mutants: without a mutant, these do not pass: " + ", ".join(wrong))
        return 1
    print("| mutant | " + " | ".join(STATES) + " |\n|" + "---|" * (1 + len(STATES)), flush=True)
    survived = []
    for mutant in chosen:
        outcomes = judged(copy, mutant, tests, claims)
        print(row(mutant, outcomes), flush=True)
        if any(outcome.state in (MISSED, UNEXPECTED) for outcome in outcomes):
            survived.append(mutant.name)
    print(f"\nmutants: {len(chosen)} mutants, {len(survived)} that are not caught as mistakes.py says"
          + (": " + ", ".join(survived) if survived else ""))
    return 1 if survived else 0


if __name__ == "__main__":
    main()
