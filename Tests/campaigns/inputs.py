#!/usr/bin/env python3
"""Runs the program on mutated data files, configs and stores."""

import json
import os
import re
import shutil

import samples
from common import STATUSES, Campaign, arguments, tables
from mutation import mutate

# Mutants that one process is given.
BATCH = 200
VIT = {"architecture": "vit", "patch": 8, "image": 16, "width": 8, "layers": 1, "heads": 1, "embedding": 4}
TEXT = {"architecture": "text", "vocabulary": 259, "width": 8, "layers": 1, "heads": 1, "embedding": 4}


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


# MARK: - Data files: what a mutant is called, what stands beside it, and the stage that reads it


def arrays(mutant):
    return {"stage": "init", "kind": "embeddings", "with": {"x": mutant, "y": "intact.npy"}}


def tensors(mutant):
    return {"stage": "init", "kind": "embeddings", "with": {"x": mutant + ":x", "y": mutant + ":y"}}


def hdf5(mutant):
    return {"stage": "init", "kind": "embeddings", "with": {"x": mutant + ":/control/x", "y": "intact.npy"}}


def encoder(tower, **data):
    return {"stage": "init", "kind": "encoder", "with": dict(tower, data=data)}


def pictures(mutant):
    return encoder(VIT, kind="captioned-images", path=mutant + ".csv", size=16)


def captions(mutant):
    return encoder(TEXT, kind="captioned-images", path=mutant, size=16)


def coco(mutant):
    return encoder(TEXT, kind="coco", annotations=mutant, folder=".", size=16)


def fasta(mutant):
    return encoder(TEXT, kind="proteins", path=mutant)


def idx(mutant):
    return encoder(VIT, kind="idx", images=mutant, labels="intact.idx1", classes=3, size=16)


def cifar(mutant):
    return encoder(VIT, kind="cifar", folder=mutant, size=16)


def weights(mutant):
    return {"stage": "init", "kind": "encoder", "with": dict(
        TEXT, weights=mutant, data={"kind": "random-tokens", "count": 2, "vocabulary": 259})}


# Kind → (the file's ending, stage, intact contents to start from).
FILES = {
    "npy": [("npy", arrays, [samples.npy(), samples.npy(code="d", descr="<f8"), samples.npy(code="h", descr="<i2")])],
    "safetensors": [("safetensors", tensors, [samples.pair_tensors()])],
    "hdf5": [("h5", hdf5, [])],
    "pictures": [
        ("png", pictures, [samples.png(), samples.png(exif=True)]), ("jpg", pictures, [samples.JPEG]),
        ("png", pictures, [samples.WEBP, samples.WEBP_LOSSLESS]), ("idx3", idx, [samples.idx_images()]),
        ("cifar", cifar, [samples.cifar()])],
    "texts": [
        ("csv", captions, [samples.CAPTIONS]), ("json", coco, [samples.COCO]), ("fasta", fasta, [samples.FASTA])],
}


def place(campaign, name, ending, content):
    """Writes a mutant; gives what its stage is to name."""
    if ending == "cifar":
        write(campaign.path("data", f"{name}.cifar", "test_batch.bin"), content)
        return f"{name}.cifar"
    if ending in ("png", "jpg"):
        picture = f"{name}.{ending}"
        write(campaign.path("data", f"{picture}.csv"), f"path,caption\n{picture},a\n{picture},b\n".encode())
        write(campaign.path("data", picture), content)
        return picture
    write(campaign.path("data", f"{name}.{ending}"), content)
    return f"{name}.{ending}"


def control(campaign):
    """The intact pair that every run has, its table, and an HDF5 file to start from."""
    data = {"intact.npy": samples.npy(), "other.npy": samples.npy(code="d", descr="<f8"),
            "intact.idx1": samples.idx_labels(), "p.png": samples.png()}
    for name, content in data.items():
        write(campaign.path("data", name), content)
    stages = [
        {"id": "control", "stage": "init", "kind": "embeddings", "with": {"x": "other.npy", "y": "intact.npy"}},
        {"id": "control-gap", "stage": "evaluate", "kind": "gap", "from": "control"}]
    status, out, errors = run(campaign, "control", stages)
    if status != 0:
        campaign.find(f"the intact files end with {status}: {errors[-300:]!r}")
        campaign.end("stopped")
    right = tables(campaign.path("results", "control"))["control-gap.csv"]
    with open(campaign.path("results", "control", "runs", "single", "embeddings.h5"), "rb") as file:
        FILES["hdf5"] = [("h5", hdf5, [file.read()])]
    return stages, right


def run(campaign, name, stages):
    write(campaign.path("data", f"{name}.json"), json.dumps({"name": name, "stages": stages}).encode())
    shutil.rmtree(campaign.path("results", name), ignore_errors=True)
    return campaign.run(["run", f"data/{name}.json", "--results", "results", "--no-figures"], seconds=300)


def judge(campaign, what, status, errors, keeping):
    """A signal, a trap, a hang, or an exit status that the README does not have."""
    if status is None:
        campaign.find(f"{what}: the program hangs", keeping)
    elif status not in STATUSES or b"Fatal error" in errors or b"internal error" in errors:
        campaign.find(f"{what}: exit status {status}: {errors[-400:]!r}", keeping)
    else:
        return True
    return False


