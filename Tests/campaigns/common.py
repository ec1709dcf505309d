"""What both campaigns need: the program, a place to work in, and a way to say what was found."""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# The README's table: anything else is a finding.
STATUSES = {0, 1, 2, 3, 64, 65, 74}


def arguments(summary, count):
    parser = argparse.ArgumentParser(description=summary)
    parser.add_argument("--count", type=int, default=count, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=None, help="of the random numbers (default: a new one)")
    parser.add_argument(
        "--program", default=os.path.join(ROOT, ".build/release/modgap"), help="default: %(default)s"
    )
    return parser


class Campaign:
    """A folder of its own, the random numbers, and what was found."""

    def __init__(self, name, options):
        self.program = os.path.abspath(options.program)
        if not os.access(self.program, os.X_OK):
            sys.exit(f"{name}: there is no program at {self.program}; run `make` first, or name it with --program")
        self.seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
        self.random = random.Random(self.seed)
        self.name = name
        self.folder = tempfile.mkdtemp(prefix=f"modgap-{name}-")
        self.findings = 0
        print(f"{name}: seed {self.seed}, in {self.folder}", flush=True)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def run(self, arguments, seconds=120):
        """Exit status, standard output and standard error; a hang is the status None."""
        environment = dict(os.environ, SWIFT_BACKTRACE="enable=no", NO_COLOR="1")
        try:
            done = subprocess.run(
                [self.program, *arguments], cwd=self.folder, env=environment, timeout=seconds,
                stdin=subprocess.DEVNULL, capture_output=True,
            )
        except subprocess.TimeoutExpired as late:
            return None, late.stdout or b"", late.stderr or b""
        return done.returncode, done.stdout, done.stderr

    def find(self, what, keeping=()):
        """Says what was found, and keeps the files that show it."""
        self.findings += 1
        kept = self.path("found", str(self.findings))
        os.makedirs(kept, exist_ok=True)
        for path in keeping:
            if os.path.isdir(path):
                shutil.copytree(path, os.path.join(kept, os.path.basename(path)), symlinks=True)
            elif os.path.exists(path):
                shutil.copy(path, kept)
        print(f"{self.name}: FOUND: {what}; kept in {kept}", flush=True)

    def end(self, sentence):
        print(f"{self.name}: {sentence}; {self.findings} findings")
        if self.findings == 0:
            shutil.rmtree(self.folder, ignore_errors=True)
        sys.exit(1 if self.findings else 0)


def tables(folder):
    """The bytes of all tables below a results folder, by name; none where it has none."""
    found = {}
    place = os.path.join(folder, "tables")
    for name in sorted(os.listdir(place)) if os.path.isdir(place) else []:
        with open(os.path.join(place, name), "rb") as file:
            found[name] = file.read()
    return found
