#!/usr/bin/env python3
"""Runs the program on results folders and stores that somebody else made: digests fit, contents do not."""

import copy
import hashlib
import json
import os
import shutil

from common import STATUSES, Campaign, arguments
from mutation import mutate

STAGES = [
    {"id": "s", "stage": "init", "kind": "mlp", "with": {
        "activation": "tanh", "width": 8, "depth": 2, "inputs": {"kind": "gaussian", "count": 16}}},
    {"id": "p", "stage": "init", "kind": "sphere", "with": {"pairs": 6}},
    {"id": "g", "stage": "shift", "kind": "gap", "from": "p", "with": {"delta": [-0.5, 0.5]}},
    {"id": "l", "stage": "evaluate", "kind": "gap", "from": "g"}]
LEAST = 78  # where a record's body begins, behind its own digest

# Values that a file may hold in the place of any other.
WRONG = [
    None, True, -1, 0, 1, 3, 1 << 31, 1 << 53, -(1 << 63), (1 << 63) - 1, 1e300, -1e300, 0.5, "", ".", "..", "../out",
    "/etc/passwd", "../../../canary/out", "a/b", "a\0b", "x" * 300, "\x1b]0;t\x07", "‮", "é", [], {}, [1, 2], ["a"],
    {"a": 1}]


def config(name, bins):
    """Evaluations that are computed anew, so that they read what is stored."""
    last = {"id": "c", "stage": "evaluate", "kind": "cosine-similarity", "from": "s", "with": {"bins": bins}}
    more = {"id": "c2", "stage": "evaluate", "kind": "cosine-similarity", "from": "g", "with": {"bins": bins}}
    return {"name": name, "matrix": {"seed": [0, 1]}, "stages": STAGES + [last, more]}


def places(value, path=()):
    """The way to every value of a JSON document."""
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], path + (key,))
    elif isinstance(value, list):
        for index in range(len(value)):
            yield from places(value[index], path + (index,))


def altered(campaign, document):
    """The document with one to three values replaced, taken away, or put in another's place."""
    document = copy.deepcopy(document)
    random = campaign.random
    for _ in range(random.randint(1, 3)):
        path = random.choice(list(places(document)))
        if not path:
            continue
        parent = document
        for step in path[:-1]:
            parent = parent[step]
        what = random.randrange(6)
        if what == 0:
            del parent[path[-1]]
        elif what == 1 and isinstance(parent, list):
            parent.append(parent[path[-1]])
        elif what == 2 and isinstance(parent, dict):
            parent[str(random.choice(WRONG))] = parent.pop(path[-1])
        else:
            parent[path[-1]] = random.choice(WRONG)
    return document


def folders(results):
    """The artefacts of a store."""
    store = os.path.join(results, ".store")
    return [os.path.join(store, name) for name in sorted(os.listdir(store))
            if os.path.exists(os.path.join(store, name, "record.json"))]


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def seal(path, body):
    """Writes a record under the digest that its bytes have."""
    write(path, b'{"sha256":"' + hashlib.sha256(body).hexdigest().encode() + b'",\n' + body)


# MARK: - What is altered


def record(campaign, results):
    path = os.path.join(campaign.random.choice(folders(results)), "record.json")
    body = read(path)[LEAST:]
    if campaign.random.random() < 0.3:
        seal(path, mutate(body, campaign.random))
        return
    document = json.loads(b"{" + body)
    changed = json.dumps(altered(campaign, document), separators=(",", ":"), ensure_ascii=False)
    seal(path, changed[1:].encode("utf-8", "surrogatepass"))


def artefact(campaign, results):
    files = [(folder, name) for folder in folders(results) for name in os.listdir(folder) if name.endswith(".h5")]
    folder, name = campaign.random.choice(files)
    old = read(os.path.join(folder, name))
    new = mutate(old, campaign.random)
    for _ in range(campaign.random.choice([0, 0, 4, 32])):
        place = campaign.random.randrange(len(new)) if new else 0
        new = new[:place] + bytes([campaign.random.randrange(256)]) + new[place + 1:]
    write(os.path.join(folder, name), new)
    path = os.path.join(folder, "record.json")
    body = read(path)[LEAST:]
    body = body.replace(hashlib.sha256(old).hexdigest().encode(), hashlib.sha256(new).hexdigest().encode())
    seal(path, body.replace(b'"bytes":%d,' % len(old), b'"bytes":%d,' % len(new)))


