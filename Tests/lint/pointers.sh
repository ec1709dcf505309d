#!/usr/bin/env bash
# Pointers without a count, in the modules that compute: they may stand in the files below, and nowhere else.
#
# Everywhere else memory is a MemorySlice, whose parts cannot reach beyond it, and whose elements are checked
# wherever assertions are. Lines of comments are not looked at.
set -euo pipefail
cd "$(dirname "$0")/../.."

modules=(Sources/Execution Sources/Kernels Sources/Metrics Sources/Encoders)
pattern='\bUnsafe(Mutable)?(Raw)?Pointer\b|\bOpaquePointer\b|\bbaseAddress\b|\.pointer\(|\bwithUnsafe(Mutable)?Pointer\b|\bwithMemoryRebound\b|\bShared\('

# The slice itself, what it is made of, and calls of C, which take the extents they check from the slice.
homes=(
  Sources/Execution/Memory/MemorySlice.swift
  Sources/Execution/Memory/MemorySlice+Lanes.swift
  Sources/Execution/Memory/MemorySlice+Storage.swift
  Sources/Execution/Memory/Arena.swift
  Sources/Execution/Mutex.swift
  Sources/Kernels/BLAS.swift
  Sources/Kernels/TileProduct.swift
)

status=0
found=$(grep -rnE --include='*.swift' -e "$pattern" "${modules[@]}" | grep -vE '^[^:]+:[0-9]+:[[:space:]]*//' || true)
for home in "${homes[@]}"; do
  if ! grep -qF "$home:" <<< "$found"; then
    echo "$home: has no pointer any more: take it off the list in Tests/lint/pointers.sh" >&2
    status=1
  fi
done
while IFS= read -r line; do
  [ -n "$line" ] || continue
  for home in "${homes[@]}"; do [ "${line%%:*}" != "$home" ] || continue 2; done
  echo "$line" >&2
  echo "    a pointer without a count may not stand here: hand on a MemorySlice, or a part of one" >&2
  status=1
done <<< "$found"
exit "$status"
