"""All mutants in one copy of the tree: each change is a choice, by a flag, between the right expression and the wrong one."""

import os
import re
import shutil
import subprocess

from common import ROOT

# The name of the flag that is set.
VARIABLE = "MODGAP_MUTANT"
COPIED = ["Sources", "Tests", "configs", "data", "Package.swift"]


class Stale(Exception):
    """A mutant or a test that the tree does not have any more."""


def flag(mutant):
    return "mutant_" + mutant.name.replace("-", "_")


def woven(text, changes, path):
    """The text with each expression replaced by a choice; `changes` are pairs of a mutant and an edit."""
    choices = {}
    for mutant, edit in changes:
        before, old, after = re.fullmatch("(.*)«(.*)»(.*)", edit.place, re.DOTALL).groups()
        count = text.count(before + old + after)
        if count != 1:
            raise Stale(f"{mutant.name}: {path} has `{before + old + after}` {count} times, not once")
        start = text.index(before + old + after) + len(before)
        choices.setdefault((start, start + len(old)), []).append((flag(mutant), edit.new))
    end = len(text)
    for (start, stop), wrong in sorted(choices.items(), reverse=True):
        if stop > end:
            raise Stale(f"{path}: two mutants change parts of one expression")
        choice = text[start:stop]
        for name, new in wrong:
            choice = f"({name} ? ({new}) : ({choice}))"
        text, end = text[:start] + choice + text[stop:], start
    return text


def flags_of_swift(names):
    lines = [f'package let {name} = chosenMutant == "{name}"' for name in names]
    return "\n".join([
        "import Foundation", "",
        f'private let chosenMutant = getenv("{VARIABLE}").map {{ String(cString: $0) }} ?? ""', *lines, ""])


def flags_of_c(names):
    choose = " ".join(f'{name} = chosen && !strcmp(chosen, "{name}");' for name in names)
    return "\n".join([
        "#include <stdlib.h>", "#include <string.h>", *(f"static int {name};" for name in names),
        "__attribute__((constructor)) static void choose_mutant(void) {",
        f'  const char *chosen = getenv("{VARIABLE}");', f"  {choose}", "}", ""])


def mutated(mutants):
    """The texts that differ from the tree's, by path."""
    changes, names = {}, {}
    for mutant in mutants:
        for edit in mutant.edits:
            changes.setdefault(edit.file, []).append((mutant, edit))
            place = edit.file if edit.file.endswith(".c") else edit.file.split("/")[1]
            names.setdefault(place, set()).add(flag(mutant))
    texts = {path: woven(read(os.path.join(ROOT, path)), wrong, path) for path, wrong in changes.items()}
    for place, flags in names.items():
        if place.endswith(".c"):
            texts[place] = flags_of_c(sorted(flags)) + texts[place]
        else:
            texts[f"Sources/{place}/MutantFlags.swift"] = flags_of_swift(sorted(flags))
    targets = sorted({target for mutant in mutants for target, _, _ in map(located, mutant.tests)})
    listed = ", ".join(f'"{target}"' for target in targets)
    texts["Package.swift"] = (
        read(os.path.join(ROOT, "Package.swift"))
        + f"\npackage.targets.removeAll {{ $0.type == .test && ![{listed}].contains($0.name) }}\n")
    return texts


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def copy_tree(folder, texts):
    """Into the folder what the tree has, with these texts; only what differs is written, so that only that is built."""
    if not os.path.exists(os.path.join(folder, ".build")) and os.path.exists(os.path.join(ROOT, ".build")):
        subprocess.run(["cp", "-a", os.path.join(ROOT, ".build"), folder], check=True)
    wanted = set()
    for top in COPIED:
        for path in files(os.path.join(ROOT, top)):
            name = os.path.relpath(path, ROOT)
            wanted.add(name)
            put(path, os.path.join(folder, name), texts.get(name))
    for name in set(texts) - wanted:
        put(None, os.path.join(folder, name), texts[name])
    for top in COPIED:
        for path in files(os.path.join(folder, top)):
            if os.path.relpath(path, folder) not in wanted | set(texts):
                os.remove(path)


def files(top):
    if os.path.isfile(top):
        yield top
    for folder, folders, names in os.walk(top):
        folders[:] = [name for name in folders if name != "__pycache__"]
        yield from (os.path.join(folder, name) for name in names)


def put(source, path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if text is None:
        if not os.path.exists(path) or open(path, "rb").read() != open(source, "rb").read():
            shutil.copy2(source, path)
    elif not os.path.exists(path) or read(path) != text:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def located(test):
    """Target, suite and function of `Suite.function`."""
    suite, function = test.split(".")
    for path in files(os.path.join(ROOT, "Tests")):
        if path.endswith(".swift"):
            text = read(path)
            if re.search(rf"\bstruct {suite}\b", text) and re.search(rf"\bfunc {function}\(", text):
                return os.path.relpath(path, ROOT).split(os.sep)[1], suite, function
    raise Stale(f"there is no test {test}")
