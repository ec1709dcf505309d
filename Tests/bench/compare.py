"""Times modgap beside NumPy, PyTorch and ONNX Runtime on the same work, in one run, and prints a table in Markdown.

Rounds alternate, modgap, peer, modgap, peer, so that what else the machine does falls on both; a ratio
is taken in each round, and the median of the ratios is what is printed, once by the clock and once by the time
of all processors, which other work on the machine disturbs less. Each side has processes of its own, whose peak
memory is theirs. Without torch or numpy, modgap is timed alone. `make bench` sets up what this needs.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time

import clip
import gap_metrics
import resnet18
import training
import umap_learn


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modgap", default=".build/release/modgap")
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("rows", nargs="*", help="only these rows")
    return parser.parse_args()


ARGUMENTS = parse()
for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]:
    os.environ[name] = str(ARGUMENTS.threads)

try:
    import numpy
    import torch

    torch.set_num_threads(ARGUMENTS.threads)
    torch.set_grad_enabled(False)
except ImportError as missing:
    numpy = torch = None
    if ARGUMENTS.serve is None:
        print(f"({missing}: modgap is timed alone)\n")


def figure2b_torch():
    """Fig. 2(b), one replicate: the weights are drawn inside, as the authors' notebook does."""

    def work():
        h = torch.randn(1024, 512)
        means = []
        for layer in range(26):
            unit = torch.nn.functional.normalize(h)
            means.append((unit @ unit.T).mean().item())
            if layer < 25:
                weights = torch.randn(512, 512) * 512**-0.5
                biases = torch.randn(512) * 512**-0.5
                h = torch.relu(torch.nn.functional.linear(h, weights, biases))
        return means

    return work


def figure2b_closed_form_torch():
    """The same with the mean over all pairs taken as the squared norm of the mean vector, as modgap does."""

    def work():
        h = torch.randn(1024, 512)
        means = []
        for layer in range(26):
            means.append(torch.nn.functional.normalize(h).mean(0).square().sum().item())
            if layer < 25:
                weights = torch.randn(512, 512) * 512**-0.5
                biases = torch.randn(512) * 512**-0.5
                h = torch.relu(torch.nn.functional.linear(h, weights, biases))
        return means

    return work


def cosine_torch(count=5000):
    """All pairs without the diagonal: moments, extremes, quartiles and a histogram of 200 bins."""
    x = torch.randn(count, 512)

    def work():
        unit = torch.nn.functional.normalize(x)
        upper = torch.triu_indices(count, count, 1)
        values = (unit @ unit.T)[upper[0], upper[1]]
        low, high = values.min().item(), values.max().item()
        quartiles = numpy.percentile(values.numpy(), [25, 50, 75])
        return values.double().mean(), values.std(), low, high, quartiles, torch.histc(values, 200, low, high)

    return work


def cosine_numpy(count=5000):
    x = numpy.random.default_rng(0).standard_normal((count, 512), dtype=numpy.float32)

    def work():
        unit = x / numpy.linalg.norm(x, axis=1, keepdims=True)
        values = (unit @ unit.T)[~numpy.eye(count, dtype=bool)]
        quartiles = numpy.percentile(values, [25, 50, 75])
        moments = values.mean(dtype=float), values.std(ddof=1), values.min(), values.max()
        return moments, quartiles, numpy.histogram(values, 200)

    return work


