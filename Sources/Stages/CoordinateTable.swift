import Contracts
import Declarations

/// Rows of a table that begin with coordinates: `from` where several stages are read, then what
/// shifts and layers bring, then values.
///
/// Stages may bring different coordinates: columns are the union in order of first appearance, and a
/// row that lacks one holds NaN there.
struct CoordinateTable {
  private var names: [String] = []
  private var rows: [(coordinates: [Coordinate], values: [(String, Cell)])] = []

  mutating func append(_ coordinates: [Coordinate], _ values: [(String, Cell)]) {
    for coordinate in coordinates where !names.contains(coordinate.name) { names.append(coordinate.name) }
    rows.append((coordinates, values))
  }

  var table: Table {
    var builder = TableBuilder()
    for row in rows {
      let places = names.map { name in
        (name, row.coordinates.first { $0.name == name }?.value ?? .real(.nan))
      }
      builder.append(places + row.values)
    }
    return builder.table()
  }
}

/// One upstream family, and what its rows begin with.
struct Source {
  let id: String
  let family: EmbeddingFamily
  private let prefix: [Coordinate]

  func coordinates(_ member: Int) -> [Coordinate] { prefix + family.members[member].coordinates }

  /// The families that an evaluation reads.
  static func all(_ inputs: StageInputs, for stage: String) throws -> [Source] {
    let families = try inputs.families(for: stage)
    return families.enumerated().map { index, entry in
      let gathered = inputs.gathered.indices.contains(index) ? inputs.gathered[index] : []
      return Source(
        id: entry.id, family: entry.family,
        prefix: (inputs.namesUpstream ? [Coordinate("from", .text(entry.id))] : []) + gathered)
    }
  }
}

extension EmbeddingFamily.Member {
  /// A coordinate under this name, or under `name_2`, `name_3`… where an earlier shift took it.
  mutating func place(_ name: String, _ value: Cell) {
    let taken = Set(coordinates.map(\.name))
    var free = name
    var number = 2
    while taken.contains(free) {
      free = "\(name)_\(number)"
      number += 1
    }
    coordinates.append(Coordinate(free, value))
  }

  /// The member with a further transform.
  func transformed(by transform: some EmbeddingTransform) -> EmbeddingFamily.Member {
    var member = self
    member.transforms.append(transform)
    return member
  }
}
