import Contracts
import Declarations
import Foundation
import Kernels
import TestSupport
import Testing

/// Evaluations without embeddings that configs/literature reads: against SciPy and mpmath, and closed forms.
@Suite("Simulations of contrastive learning")
struct SimulationEvaluationTests {
  private let oracle: LiteratureOracle

  init() throws { oracle = try LiteratureOracle.read() }

  private func table(_ kind: String, _ with: [String: JSONValue], seed: UInt64 = 0, id: String? = nil) throws
    -> Table
  { try #require(try run(.evaluate, kind, with, seed: seed, id: id).table()) }

  /// At t the uniformity is ln E exp(2t·u·x) − 2t.
  @Test func uniformityAgainstMpmath() throws {
    for row in oracle.sphere {
      let with: [String: JSONValue] = ["dimensions": .number(row[0]), "t": .number(row[1] / 2)]
      let found = try table("uniformity-limit", with).numbers("limit")[0]
      #expect(abs(found - (row[2] - row[1])) < 1e-12 * max(1, row[1]), "\(row)")
    }
  }

  /// On the usual sphere E exp(s·u·x) = sinh(s)/s.
  @Test func uniformityInThreeDimensions() throws {
    let found = try table("uniformity-limit", ["dimensions": 3, "t": numbers([0, 0.5, 3])]).numbers("limit")
    expectClose(found, [0, log(sinh(1)) - 1, log(sinh(6) / 6) - 6], 1e-13)
  }

  @Test func growthsLimitAgainstMpmath() throws {
    for row in oracle.sphere where row[1] <= 250 && row[1] > 0.1 {
      let with: [String: JSONValue] = [
        "dimensions": .number(row[0]), "pairs": 2, "draws": 2, "gap": 0, "temperature": .number(1 / row[1]),
      ]
      expectClose(try table("gap-growth", with).numbers("limit"), [row[3]], 1e-12)
    }
  }

  /// The derivative of the loss by finite differences, of the stage's own draws.
  @Test func growthAgainstFiniteDifferences() throws {
    let (pairs, d, temperature, gap) = (9, 4, 0.5, 0.6)
    func rows(_ name: String, _ draw: Int) -> [[Double]] {
      var values = [Float](repeating: 0, count: pairs * d)
      values.withSlice {
        RandomStream(seed: 3, stage: "growth", name: "\(name)/\(d)/\(draw)").gaussians(into: $0)
      }
      return (0..<pairs).map { row in
        let part = values[row * d..<(row + 1) * d].map(Double.init)
        let norm = part.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return part.map { $0 / norm }
      }
    }
    func loss(_ x: [[Double]], _ y: [[Double]], _ scale: Double) -> Double {
      let s = x.map { a in y.map { b in scale * zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } } }
      return (0..<pairs).reduce(0.0) { sum, i in
        let (row, column) = (s[i].reduce(0) { $0 + exp($1) }, s.reduce(0) { $0 + exp($1[i]) })
        return sum + (log(row) + log(column) - 2 * s[i][i]) / 2 / Double(pairs)
      }
    }
    let (scale, step) = ((1 - gap * gap) / temperature, 1e-4)
    let slopes = (0..<3).map { draw in
      let (x, y) = (rows("x", draw), rows("y", draw))
      return (loss(x, y, scale + step) - loss(x, y, scale - step)) / (2 * step)
    }
    let with: [String: JSONValue] = [
      "dimensions": 4, "pairs": 9, "draws": 3, "gap": .number(gap), "temperature": .number(temperature),
    ]
    let found = try table("gap-growth", with, seed: 3, id: "growth")
    let mean = slopes.reduce(0, +) / 3
    expectClose(found.numbers("slope"), [mean], 1e-7)
    expectClose(found.numbers("growth"), [2 * gap / temperature * mean], 1e-7)
    expectClose(found.numbers("positive"), [Double(slopes.count { $0 > 0 }) / 3])
  }