def manifest(campaign, results):
    path = os.path.join(results, "e", "manifest.json")
    if campaign.random.random() < 0.2:
        write(path, mutate(read(path), campaign.random))
        return
    document = altered(campaign, json.loads(read(path)))
    write(path, json.dumps(document).encode())


def ledger(campaign, results):
    path = os.path.join(results, "e", campaign.random.choice([".state/outputs.json", "provenance.json"]))
    document = json.loads(read(path))
    for name in ["../canary", "../../canary", "../../canary/file", "/etc/passwd", "tables", ".", "..", "runs/../../../canary"]:
        if campaign.random.random() < 0.5:
            document[name] = {"source": "x", "size": 4, "modified": 1}
    write(path, json.dumps(altered(campaign, document)).encode())


def sidecar(campaign, results):
    path = os.path.join(results, ".store", "timings.json")
    write(path, json.dumps(altered(campaign, json.loads(read(path)))).encode())


def links(campaign, results):
    """A link in the place of a file or a folder, or of one that is not there yet."""
    places = [os.path.join(folder, name) for folder, inner, names in os.walk(os.path.join(results, "e"))
              for name in inner + names]
    places += [os.path.join(results, ".store", name) for name in [".leases/.breaking", "timings.json"]]
    places += [os.path.join(folder, "record.json") for folder in folders(results)]
    path = campaign.random.choice(places)
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.remove(path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.symlink(campaign.path("canary", campaign.random.choice(["", "file", "deep", "new", "new/er"])), path)


KINDS = {"record": record, "artefact": artefact, "manifest": manifest, "ledger": ledger, "sidecar": sidecar,
         "links": links}


# MARK: - Trials


def canary(campaign):
    """Everything outside the results, by path."""
    root = campaign.path("canary")
    found = {}
    for folder, _, names in os.walk(root):
        found[os.path.relpath(folder, root)] = sorted(names)
        for name in names:
            found[os.path.relpath(os.path.join(folder, name), root)] = read(os.path.join(folder, name))
    return found


def trial(campaign, kind, intact, outside):
    results = campaign.path("results")
    shutil.rmtree(results, ignore_errors=True)
    shutil.copytree(intact, results, symlinks=True)
    KINDS[kind](campaign, results)
    kept = campaign.path("altered")
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(results, kept, symlinks=True)
    commands = [["run", "f.json"], ["run", "e.json"], ["plan", "e.json"], ["verify", "e.json"], ["gc"]]
    if kind == "manifest":
        commands.insert(0, ["run", "--manifest", "results/e/manifest.json"])
    for command in campaign.random.sample(commands, 3):
        more = ["--no-figures", "--jobs", "1"] if command[0] == "run" else []
        status, _, errors = campaign.run(command + ["--results", "results"] + more, seconds=60)
        what = f"{kind}: {' '.join(command)}"
        if status is None:
            return campaign.find(f"{what}: the program hangs", [kept])
        if status not in STATUSES or b"Fatal error" in errors or b"internal error" in errors:
            return campaign.find(f"{what}: exit status {status}: {errors[-400:]!r}", [kept])
        if b"\x1b" in errors:
            return campaign.find(f"{what}: an escape sequence reaches the terminal", [kept])
        if canary(campaign) != outside or set(os.listdir(campaign.folder)) - campaign.known:
            return campaign.find(f"{what}: something outside the results was changed", [kept])
    return None


def main():
    parser = arguments(__doc__, 300)
    parser.add_argument("--kind", choices=sorted(KINDS), action="append", help="only these (default: all)")
    options = parser.parse_args()
    campaign = Campaign("foreign", options)
    for name, bins in [("e", 5), ("f", 6)]:
        write(campaign.path(f"{name}.json"), json.dumps(config("e", bins)).encode())
    os.makedirs(campaign.path("canary", "deep"))
    for name in ["file", "deep/file"]:
        write(campaign.path("canary", name), b"keep")
    status, _, errors = campaign.run(["run", "e.json", "--results", "intact", "--no-figures"])
    if status != 0:
        campaign.find(f"the intact experiment ends with {status}: {errors[-300:]!r}")
        campaign.end("stopped")
    campaign.known = {"e.json", "f.json", "canary", "intact", "results", "altered", "found"}
    outside = canary(campaign)
    for _ in range(options.count):
        trial(campaign, campaign.random.choice(options.kind or sorted(KINDS)), campaign.path("intact"), outside)
    campaign.end(f"{options.count} folders")


if __name__ == "__main__":
    main()
