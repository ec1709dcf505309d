import Claims
import Declarations
import ExperimentConfig
import Foundation
import Stages

/// A table from rows of literals: the first row holds the names, which mean what they mean in the program's tables.
package func table(_ names: [String], _ rows: [[Cell]]) -> Table {
  var builder = TableBuilder()
  for row in rows { builder.append(Array(zip(names, row))) }
  return builder.table().declaring { name in
    let parts = name.split(separator: "_").map(String.init)
    let isNumbered = parts.count == 2 && Int(parts[1]) != nil
    return stageCatalog.declaration(of: isNumbered ? parts[0] : name)?.renamed(name)
  }
}

extension Cell: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral {
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .real(value) }
  public init(stringLiteral value: String) { self = .text(value) }
}

package func json(_ text: String) throws -> JSONValue {
  try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
}

/// Puts a check, written as in a config, to a table.
package func verdict(
  _ check: String, _ parameters: String, on table: Table, where selection: String = "{}",
  axes: RunAxes = RunAxes(), absent: [AbsentRun] = []
) throws -> Verdict {
  let claim = ClaimSpec(
    id: "a-claim", source: "Fig. 1", says: "a thing holds", table: "t",
    selection: Claims.selection(try json(selection)), check: check, parameters: try json(parameters))
  return evaluate(claim, table: .present(table, absent: absent), axes: axes)
}

/// The loss over a grid: one row for each x and seed.
package func curveTable(_ values: [(x: Double, ys: [Double])]) -> Table {
  table(
    ["seed", "delta", "loss"],
    values.flatMap { point in point.ys.enumerated().map { [.integer($0), .real(point.x), .real($1)] } })
}

package let seeds = RunAxes(["seed"], replicates: "seed")
