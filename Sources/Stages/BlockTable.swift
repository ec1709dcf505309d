import Contracts
import Declarations

/// A table of blocks of rows, each with coordinates that are the same in all of its rows: for many rows a member.
///
/// As in `CoordinateTable`, the coordinates are the union in order of first appearance, NaN where a block lacks one.
struct BlockTable {
  private var names: [String] = []
  private var blocks: [(coordinates: [Coordinate], columns: [Table.NamedColumn])] = []

  mutating func append(_ coordinates: [Coordinate], _ columns: [(name: String, values: Column)]) {
    for coordinate in coordinates where !names.containsExactly(coordinate.name) {
      names.append(coordinate.name)
    }
    blocks.append((coordinates, columns.map { Table.NamedColumn($0.name, $0.values) }))
  }

  var table: Table {
    Table.stacked(
      blocks.map { block in
        let front = names.map { name in
          (name: name, value: block.coordinates.first { $0.name.isExactly(name) }?.value ?? .real(.nan))
        }
        return Table(block.columns).behind(front, stage: "")
      })
  }
}