def landscape_torch(count=5000, batch=50):
    """40 shifts × 6 temperatures, symmetric loss in batches: one product a shift, one pass a temperature."""
    x = torch.randn(count, 512)
    y = 0.3 * x + torch.randn(count, 512) + 0.2
    normalize = torch.nn.functional.normalize
    labels = torch.arange(batch).repeat(count // batch)

    def work():
        a, b = normalize(x), normalize(y)
        gap = normalize((a.mean(0) - b.mean(0))[None])[0]
        losses = []
        for shift in range(40):
            delta = -5 + 0.25 * shift
            moved_x = normalize(a - delta / 2 * gap)
            moved_y = normalize(b + delta / 2 * gap)
            distance = (moved_x.mean(0) - moved_y.mean(0)).norm()
            products = moved_x.view(-1, batch, 512) @ moved_y.view(-1, batch, 512).transpose(1, 2)
            for temperature in [0.01, 0.02, 1 / 30, 0.05, 0.1, 1]:
                logits = products / temperature
                rows = torch.nn.functional.cross_entropy(logits.reshape(-1, batch), labels)
                columns = torch.nn.functional.cross_entropy(logits.transpose(1, 2).reshape(-1, batch), labels)
                losses.append((distance, (rows + columns) / 2))
        return losses

    return work


def zero_shot_torch(count=10_000, classes=100):
    """40 shifts: of each, the gap, accuracy@1, @5 and @10, the accuracy of each class and the confusion matrix."""
    y = torch.randn(classes, 512)
    labels = torch.arange(count) % classes
    x = 0.1 * y[labels] + torch.randn(count, 512) + 0.2
    normalize = torch.nn.functional.normalize

    def work():
        a, b = normalize(x), normalize(y)
        gap = normalize((a.mean(0) - b.mean(0))[None])[0]
        results = []
        for shift in range(40):
            delta = -5 + 0.25 * shift
            moved_x, moved_y = normalize(a - delta / 2 * gap), normalize(b + delta / 2 * gap)
            distance = (moved_x.mean(0) - moved_y.mean(0)).norm()
            top = (moved_x @ moved_y.T).topk(10, dim=1).indices
            hits = top == labels[:, None]
            accuracies = [hits[:, :k].any(1).double().mean() for k in [1, 5, 10]]
            confusion = torch.bincount(labels * classes + top[:, 0], minlength=classes * classes)
            results.append((distance, accuracies, confusion.view(classes, classes)))
        return results

    return work


PEERS = {
    "figure2b": [("PyTorch", figure2b_torch), ("PyTorch, closed form", figure2b_closed_form_torch)],
    "cosine": [("PyTorch", cosine_torch), ("NumPy", cosine_numpy)],
    "landscape": [("PyTorch", landscape_torch)],
    "zero-shot": [("PyTorch", zero_shot_torch)],
    **clip.peers(ARGUMENTS.threads),
    "resnet18": resnet18.peers(ARGUMENTS.threads),
    "umap": umap_learn.peers(),
    "gap-metrics": gap_metrics.peers(),
    **training.peers(),
}
# Rows that take minutes: done where they are named, once, and without the other side in memory.
LONG = ["train-vit-b-16"]
CLOCKS = ["seconds", "processor_seconds"]
# Rows without a peer, and how often they are timed.
ALONE = {"cosine-large": 1, "umap-large": 1, "gap-metrics-intervals": 1, "gap-metrics-large": 1, "cached-run": 9, "engine": 3, "planning": 3}


def modgap(row, repeats=1):
    command = [ARGUMENTS.modgap, "bench", row, "--here", "--json", "--repeat", str(repeats)]
    command += ["--jobs", str(ARGUMENTS.threads)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found["rows"][0]


def peak_bytes():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def serve(row, index):
    """The other end of a Peer: work done once unasked, then once for each line, timed."""
    try:
        work = PEERS[row][index][1]()
    except ImportError as missing:
        print(json.dumps({"missing": str(missing)}), flush=True)
        return
    work()
    print(json.dumps({}), flush=True)
    for _ in sys.stdin:
        started, processor = time.perf_counter(), time.process_time()
        work()
        found = {"seconds": time.perf_counter() - started, "processor_seconds": time.process_time() - processor}
        print(json.dumps({**found, "peak_rss_bytes": peak_bytes()}), flush=True)


class Peer:
    """A process that holds a peer's data."""

    def __init__(self, row, index):
        command = [sys.executable, __file__, "--serve", str(index), "--threads", str(ARGUMENTS.threads), row]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        self.missing = self.answer().get("missing")

    def answer(self):
        text = self.process.stdout.readline()
        if not text:
            raise SystemExit(f"a peer ended with status {self.process.wait()}")
        return json.loads(text)

    def measure(self):
        print("once", file=self.process.stdin, flush=True)
        return self.answer()

    def close(self):
        self.process.communicate()


def readable(seconds):
    return f"{seconds * 1000:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


def line(*cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def measure(row, index):
    """Both sides' rounds, or nothing where the peer is not installed."""
    peer = Peer(row, index)
    if peer.missing:
        print(f"({peer.missing}: {row} is not compared with {PEERS[row][index][0]})", file=sys.stderr)
        return [], []
    if row in LONG:
        theirs = [peer.measure()]
        peer.close()
        return [modgap(row)], theirs
    rounds = [(modgap(row), peer.measure()) for _ in range(ARGUMENTS.rounds)]
    peer.close()
    return [a for a, _ in rounds], [b for _, b in rounds]


def compare(row, index):
    ours, theirs = measure(row, index)
    if not ours:
        return
    for found in ours:
        found.update({clock: found[clock][0] for clock in CLOCKS})
    times = [readable(statistics.median(found["seconds"] for found in side)) for side in [ours, theirs]]
    ratios = [statistics.median(b[clock] / a[clock] for a, b in zip(ours, theirs)) for clock in CLOCKS]
    peaks = [f"{side[-1]['peak_rss_bytes'] / 1e6:.0f} MB" for side in [ours, theirs]]
    line(row, times[0], PEERS[row][index][0], times[1], *[f"{ratio:.1f}×" for ratio in ratios], *peaks)


def alone(row, repeats):
    found = modgap(row, repeats)
    peak = found["peak_rss_bytes"]
    line(row, readable(found["median"]), "–", "–", "–", "–", f"{peak / 1e6:.0f} MB" if peak else "–", "–")


def main():
    versions = f"torch {torch.__version__}, numpy {numpy.__version__}, " if torch else ""
    print(f"{ARGUMENTS.threads} threads, {versions}{platform.machine()}, {ARGUMENTS.rounds} rounds\n")
    line("row", "modgap", "peer", "its time", "ratio", "of processor time", "modgap's peak memory", "the peer's")
    line(*["---"] * 8)
    for row in ARGUMENTS.rows or [row for row in [*PEERS, *ALONE] if row not in LONG]:
        for index in range(len(PEERS.get(row, []))) if torch else []:
            compare(row, index)
        if row in ALONE or not torch:
            alone(row, ALONE.get(row, ARGUMENTS.rounds))


if ARGUMENTS.serve is None:
    main()
else:
    serve(ARGUMENTS.rows[0], ARGUMENTS.serve)
