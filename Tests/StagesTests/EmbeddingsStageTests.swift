import Contracts
import Foundation
import Kernels
import Stages
import TestSupport
import Testing

@Suite("Embeddings from files", .enabled(if: SharedData.isPresent, "\(SharedData.missing)"))
struct EmbeddingsStageTests {
  private let path = SharedData.features("clip")

  @Test("one file with both modalities")
  func both() throws {
    let family = try #require(
      try run(.`init`, "embeddings", ["path": .string(path), "normalize": .bool(false)]).family)
    let (x, y) = try readPair(path)
    #expect(family.bases == [Embeddings(x: x, y: y, isNormalized: false)])
    #expect(family.members == [EmbeddingFamily.Member()])
  }

  @Test("rows are divided by their norms, in float64 before rounding")
  func normalized() throws {
    let family = try #require(try run(.`init`, "embeddings", ["path": .string(path)]).family)
    let (x, y) = try readPair(path)
    #expect(family.bases[0].isNormalized)
    #expect(family.bases[0].x.values == Pairs.unit(x).joined().map { Float($0) })
    #expect(family.bases[0].y?.values == Pairs.unit(y).joined().map { Float($0) })
  }

  @Test("two matrices where one is expected")
  func matrixCount() throws {
    let error = #expect(throws: StageFailure.self) {
      try run(.`init`, "embeddings", ["x": .string(path), "y": .string(path)])
    }
    #expect(error?.message.contains("2 matrices") == true)
    #expect(error?.kind == .invalidInput)
  }

  @Test("neither file")
  func neither() throws {
    #expect(throws: StageFailure.self) { try run(.`init`, "embeddings", ["x": .string(path)]) }
  }
}

@Suite("Shifts as data")
struct ShiftTests {
  private func pair() throws -> Artefact {
    let (x, y) = try Pairs.pair(50, 6)
    return .embeddings(EmbeddingFamily(Embeddings(x: x, y: y, isNormalized: false)))
  }

  @Test("40 shifts hold one base")
  func oneBase() throws {
    let moved = try run(.shift, "gap", ["delta": numbers(authorsDeltas)], from: [("pair", pair())])
    let family = try #require(moved.family)
    #expect(family.bases.count == 1 && family.members.count == 40)
    #expect(family.members.map { $0.coordinates } == authorsDeltas.map { [Coordinate("delta", .real($0))] })
  }

  /// λ = δ / (2‖Δ‖) on both sides, δ / ‖Δ‖ on one.
  @Test("λ and δ name the same shift", arguments: ["both", "x", "y"])
  func lambda(sides: String) throws {
    let pair = try pair()
    let distance = try evaluate("gap", of: pair).numbers("l2m")[0]
    let byDelta = try run(
      .shift, "gap", ["delta": .number(0.3), "sides": .string(sides)], from: [("pair", pair)])
    let byLambda = try run(
      .shift, "gap", ["lambda": .number((sides == "both" ? 0.15 : 0.3) / distance), "sides": .string(sides)],
      from: [("pair", pair)])
    let gaps = try [byDelta, byLambda].map { try evaluate("gap", of: $0) }
    for column in ["distance", "l2i"] {
      #expect(abs(gaps[0].numbers(column)[0] - gaps[1].numbers(column)[0]) < 1e-12)
    }
  }

  @Test("without renormalising, a shift by δ changes the distance by δ", arguments: ["both", "x", "y"])
  func distance(sides: String) throws {
    let pair = try pair()
    let deltas = [-2.0, -0.1, 0, 0.2, 5]
    let moved = try run(
      .shift, "gap",
      ["delta": numbers(deltas), "sides": .string(sides), "renormalize": .bool(false)], from: [("pair", pair)]
    )
    let before = try evaluate("gap", of: pair).numbers("distance")[0]
    let after = try evaluate("gap", of: moved)
    for (delta, distance) in zip(deltas, after.numbers("distance")) {
      #expect(abs(distance - (before - delta)) < 1e-12)
    }
  }

  @Test("shifts follow each other, and their coordinates stay apart")
  func chain() throws {
    let first = try run(.shift, "gap", ["delta": numbers([0.1, 0.2])], from: [("pair", pair())])
    let second = try run(.shift, "gap", ["delta": numbers([0, 0.3, 0.4])], from: [("moved", first)])
    let table = try evaluate("gap", of: run(.shift, "centre", from: [("moved", second)]))
    #expect(table.columnNames.prefix(2) == ["delta", "delta_2"])
    #expect(table.rowCount == 6)
    for distance in table.numbers("l2m") { #expect(distance < 0.05) }
  }

  @Test("layers keep their coordinate through an evaluation")
  func layers() throws {
    let layers = try run(
      .`init`, "mlp", ["activation": .string("tanh"), "depth": .number(2), "width": .number(9)])
    let table = try evaluate("cosine-similarity", of: layers)
    #expect(table["layer"] == .integers([0, 1, 2]))
    let histogram = try evaluate("cosine-similarity", ["bins": .number(5)], of: layers, suffix: "histogram")
    #expect(histogram.columnNames == ["layer", "modality", "bin_low", "bin_high", "pairs"])
    #expect(histogram.rowCount == 15)
  }
}
