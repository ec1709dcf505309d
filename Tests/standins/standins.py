"""Stand-ins for all that the configs of configs/paper read: the real names, layouts, shapes and types, and random values.

    python3 Tests/standins/standins.py data

makes a few items of each data set and the weights of CLIP and ResNet-18 (1.3 GB) in the folder data, as `modgap data get`
leaves the real ones. What is computed from them means nothing; it shows that the real files would be read. With --naming also
the same CLIP ViT-B/32 with Hugging Face's names, and in half precision as OpenAI released it (another 0.9 GB). With --archives
also the downloads, as `modgap data get NAME --from data` and a mirror look for them. With --catalogue configs/data.json also
that catalogue with the sizes and digests of the stand-ins, as data/data.json: docs/data.md has an example.
Needs NumPy and Pillow. The same values with each run of one NumPy.
"""
import argparse
import gzip
import hashlib
import json
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

import weights

VAL, TRAIN = 12, 12
WORDS = ["a", "photo", "of", "the", "man", "woman", "dog", "street", "sign", "number", "satellite", "centered", "red", "bus"]


def picture(random, width, height):
    """A random picture that is not mere noise: a small one, enlarged."""
    small = random.integers(0, 256, (4, 4, 3), np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)


def save(random, path, width, height):
    path.parent.mkdir(parents=True, exist_ok=True)
    picture(random, width, height).save(path)


# MARK: - Texts

def merges():
    """48,894 merges that make the words above from letters, then all short words, as CLIP's file has them."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    found = {}
    for word in WORDS:
        pieces = list(word[:-1]) + [word[-1] + "</w>"]
        while len(pieces) > 1:
            found[(pieces[0], pieces[1])] = None
            pieces[:2] = ["".join(pieces[:2])]
    starts = list(letters)
    while True:
        longer = []
        for start in starts:
            for letter in letters:
                for pair in ((start, letter), (start, letter + "</w>")):
                    if len(found) == 48894:
                        return list(found)
                    found[pair] = None
                longer.append(start + letter)
        starts = longer


def vocabulary(folder):
    lines = ['"bpe_simple_vocab_16e6.txt#version: 0.2'] + [" ".join(pair) for pair in merges()]
    # The real file goes on with merges that CLIP does not use.
    lines += [f"zz{index} q" for index in range(1000)]
    with gzip.GzipFile(folder / "bpe_simple_vocab_16e6.txt.gz", "wb", mtime=0) as file:
        file.write(("\n".join(lines) + "\n").encode())


# MARK: - Pictures

def coco(folder, random):
    for split, count in (("val2017", VAL), ("train2017", TRAIN)):
        images, annotations = [], []
        for number in range(count):
            image = (139 if split == "val2017" else 9) + 146 * number
            name = f"{image:012d}.jpg"
            width, height = (64, 48) if number % 2 else (48, 64)
            save(random, folder / "coco" / split / name, width, height)
            images.append({"license": 1, "file_name": name, "coco_url": f"http://images.cocodataset.org/{split}/{name}",
                           "height": height, "width": width, "date_captured": "2013-11-14 11:18:45",
                           "flickr_url": "", "id": image})
            for caption in range(5):
                text = "A " + " ".join(random.choice(WORDS, 6)) + f" {number}.{caption}."
                annotations.append({"image_id": image, "id": 5 * image + caption, "caption": text})
        order = random.permutation(len(annotations))
        content = {"info": {"description": "COCO 2017 Dataset", "year": 2017}, "images": images,
                   "licenses": [{"url": "http://creativecommons.org/licenses/by/2.0/", "id": 1, "name": "Attribution"}],
                   "annotations": [annotations[index] for index in order]}
        path = folder / "coco" / "annotations" / f"captions_{split}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))


def records(random, labels):
    return b"".join(bytes(label) + np.asarray(picture(random, 32, 32)).transpose(2, 0, 1).tobytes() for label in labels)


def cifar(folder, random):
    ten, hundred = folder / "cifar-10-batches-bin", folder / "cifar-100-binary"
    ten.mkdir(exist_ok=True)
    hundred.mkdir(exist_ok=True)
    for batch in range(5):
        (ten / f"data_batch_{batch + 1}.bin").write_bytes(records(random, [[batch]]))
    (ten / "test_batch.bin").write_bytes(records(random, [[0], [0], [3], [3], [9], [9]]))
    names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
    (ten / "batches.meta.txt").write_text("\n".join(names) + "\n\n")
    (ten / "readme.html").write_text("<html></html>\n")
    (hundred / "train.bin").write_bytes(records(random, [[0, 1], [19, 99], [4, 72]]))
    (hundred / "test.bin").write_bytes(records(random, [[0, 1], [0, 1], [4, 72], [4, 72]]))
    for kind, count in (("coarse", 20), ("fine", 100)):
        (hundred / f"{kind}_label_names.txt").write_text("\n".join(f"{kind}_thing_{n}" for n in range(count)) + "\n\n")


def svhn(folder, random):
    def element(kind, data):
        return struct.pack("<II", kind, len(data)) + data + bytes(-len(data) % 8)

    def matrix(name, array):
        shape = struct.pack(f"<{array.ndim}i", *array.shape)
        body = element(6, struct.pack("<II", 9, 0)) + element(5, shape) + element(1, name.encode())
        whole = element(14, body + element(2, array.tobytes(order="F")))
        packed = zlib.compress(whole)
        return struct.pack("<II", 15, len(packed)) + packed

    labels = np.array([[1], [1], [5], [5], [10], [10]], np.uint8)
    images = np.stack([np.asarray(picture(random, 32, 32)) for _ in labels], axis=3)
    head = b"MATLAB 5.0 MAT-file, Platform: GLNXA64, Created on: Mon Dec  5 21:18:15 2011"
    path = folder / "svhn" / "test_32x32.mat"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(head.ljust(124) + struct.pack("<HH", 0x0100, 0x4D49) + matrix("X", images) + matrix("y", labels))


def eurosat(folder, random):
    names = ["AnnualCrop", "Forest", "HerbaceousVegetation", "Highway", "Industrial", "Pasture", "PermanentCrop",
             "Residential", "River", "SeaLake"]
    for name in names:
        for number in range(2 if name in ("AnnualCrop", "SeaLake") else 1):
            save(random, folder / "eurosat" / "2750" / name / f"{name}_{number + 1}.jpg", 64, 64)


def memes(folder, random):
    lines = []
    for number in range(6):
        name = f"img/{8291 + number:05d}.png"
        save(random, folder / "hateful_memes" / name, 80, 60)
        lines.append(json.dumps({"id": 8291 + number, "img": name, "label": number % 2, "text": "a red bus"}))
    (folder / "hateful_memes" / "dev_seen.jsonl").write_text("\n".join(lines) + "\n")


def fairface(folder, random):
    races = ["White", "Black", "Latino_Hispanic", "Indian", "Middle Eastern", "Southeast Asian", "East Asian"]
    ages = ["0-2", "3-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "more than 70"]
    rows = ["file,age,gender,race,service_test"]
    for number in range(14):
        name = f"val/{number + 1}.jpg"
        save(random, folder / "fairface" / name, 224, 224)
        rows.append(f"{name},{ages[number % 9]},{['Male', 'Female'][number // 7]},{races[number % 7]},{number % 2 == 0}")
    save(random, folder / "fairface" / "train" / "1.jpg", 224, 224)
    (folder / "fairface" / "fairface_label_val.csv").write_text("\n".join(rows) + "\n")


def features(folder, random):
    """The authors' arrays: unit rows of both modalities, fewer than theirs."""
    for name, size in (("clip", 512), ("videoclip", 768), ("convirt", 512), ("clasp", 768)):
        for kind in ("", "_random"):
            rows = random.standard_normal((2, 20, size), np.float32) + np.array([[[1]], [[-1]]], np.float32)
            np.save(folder / f"features_{name}{kind}.npy", rows / np.linalg.norm(rows, axis=2, keepdims=True))
    (folder / "LICENSE").write_text("A stand-in for the licence of the authors' arrays.\n")


