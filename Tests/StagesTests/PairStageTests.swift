import Contracts
import Declarations
import Foundation
import Metrics
import Stages
import TestSupport
import Testing

/// Two towers side by side. Two networks of the same inputs have a gap that is due to their weights.
@Suite("Pairs of towers")
struct PairStageTests {
  private func network(_ id: String, _ more: [String: JSONValue] = [:], seed: UInt64 = 0) throws -> Artefact {
    let with: [String: JSONValue] = [
      "activation": .string("relu"), "depth": .number(3), "width": .number(256),
      "inputs": .object(["kind": .string("gaussian"), "count": .number(200), "seed": .number(7)]),
    ]
    return try run(.`init`, "mlp", with.merging(more) { $1 }, seed: seed, id: id)
  }

  private func pair(_ x: Artefact, _ y: Artefact) throws -> Artefact {
    try run(.`init`, "pair", ["x": .string("a"), "y": .string("b")], references: ["x": x, "y": y])
  }

  @Test func rowsAreThoseOfTheTowers() throws {
    let (a, b) = (try network("a"), try network("b"))
    let family = try #require(try pair(a, b).family)
    #expect(family.members.map(\.coordinates) == a.family?.members.map(\.coordinates))
    for (layer, base) in family.bases.enumerated() {
      #expect(base.x == a.family?.bases[layer].x && base.y == b.family?.bases[layer].x)
    }
  }

  /// Inputs of one seed are the same in both, so that layer 0 has no gap; the weights are not. ‖Δ‖² is then c + c − 2/π
  /// with c the mean similarity of all pairs of a layer's outputs, each with itself.
  @Test func theGapIsThatOfTheLimit() throws {
    let (a, b) = (try network("a"), try network("b"))
    let gaps = try evaluate("gap", of: pair(a, b)).numbers("distance")
    #expect(gaps[0] == 0)
    let (first, second) = (try cone(a), try cone(b))
    for layer in 1...3 {
      let limit = first[layer] + second[layer] - 2 / Double.pi
      #expect(abs(gaps[layer] * gaps[layer] - limit) < 0.05, "layer \(layer)")
    }
    #expect(gaps[2] > 0.3)
  }

  private func cone(_ network: Artefact) throws -> [Double] {
    try evaluate(
      "cosine-similarity", ["diagonal": .bool(true), "statistics": .string("mean")], of: network
    ).numbers("mean")
  }

  @Test func aTowerHasNoGapToItself() throws {
    let a = try network("a")
    #expect(try evaluate("gap", of: pair(a, a)).numbers("distance").allSatisfy { $0 == 0 })
  }

  @Test func inputsOfASeedDependOnNothingElse() throws {
    let inputs = try [network("a"), network("b"), network("a", seed: 5)].map { $0.family?.bases[0].x }
    #expect(inputs[0] == inputs[1] && inputs[0] == inputs[2])
    let layers = try [network("a"), network("b"), network("a", seed: 5)].map { $0.family?.bases[1].x }
    #expect(layers[0] != layers[1] && layers[0] != layers[2])
  }

  @Test func towersThatDifferAreRefused() throws {
    let a = try network("a")
    let deeper = #expect(throws: StageFailure.self) {
      try pair(a, network("b", ["depth": .number(4)]))
    }
    #expect(deeper?.message.contains("4 sets of embeddings and `y` has 5") == true)
    #expect(throws: MetricFailure.self) { try pair(a, network("b", ["width": .number(128)])) }
    #expect(throws: StageFailure.self) {
      try run(.`init`, "pair", ["x": .string("a"), "y": .string("b")], references: ["x": a])
    }
  }
}