  @Test func flowAgainstSciPy() throws {
    for (kind, rows) in oracle.flows {
      let first = try table(
        "gradient-flow", ["parametrizations": .string(kind), "times": numbers([0, 1, 100, 1e5])])
      let second = try table(
        "gradient-flow",
        [
          "parametrizations": .string(kind), "times": numbers([0, 1, 100, 1e4]), "gap": 0.7, "pairs": 4,
          "temperature": .number(1 / 1.5), "margin": 1.3,
        ])
      expectClose(first.numbers("log_gap") + second.numbers("log_gap"), rows.map { $0[1] }, 1e-8)
      expectClose(first.numbers("scale") + second.numbers("scale"), rows.map { $0[2] }, 1e-8)
      for table in [first, second] { #expect(table.numbers("exact_change").allSatisfy { abs($0) < 1e-8 }) }
    }
  }

  /// β² is e^(G(β)) for large β alone: from β = 1.5 the paper's softplus invariant changes, that of exp does not.
  @Test func printedInvariants() throws {
    let with: [String: JSONValue] = [
      "parametrizations": ["exp", "softplus"], "times": numbers([1000, 10]), "gap": 0.7, "pairs": 4,
      "temperature": .number(1 / 1.5),
    ]
    let found = try table("gradient-flow", with)
    #expect(found.texts("parametrization") == ["exp", "exp", "softplus", "softplus"])
    #expect(found.numbers("time") == [1000, 10, 1000, 10])
    let changes = found.numbers("invariant_change")
    #expect(abs(changes[0]) < 1e-9 && abs(changes[1]) < 1e-9 && changes[2] < -0.5)
  }

  /// Twice the mean of −ln softmax_i, less 2 ln n.
  @Test func limitOfTheLoss() throws {
    let with: [String: JSONValue] = ["dimensions": 3, "temperatures": numbers([0.5, 2]), "pairs": 2000]
    let found = try table("infonce-limit", with)
    let limits = [0.5, 2].map { (temperature: Double) -> Double in
      let scale = 1 / temperature
      return 2 * log(sinh(scale) / scale) - 2 * scale
    }
    expectClose(found.numbers("limit"), limits, 1e-13)
    let excess = zip(found.numbers("loss"), found.numbers("limit")).map { $0 - $1 }
    // 4 standard deviations, 2√2·sd(exp(x·x'/τ))/(nM), of the first.
    for (excess, bias) in zip(excess, found.numbers("bias")) { #expect(abs(excess - bias) < 0.006) }
    let mean: Double = sinh(2.0) / 2
    let bias: Double = (exp(2.0) / mean - 1) / 1000
    expectClose([found.numbers("bias")[0]], [bias], 1e-12)
  }

  /// Two pairs: ln 2 each at a high temperature; a rotation by 360° changes nothing, and sides turned away cost more.
  @Test func turnedSides() throws {
    let with: [String: JSONValue] = [
      "concentrations": numbers([0, 5]), "degrees": numbers([0, 360, 40, -40]), "dimensions": 2, "pairs": 300,
    ]
    let losses = try table("vmf-loss", with).numbers("loss")
    for start in [0, 4] {
      expectClose([losses[start + 1]], [losses[start]], 1e-12)
      #expect(losses[start + 2] > losses[start] && losses[start + 3] > losses[start])
    }
  }

  /// At a high temperature τ·(ln n − loss) goes to 1 − ‖mean‖² where pairs coincide, and ‖mean‖ to A_h(κ).
  @Test(arguments: [0.5, 4, 12]) func concentration(kappa: Double) throws {
    let with: [String: JSONValue] = [
      "concentrations": .number(kappa), "degrees": 0, "dimensions": 8, "pairs": 2000, "temperature": 1000,
    ]
    let loss = try table("vmf-loss", with).numbers("loss")[0]
    let length = try #require(oracle.sphere.first { $0[0] == 8 && $0[1] == kappa })[3]
    #expect(abs(1000 * (log(2000) - loss) - (1 - length * length)) < 0.05)
  }

  @Test func sigmoidLossAgainstNumPy() throws {
    for row in oracle.sigmoidLosses {
      let with: [String: JSONValue] = [
        "configurations": "simplex", "pairs": .number(row[0]), "scales": .number(row[1]),
        "bias": .number(row[2]),
      ]
      expectClose(try table("sigmoid-loss", with).numbers("loss"), [row[3]], 1e-12)
    }
  }

  @Test func sigmoidLossInClosedForm() throws {
    let found = try table(
      "sigmoid-loss", ["configurations": ["orthogonal", "simplex"], "pairs": 5, "scales": numbers([0, 8])])
    // d = 4, m = 0.625 and b_rel = 0.375.
    let even: Double = 5 * log(2.0)
    let apart: Double = 5 * log1p(exp(-5.0))
    expectClose(found.numbers("loss"), [even, even, even, apart], 1e-13)
    #expect(found.numbers("bias") == [0, 0, 0, -3])
    expectClose(found.numbers("slack"), [1, 1, -0.5, -0.5])
  }
}