# MARK: - Downloads

# An archive, the folder that its names are relative to, and what of it is inside.
ARCHIVES = [
    ("cifar-10-binary.tar.gz", ".", ["cifar-10-batches-bin"]), ("cifar-100-binary.tar.gz", ".", ["cifar-100-binary"]),
    ("EuroSAT.zip", "eurosat", ["2750"]), ("val2017.zip", "coco", ["val2017"]), ("train2017.zip", "coco", ["train2017"]),
    ("annotations_trainval2017.zip", "coco", ["annotations"]),
    ("fairface-pictures.zip", "fairface", ["train", "val"]), ("hateful-memes.zip", ".", ["hateful_memes"]),
]


def archives(folder):
    for name, root, parts in ARCHIVES:
        if name.endswith(".zip"):
            with zipfile.ZipFile(folder / name, "w") as archive:
                for path in sorted(path for part in parts for path in (folder / root / part).rglob("*")):
                    archive.write(path, path.relative_to(folder / root))
        else:
            with tarfile.open(folder / name, "w:gz") as archive:
                for part in parts:
                    archive.add(folder / root / part, part)


# MARK: - Catalogue

def catalogue(folder, source):
    """The catalogue with what the stand-ins are; null where there is none."""
    content = json.loads(source.read_text())
    for entry in content["entries"]:
        names = [entry["into"]] if entry["unpack"] == "none" else [f"{entry['name']}.{entry['unpack']}"]
        names += [url.split("?")[0].rpartition("/")[2] for url in entry["urls"]]
        path = next((folder / name for name in names if (folder / name).is_file()), None)
        entry["size"] = entry["sha256"] = None
        if path:
            with open(path, "rb") as file:
                entry["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
            entry["size"] = path.stat().st_size
    (folder / "data.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--naming", action="store_true", help="CLIP ViT-B/32 with other names and in half precision, too")
    parser.add_argument("--archives", action="store_true", help="the archives that the data sets are downloaded as, too")
    parser.add_argument("--catalogue", type=Path, metavar="FILE", help="a catalogue, written anew for the stand-ins")
    arguments = parser.parse_args()
    folder = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(2203)
    for make in (coco, cifar, svhn, eurosat, memes, fairface, features):
        make(folder, random)
    vocabulary(folder)
    if arguments.archives:
        archives(folder)
    weights.write(folder / "resnet18.safetensors", weights.resnet18(18))
    weights.write(folder / "clip-vit-b-16.safetensors", weights.clip(16, 16))
    # What a training of ViT-B/16 costs is of no interest here.
    small = weights.clip(16, 1, width=48, text_width=48, layers=1, embedding=32)
    weights.write(folder / "clip-small.safetensors", small)
    tensors = weights.clip(32, 32)
    weights.write(folder / "clip-vit-b-32.safetensors", tensors)
    if arguments.naming:
        named = weights.hugging_face(tensors)
        weights.write(folder / "clip-vit-b-32-hugging-face.safetensors", named, metadata={"format": "pt"})
        weights.write(folder / "clip-vit-b-32-half.safetensors", weights.half(tensors))
    if arguments.catalogue:
        catalogue(folder, arguments.catalogue)


if __name__ == "__main__":
    main()
