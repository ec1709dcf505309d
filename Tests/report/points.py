"""The points of an analysis's page, read out of its bytes without its script."""
import base64
import json
import math
import pathlib
import re
import struct


class Points:
    """The blocks of a page, read without its script."""

    def __init__(self, path):
        text = pathlib.Path(path).read_text()
        self.blocks = {name: base64.b64decode(data) for name, data in
                       re.findall(r'<template id="points-([a-z0-9-]+)">([^<]*)</template>', text)}
        head = json.loads(self.blocks["head"])
        self.count, self.sides, self.near = head["count"], head["sides"], head["neighbours"]
        self.low, self.step = head["cosines"]
        self.size = self.count * len(self.sides)
        self.ids = self.texts("ids", self.count)
        self.views = [self.view(index, view) for index, view in enumerate(head["views"])]
        names = self.texts("labels", head["labels"]) if head["labels"] else []
        self.labels = [names[of] for of in self.words("label-of", "I")] if names else None
        self.ranks = self.words("ranks", "I")

    def words(self, name, kind):
        data = self.blocks.get(name)
        return data and struct.unpack(f"<{len(data) // struct.calcsize(kind)}{kind}", data)

    def texts(self, name, count):
        data = self.blocks[name]
        ends = (0,) + struct.unpack(f"<{count}I", data[:4 * count])
        return [data[4 * count + a:4 * count + b].decode() for a, b in zip(ends, ends[1:])]

    def view(self, index, head):
        cells = self.words(f"view-{index}", "H")
        return [None if 65535 in (cells[2 * p], cells[2 * p + 1]) else
                tuple(head["low"][axis] + head["step"][axis] * cells[2 * p + axis] for axis in (0, 1))
                for p in range(self.size)]

    def neighbours(self, point, is_own):
        side = point // self.count
        start = ((side * len(self.sides) + (0 if is_own else 1)) * self.count + point % self.count) * self.near
        items = [int.from_bytes(self.blocks["near-items"][3 * at:3 * at + 3], "little") for at in range(start, start + self.near)]
        cosines = [self.low + self.step * cell for cell in self.words("near-cosines", "H")[start:start + self.near]]
        return [(self.ids[item] or f"row {item}", f"{cosine:.4f}") for item, cosine in zip(items, cosines) if item < self.count]


def inside(path, x, y):
    """Whether a ray to the right crosses the path an odd number of times; None near its edge, where rounding decides."""
    is_in = False
    for (a, b), (c, d) in zip(path, path[1:] + path[:1]):
        length = math.hypot(c - a, d - b)
        # Near the line of the edge is near enough.
        if length and abs((x - a) * (d - b) - (y - b) * (c - a)) < 1e-3 * length:
            return None
        if (b > y) != (d > y) and x < a + (y - b) * (c - a) / (d - b):
            is_in = not is_in
    return is_in
