#!/bin/sh
# What a target imports, Package.swift says it depends on: SwiftPM itself takes what a dependency of a dependency has, and
# so the layers of docs/architecture.md would be a matter of good will.
cd "$(dirname "$0")/../.." || exit 1
package=$(mktemp) || exit 1
trap 'rm -f "$package"' EXIT
swift package dump-package > "$package" || exit 1
python3 - "$package" <<'PY'
import json, os, re, sys

SYSTEM = {"Foundation", "FoundationXML", "Glibc", "Dispatch", "Synchronization", "Testing"}
wrong = 0
for target in json.load(open(sys.argv[1]))["targets"]:
    folder = target.get("path") or ("Tests/" if target["type"] == "test" else "Sources/") + target["name"]
    allowed = {dependency["byName"][0] for dependency in target["dependencies"]} | SYSTEM
    for place, _, names in os.walk(folder):
        for name in names:
            if not name.endswith(".swift"):
                continue
            path = os.path.join(place, name)
            for number, line in enumerate(open(path), 1):
                found = re.match(r"(?:  )?(?:@testable )?import (?:struct |enum |class |func )?([A-Z]\w*)", line)
                if found and found[1] not in allowed:
                    print(f"{path}:{number}: {target['name']} does not depend on {found[1]} (Package.swift)")
                    wrong += 1

# The diagram of docs/architecture.md names the targets in the order of Package.swift.
page = open("docs/architecture.md").read().split("```")[1]
named = [found[1] for found in (re.match(r"[^\w/*.<>]*(\w+)", line) for line in page.splitlines()) if found]
targets = [
    target["name"] for target in json.load(open(sys.argv[1]))["targets"]
    if target["type"] in ("regular", "executable") and not target.get("path") and not re.match("C[A-Z]", target["name"])
]
named = [name for name in named if name in targets]
if named != targets:
    print(f"docs/architecture.md names the targets as {named}, Package.swift as {targets}")
    wrong += 1
sys.exit(1 if wrong else 0)
PY
