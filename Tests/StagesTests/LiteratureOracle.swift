import Contracts
import Foundation
import Kernels
import Testing

/// The numbers of `Tests/oracles/literature.json`, which `literature.py` beside it makes.
struct LiteratureOracle: Decodable {
  let sphere: [[Double]]
  let x: [Float]
  let y: [Float]
  let rows: Int
  let conformity: [[Double]]
  let alphas: [Double]
  /// By α, then by what is moved: x, y, both.
  let divergences: [[[Double]]]
  let separation: [[Double]]
  let constancy: [Double]
  let rankings: [[Double]]
  let shared: [[Double]]
  let sigmoidSeparation: [Double]
  let sigmoidLosses: [[Double]]
  let flows: [String: [[Double]]]

  static func read() throws -> LiteratureOracle {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../oracles/literature.json").standardized
    return try JSONDecoder().decode(LiteratureOracle.self, from: Data(contentsOf: file))
  }

  var pair: Artefact {
    func matrix(_ values: [Float]) -> Matrix {
      Matrix(rows: rows, columns: values.count / rows, values: values)
    }
    return .embeddings(EmbeddingFamily(Embeddings(x: matrix(x), y: matrix(y), isNormalized: false)))
  }
}

/// Embeddings of a few rows, row i of y the partner of row i of x.
func pairs(_ x: [[Float]], _ y: [[Float]], pairing: Pairing = .identity) -> Artefact {
  func matrix(_ rows: [[Float]]) -> Matrix {
    Matrix(rows: rows.count, columns: rows[0].count, values: rows.flatMap { $0 })
  }
  return .embeddings(
    EmbeddingFamily(Embeddings(x: matrix(x), y: matrix(y), isNormalized: false, pairing: pairing)))
}

func expectClose(
  _ found: [Double], _ expected: [Double], _ tolerance: Double = 1e-9,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.count == expected.count, sourceLocation: sourceLocation)
  for (found, expected) in zip(found, expected) {
    #expect(
      abs(found - expected) <= tolerance * max(1, abs(expected)), "\(found) for \(expected)",
      sourceLocation: sourceLocation)
  }
}
