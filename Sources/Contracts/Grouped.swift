extension Sequence {
  /// Elements of equal keys together, in the order of each key's first one; no group is empty.
  package func grouped<Key: Hashable>(by key: (Element) throws -> Key) rethrows -> [(
    key: Key, members: [Element]
  )] {
    var places: [Key: Int] = [:]
    var groups: [(key: Key, members: [Element])] = []
    for element in self {
      let key = try key(element)
      if let place = places[key] {
        groups[place].members.append(element)
      } else {
        places[key] = groups.count
        groups.append((key, [element]))
      }
    }
    return groups
  }
}
