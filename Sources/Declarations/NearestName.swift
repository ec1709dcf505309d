/// The candidate that a reader most likely meant by `name`, or nil where none is near.
///
/// Near is an edit distance of at most a third of the longer name, or one name ending in the other. Two
/// letters that changed places count as one edit.
package func nearestName(to name: String, among candidates: [String]) -> String? {
  let wanted = Array(name.lowercased().utf8.prefix(256))
  let ranked = candidates.prefix(1000).map { candidate -> (name: String, distance: Int, limit: Int) in
    let other = Array(candidate.lowercased().utf8.prefix(256))
    let isTail = min(wanted.count, other.count) > 2 && (wanted.ends(with: other) || other.ends(with: wanted))
    let distance = isTail ? 1 : editDistance(wanted, other)
    return (candidate, distance, max(1, max(wanted.count, other.count) / 3))
  }
  return ranked.filter { $0.distance <= $0.limit && $0.distance < wanted.count }.min {
    $0.distance < $1.distance
  }?.name
}

/// How many insertions, deletions, replacements and swaps of neighbouring bytes turn `left` into `right`.
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
  var beforePrevious: [Int] = []
  var previous = Array(0...right.count)
  for (row, byte) in left.enumerated() {
    var current = [row + 1]
    current.reserveCapacity(right.count + 1)
    for (column, other) in right.enumerated() {
      let replaced = previous[column] + (byte == other ? 0 : 1)
      var least = min(replaced, previous[column + 1] + 1, current[column] + 1)
      if row > 0, column > 0, byte == right[column - 1], left[row - 1] == other {
        least = min(least, beforePrevious[column - 1] + 1)
      }
      current.append(least)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[right.count]
}

extension Array where Element == UInt8 {
  fileprivate func ends(with tail: [UInt8]) -> Bool { count >= tail.count && suffix(tail.count) == tail[...] }
}