def file_batch(campaign, kind, count, stages, right):
    mutants = []
    for index in range(count):
        ending, stage, intact = campaign.random.choice(FILES[kind])
        name = f"m{index}"
        mutant = place(campaign, name, ending, mutate(campaign.random.choice(intact), campaign.random))
        mutants.append([
            dict(stage(mutant), id=name),
            {"id": f"g{index}", "stage": "evaluate", "kind": "cosine-similarity", "from": name,
             "with": {"statistics": "mean"}}])
    attempt(campaign, kind, mutants, stages, right)


def attempt(campaign, kind, mutants, stages, right):
    """One run of many mutants; where the plan already refuses one, of half as many at a time."""
    status, out, errors = run(campaign, kind, stages + [stage for pair in mutants for stage in pair])
    if not judge(campaign, f"{len(mutants)} mutants of {kind}", status, errors, [campaign.path("data")]):
        return
    table = tables(campaign.path("results", kind)).get("control-gap.csv")
    if table is None and status == 65:
        if len(mutants) > 1:
            middle = len(mutants) // 2
            attempt(campaign, kind, mutants[:middle], stages, right)
            attempt(campaign, kind, mutants[middle:], stages, right)
        elif len(errors.strip()) < 20:
            campaign.find(f"a mutant of {kind} is refused without a sentence: {errors!r}")
        return
    if table != right:
        campaign.find(f"beside mutants of {kind} the intact files give another table", [campaign.path("data")])
    for name, sentence in re.findall(rb"^(m\d+) failed: *(.*)$", errors, re.MULTILINE):
        if len(sentence.strip()) < 20:
            campaign.find(f"mutant {name.decode()} of {kind} fails without a sentence: {sentence!r}")


def config_batch(campaign, count):
    paths = []
    for index in range(count):
        path = f"configs/c{index}.json"
        write(campaign.path(path), mutate(samples.CONFIG, campaign.random))
        paths.append(path)
    status, out, errors = campaign.run(["validate", *paths], seconds=120)
    judge(campaign, f"{count} mutated configs", status, errors, [campaign.path("configs")])
    said = set(re.findall(rb"configs/c\d+\.json", out + errors))
    if status is not None and len(said) < count:
        campaign.find(f"of {count} mutated configs {count - len(said)} are not mentioned", [campaign.path("configs")])


def prepare_store(campaign):
    write(campaign.path("store.json"), samples.CONFIG)
    status, _, errors = campaign.run(["run", "store.json", "--results", "calm", "--no-figures"])
    if status not in (0, 2):
        campaign.find(f"the store's experiment ends with {status}: {errors[-300:]!r}")
    return tables(campaign.path("calm", "c")), status


def damage(campaign, folder):
    files = [os.path.join(place, name) for place, _, names in os.walk(folder) for name in names]
    for path in campaign.random.sample(sorted(files), campaign.random.randrange(1, 4)):
        with open(path, "rb") as file:
            content = file.read()
        os.chmod(path, 0o644)
        write(path, mutate(content, campaign.random))


def store_mutant(campaign, calm):
    right, wanted = calm
    shutil.rmtree(campaign.path("damaged"), ignore_errors=True)
    shutil.copytree(campaign.path("calm"), campaign.path("damaged"))
    damage(campaign, campaign.path("damaged"))
    status, _, errors = campaign.run(["run", "store.json", "--results", "damaged", "--no-figures"], seconds=60)
    keeping = [campaign.path("damaged")]
    if not judge(campaign, "a damaged store", status, errors, keeping):
        return
    if status != wanted:
        campaign.find(f"a damaged store ends with {status}: {errors[-300:]!r}", keeping)
    elif tables(campaign.path("damaged", "c")) != right:
        campaign.find("a damaged store gives other tables", keeping)


def shares(kinds, count):
    """How many mutants of each kind: a store takes a process of its own, so there are fewer."""
    weights = {kind: {"stores": 1, "hdf5": 4}.get(kind, 20) for kind in kinds}
    return {kind: max(1, count * weight // sum(weights.values())) for kind, weight in weights.items()}


def main():
    kinds = [*FILES, "configs", "stores"]
    parser = arguments(__doc__, 100_000)
    parser.add_argument("--kind", action="append", choices=kinds, help="only these (repeatable)")
    options = parser.parse_args()
    campaign = Campaign("inputs", options)
    stages, right = control(campaign)
    done = {}
    for kind, count in shares(options.kind or kinds, options.count).items():
        calm = prepare_store(campaign) if kind == "stores" else None
        for start in range(0, count, 1 if kind == "stores" else BATCH):
            size = min(BATCH, count - start)
            if kind == "stores":
                store_mutant(campaign, calm)
            elif kind == "configs":
                config_batch(campaign, size)
            else:
                file_batch(campaign, kind, size, stages, right)
        done[kind] = count
        print(f"inputs: {count} of {kind}, {campaign.findings} findings so far", flush=True)
    campaign.end(", ".join(f"{count} {kind}" for kind, count in done.items()))


if __name__ == "__main__":
    main()
