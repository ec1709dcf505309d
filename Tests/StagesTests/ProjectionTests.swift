import Contracts
import Declarations
import Foundation
import Kernels
import Metrics
import TestSupport
import Testing

@Suite("Projection")
struct ProjectionTests {
  /// Tall (more rows than columns) and wide unions.
  private func pair(_ columns: Int) throws -> Artefact {
    let (x, y) = try Pairs.pair(20, columns)
    return .embeddings(EmbeddingFamily(Embeddings(x: x, y: y, isNormalized: false)))
  }

  private func union(_ columns: Int, centred: Bool) throws -> [[Double]] {
    let (x, y) = try Pairs.pair(20, columns)
    let rows = Pairs.unit(x) + Pairs.unit(y)
    let means = (0..<columns).map { k in centred ? rows.reduce(0) { $0 + $1[k] } / 40 : 0 }
    return rows.map { row in zip(row, means).map { $0 - $1 } }
  }

  @Test(
    "all squares are in the spectrum, and scores have their singular values", arguments: [8, 64],
    ["pca", "svd"])
  func spectrum(columns: Int, method: String) throws {
    let with: [String: JSONValue] = ["method": .string(method), "components": .number(6)]
    let points = try evaluate("projection", with, of: pair(columns))
    let spectrum = try evaluate("projection", with, of: pair(columns), suffix: "spectrum")
    let total = try union(columns, centred: method == "pca").joined().reduce(0) { $0 + $1 * $1 }
    let values = spectrum.numbers("singular_value")
    #expect(values.count == min(40, columns) && values == values.sorted(by: >))
    #expect(abs(values.reduce(0) { $0 + $1 * $1 } - total) < 1e-10)
    #expect(abs(spectrum.numbers("explained_variance_ratio").reduce(0, +) - 1) < 1e-12)
    for component in 0..<6 {
      let scores = points.numbers("c\(component + 1)")
      #expect(scores.count == 40)
      #expect(abs(scores.reduce(0) { $0 + $1 * $1 }.squareRoot() - values[component]) < 1e-9)
      if method == "pca" { #expect(abs(scores.reduce(0, +)) < 1e-9) }
    }
    #expect(points.texts("modality") == Array(repeating: "x", count: 20) + Array(repeating: "y", count: 20))
    #expect(points.numbers("index") == (0..<40).map { Double($0 % 20) })
  }

  /// A loading is Zᵀ·scores/σ²: the greatest must be positive.
  @Test("signs are fixed by the greatest loading", arguments: [8, 64])
  func signs(columns: Int) throws {
    let points = try evaluate("projection", of: pair(columns))
    let rows = try union(columns, centred: true)
    for component in ["c1", "c2"] {
      let scores = points.numbers(component)
      let loadings = (0..<columns).map { k in zip(rows, scores).reduce(0) { $0 + $1.0[k] * $1.1 } }
      let greatest = try #require(loadings.max { abs($0) < abs($1) })
      #expect(greatest > 0)
    }
  }

  @Test("directions without variance give zeros")
  func flat() throws {
    let x = Matrix(rows: 2, columns: 2, values: [1, 0, 1, 0])
    let y = Matrix(rows: 2, columns: 2, values: [0, 1, 0, 1])
    let pair = Artefact.embeddings(EmbeddingFamily(Embeddings(x: x, y: y, isNormalized: false)))
    let points = try evaluate("projection", ["components": .number(3)], of: pair)
    #expect(points.numbers("c2") == [0, 0, 0, 0] && points.numbers("c3") == [0, 0, 0, 0])
    for score in points.numbers("c1") { #expect(abs(abs(score) - 0.5.squareRoot()) < 1e-12) }
  }
}
