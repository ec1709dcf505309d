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

/// The verdict on a claim that is judged alone.
package func evaluate(
  _ claim: ClaimSpec, table: FoundTable, axes: RunAxes = RunAxes(), checks: CheckCatalog = checkCatalog
) -> Verdict {
  decide([judge(claim, table: table, axes: axes, checks: checks)])[0]
}

/// Puts a check, written as in a config, to a table.
package func verdict(
  _ check: String, _ parameters: String, on table: Table, where selection: String = "{}",
  axes: RunAxes = RunAxes(), absent: [AbsentRun] = [], isRandom: Bool? = nil, differsBecause: String? = nil
) throws -> Verdict {
  decide([
    try judgement(
      check, parameters, on: table, where: selection, axes: axes, absent: absent, isRandom: isRandom,
      differsBecause: differsBecause)
  ])[0]
}

/// The same, before it is known how many tests there are beside it.
///
/// - Parameter isRandom: nil where it is not known what the rows come from.
package func judgement(
  _ check: String, _ parameters: String, on table: Table, where selection: String = "{}",
  axes: RunAxes = RunAxes(), absent: [AbsentRun] = [], isRandom: Bool? = nil, differsBecause: String? = nil,
  id: String = "a-claim"
) throws -> Judgement {
  let claim = ClaimSpec(
    id: id, source: "Fig. 1", says: "a thing holds", table: "t",
    selection: Claims.selection(try json(selection)), check: check, parameters: try json(parameters),
    basis: .paper, differsBecause: differsBecause)
  let sources = isRandom.map { RowSources(common: Set(axes.names), chance: $0 ? .seeded : .none) }
  return judge(claim, table: .present(table, absent: absent, sources: sources), axes: axes)
}

/// The loss over a grid: one row for each x and seed.
package func curveTable(_ values: [(x: Double, ys: [Double])]) -> Table {
  table(
    ["seed", "delta", "loss"],
    values.flatMap { point in point.ys.enumerated().map { [.integer($0), .real(point.x), .real($1)] } })
}

package let seeds = RunAxes(["seed"], replicates: "seed")
