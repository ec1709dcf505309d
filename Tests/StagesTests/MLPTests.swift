import Declarations
import Foundation
import Stages
import TestSupport
import Testing

/// Mean cosine similarity, diagonal included, of layers 0…25 of a random network of width 512 with 1024
/// Gaussian inputs; the oracle is the limit of infinite width, (1 − p/q)/1024 added for the diagonal.
@Suite("Layers of a random network, Fig. 2(b)")
struct MLPTests {
  private func means(_ activation: String, seed: UInt64, depth: Double = 25) throws -> [Double] {
    let layers = try run(
      .`init`, "mlp", ["activation": .string(activation), "depth": .number(depth)], seed: seed)
    let table = try evaluate(
      "cosine-similarity", ["diagonal": .bool(true), "statistics": .string("mean")], of: layers)
    #expect(table.numbers("layer") == (0...Int(depth)).map(Double.init))
    #expect(table.numbers("count").allSatisfy { $0 == 1024 })
    return table.numbers("mean")
  }

  /// E[φ(u)φ(v)] for jointly normal u, v of this variance and correlation, by the trapezium rule.
  private func moment(_ phi: (Double) -> Double, _ variance: Double, _ correlation: Double) -> Double {
    let (step, limit, std) = (0.02, 8.0, variance.squareRoot())
    let nodes = stride(from: -limit, through: limit, by: step).map { $0 }
    let other = max(0, 1 - correlation * correlation).squareRoot()
    var sum = 0.0
    var total = 0.0
    for a in nodes {
      let weight = exp(-a * a / 2)
      var inner = 0.0
      var innerTotal = 0.0
      for b in nodes {
        let w = exp(-b * b / 2)
        inner += w * phi(std * (correlation * a + other * b))
        innerTotal += w
      }
      sum += weight * phi(std * a) * inner / innerTotal
      total += weight
    }
    return sum / total
  }

  /// The state (q, p) = (E‖h‖², E h·h') per layer; reports p/q.
  private func limit(_ phi: (Double) -> Double, layers: Int) -> [Double] {
    var (q, p) = (512.0, 0.0)
    return (0..<layers).map { _ in
      let variance = (q + 1) / 512
      let correlation = (p + 1) / (q + 1)
      (q, p) = (512 * moment(phi, variance, 1), 512 * moment(phi, variance, correlation))
      return p / q
    }
  }

  private static func phi(_ activation: String) -> (Double) -> Double {
    switch activation {
    case "relu": { max(0, $0) }
    case "leaky-relu": { $0 < 0 ? 0.01 * $0 : $0 }
    case "sigmoid": { 1 / (1 + exp(-$0)) }
    case "tanh": { tanh($0) }
    default: { $0 }
    }
  }

  @Test(
    "first layers against the limit of infinite width",
    arguments: [("relu", 0.03), ("leaky-relu", 0.03), ("sigmoid", 0.004), ("tanh", 0.004), ("linear", 0.002)])
  func firstLayers(_ activation: String, tolerance: Double) throws {
    let limit = limit(Self.phi(activation), layers: 4)
    for seed in [0, 1] as [UInt64] {
      let means = try means(activation, seed: seed, depth: 4)
      #expect(abs(means[0] - 1.0 / 1024) < 2e-4)
      for (layer, c) in limit.enumerated() {
        #expect(abs(means[layer + 1] - (c + (1 - c) / 1024)) < tolerance, "layer \(layer + 1)")
      }
    }
  }

  /// Numbers of the limit that the reference page lists.
  @Test(
    "deep layers",
    arguments: [
      ("relu", [1: 0.31995, 2: 0.4964, 3: 0.6092, 5: 0.7483, 10: 0.9502, 15: 0.9980], 0.06),
      ("sigmoid", [1: 0.8522, 2: 0.9910, 3: 0.9995], 0.006),
      ("tanh", [1: 0.0018, 5: 0.0397, 10: 0.1491, 15: 0.2949, 20: 0.4426, 25: 0.5722], 0.06),
      ("linear", [10: 10.0 / 522, 25: 25.0 / 537], 0.03),
    ] as [(String, [Int: Double], Double)])
  func deepLayers(_ activation: String, _ limit: [Int: Double], tolerance: Double) throws {
    let means = try means(activation, seed: 0)
    for (layer, c) in limit {
      #expect(abs(means[layer] - (c + (1 - c) / 1024)) < tolerance, "layer \(layer)")
    }
  }

  /// φ(x) = a·x + (1 − a)·max(0, x), so its moments follow from the arc-cosine kernel; one seed
  /// scatters by 0.0004 in the first layer and 0.015 in the later ones.
  @Test("leaky and plain ReLU against the closed form", arguments: [("relu", 0.0), ("leaky-relu", 0.01)])
  func closedForm(_ activation: String, slope a: Double) throws {
    var (q, p) = (512.0, 0.0)
    let means = try means(activation, seed: 0, depth: 5)
    for layer in 1...5 {
      let (variance, c) = (q + 1, (p + 1) / (q + 1))
      let kernel = ((1 - c * c).squareRoot() + c * (Double.pi - acos(c))) / Double.pi
      q = variance * (1 + a * a) / 2
      p = variance * (a * c + (1 - a) * (1 - a) * kernel / 2)
      let limit = p / q + (1 - p / q) / 1024
      #expect(abs(means[layer] - limit) < (layer == 1 ? 0.002 : 0.05), "layer \(layer)")
    }
  }

  @Test("without bias, a first ReLU layer of orthogonal inputs has mean 1/π")
  func withoutBias() throws {
    let layers = try run(
      .`init`, "mlp", ["activation": .string("relu"), "depth": .number(1), "bias_std": .number(0)])
    let mean = try evaluate("cosine-similarity", ["statistics": .string("mean")], of: layers).numbers("mean")
    #expect(abs(mean[1] - 1 / Double.pi) < 0.004)
  }

  @Test("no weights at all leave one point, and no bias either leaves none")
  func degenerate() throws {
    let still: [String: JSONValue] = [
      "activation": .string("linear"), "depth": .number(1), "weight_std": .number(0),
    ]
    let table = try evaluate("cosine-similarity", of: run(.`init`, "mlp", still))
    #expect(abs(table.numbers("mean")[1] - 1) < 1e-6 && table.numbers("std")[1] < 1e-6)
    #expect(throws: StageFailure.self) {
      try run(.`init`, "mlp", still.merging(["bias_std": .number(0)]) { $1 })
    }
  }

  @Test("weights that overflow name the layer")
  func overflow() throws {
    let error = #expect(throws: StageFailure.self) {
      try run(.`init`, "mlp", ["activation": .string("relu"), "weight_std": .number(1e6)])
    }
    #expect(error?.message.contains("layer") == true)
  }

  @Test("the mean alone equals the mean of all statistics", arguments: ["relu", "maxout", "gelu"])
  func meanAlone(_ activation: String) throws {
    let layers = try run(.`init`, "mlp", ["activation": .string(activation), "depth": .number(3)])
    let all = try evaluate("cosine-similarity", ["bins": .number(0)], of: layers)
    let mean = try evaluate("cosine-similarity", ["statistics": .string("mean")], of: layers)
    for (a, b) in zip(all.numbers("mean"), mean.numbers("mean")) { #expect(abs(a - b) < 1e-6) }
  }
}
