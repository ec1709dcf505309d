import Contracts
import Declarations
import Kernels

/// How many queries have the same ranking of all candidates, and the same first one, as before any shift.
///
/// The score of a candidate c for a query q is q·c (`dot`) or −‖q − c‖² (`euclidean`), of rows as shifts leave them; of equal scores the
/// lower index ranks first. q·(c + v) = q·c + q·v, so a vector v that is added to all candidates changes no ranking by `dot`; by
/// `euclidean` it changes none if v is orthogonal to all differences of candidates.
/// Source: Chowers et al. 2026, arXiv:2603.29080, Theorem 3.5; docs/literature.md, item 8.
package struct RankingChangeEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {}

  package static let signature = StageSignature(
    phase: .evaluate, kind: "ranking-change",
    summary: "How many queries have the same ranking of candidates as before any shift.",
    input: .pairs, output: .tables,
    columns: [
      TableColumn("direction", .label, .text, "Direction"),
      TableColumn("score", .label, .text, "Score of a candidate"),
      TableColumn("unchanged", .quantity, .real, "Queries with the same ranking", unit: "fraction"),
      TableColumn(
        "first_unchanged", .quantity, .real, "Queries with the same first candidate", unit: "fraction"),
      TableColumn("count", .quantity, .integer, "Queries"),
    ])

  package init(parameters: Parameters) {}

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    try PairedRows.table(inputs, for: "ranking-change", context) { pairs in
      let original = try pairs.original()
      return [
        ("x-to-y", (pairs.x, pairs.y), (original.x, original.y)),
        ("y-to-x", (pairs.y, pairs.x), (original.y, original.x)),
      ].flatMap { direction, after, before in
        [("dot", false), ("euclidean", true)].map { name, isEuclidean in
          [("direction", .text(direction)), ("score", .text(name))]
            + Self.values(Self.rankings(before, isEuclidean), Self.rankings(after, isEuclidean))
        }
      }
    }
  }

  private static func values(_ before: [[Int32]], _ after: [[Int32]]) -> [(String, Cell)] {
    let (count, both) = (Double(before.count), zip(before, after))
    return [
      ("unchanged", .real(Double(both.count { $0 == $1 }) / count)),
      ("first_unchanged", .real(Double(both.count { $0.first == $1.first }) / count)),
      ("count", .integer(before.count)),
    ]
  }

  private static func rankings(
    _ rows: (queries: RealMatrix, candidates: RealMatrix), _ isEuclidean: Bool
  ) -> [[Int32]] {
    // −‖q − c‖² = 2(q·c − ½‖c‖²) − ‖q‖².
    let offsets = (0..<rows.candidates.rows).map { row in
      let candidate = Array(rows.candidates.row(row))
      return isEuclidean ? dot(candidate, candidate) / 2 : 0
    }
    var rankings: [[Int32]] = []
    rows.queries.forEachRow(against: rows.candidates) { _, products in
      let scores = zip(products, offsets).map { $0 - $1 }
      rankings.append(
        scores.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }.map { Int32(truncatingIfNeeded: $0) })
    }
    return rankings
  }
}
