import Contracts
import Declarations
import Foundation
import Kernels
import Metrics
import TestSupport
import Testing

/// The numbers of `Tests/oracles/interventions.json`, which `interventions.py` beside it makes.
struct InterventionOracle: Decodable {
  struct Shift: Decodable {
    let kind: String
    let with: [String: JSONValue]
    let x: [[Double]]
    let y: [[Double]]
  }
  struct Direction: Decodable {
    let recall: [Double]
    let medianRank: Double
    let mrr: Double
    let ndcg: Double
    let ownSideTop1: Double

    private enum CodingKeys: String, CodingKey {
      case recall, mrr
      case medianRank = "median_rank"
      case ownSideTop1 = "own_side_top1"
      case ndcg = "ndcg@10"
    }
  }
  struct Search: Decodable {
    let with: [String: JSONValue]
    let bank: Bool
    let xToY: Direction
    let yToX: Direction

    private enum CodingKeys: String, CodingKey {
      case with, bank
      case xToY = "x-to-y"
      case yToX = "y-to-x"
    }
  }
  struct Case: Decodable {
    let x: [[Float]]
    let y: [[Float]]
    let bank: [[[Float]]]
    let shifts: [Shift]
    let searches: [Search]

    func pair() -> Artefact { Self.pair(x, y) }

    static func pair(_ x: [[Float]], _ y: [[Float]]) -> Artefact {
      .embeddings(EmbeddingFamily(Embeddings(x: matrix(x), y: matrix(y), isNormalized: false)))
    }

    private static func matrix(_ rows: [[Float]]) -> Matrix {
      Matrix(rows: rows.count, columns: rows.first?.count ?? 0, values: rows.flatMap { $0 })
    }
  }

  let cases: [Case]

  static let numbers: InterventionOracle? = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../oracles/interventions.json").standardized
    return (try? Data(contentsOf: file)).flatMap {
      try? JSONDecoder().decode(InterventionOracle.self, from: $0)
    }
  }()
}

/// One member's rows, in float64.
func rows(_ artefact: Artefact, _ member: Int = 0) throws -> (x: RealMatrix, y: RealMatrix) {
  let family = try #require(artefact.family)
  return try withBudget(jobs: 1) { budget in
    (
      x: try family.rows(.x, of: family.members[member]).real(budget),
      y: try family.rows(.y, of: family.members[member]).real(budget)
    )
  }
}
