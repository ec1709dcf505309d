import Contracts
import Declarations
import Foundation
import Kernels
import Stages
import TestSupport
import Testing

@Suite("Euclidean distance and cosine similarity")
struct DistanceIdentityTests {
  @Test func holdsWithTheSquareAlone() throws {
    let table = try evaluate("distance-identity", of: Examples.pairs())
    #expect(table.numbers("count") == [700])
    #expect(table.numbers("largest_error")[0] < 1e-14)
    #expect(table.numbers("largest_error_unsquared")[0] > 0.1)
  }

  /// At an angle θ the two sides are 2·sin(θ/2) and 4·sin²(θ/2): equal at 60° and 0°, and 2 apart at 180°.
  @Test(arguments: [0.0, 30, 60, 90, 150, 180]) func closedForm(degrees: Double) throws {
    let angle = degrees * .pi / 180
    let x = Matrix(rows: 2, columns: 2, values: [1, 0, 1, 0])
    let y = Matrix(
      rows: 2, columns: 2, values: [Float(cos(angle)), Float(sin(angle)), 1, 0].map { 3 * $0 })
    let pairs = Artefact.embeddings(EmbeddingFamily(Embeddings(x: x, y: y, isNormalized: false)))
    let half = sin(angle / 2)
    let found = try evaluate("distance-identity", of: pairs).numbers("largest_error_unsquared")[0]
    #expect(abs(found - abs(2 * half - 4 * half * half)) < 1e-6)
  }

  @Test func shiftedRowsAreDividedByTheirNorms() throws {
    let moved = try run(
      .shift, "gap", ["lambda": numbers([0, 0.5]), "renormalize": .bool(false)],
      from: [("pairs", Examples.pairs())])
    let table = try evaluate("distance-identity", of: moved)
    #expect(table.numbers("lambda") == [0, 0.5])
    #expect(table.numbers("largest_error").allSatisfy { $0 < 1e-14 })
  }

  @Test func unpairedRowsAreRefused() throws {
    let pairs = try #require(try Examples.pairs().embeddings)
    var base = pairs.bases[0]
    base.pairing = .unpaired
    let family = EmbeddingFamily(base)
    #expect(throws: (any Error).self) { try evaluate("distance-identity", of: .embeddings(family)) }
  }
}
