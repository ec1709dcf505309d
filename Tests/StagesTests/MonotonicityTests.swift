import Contracts
import Declarations
import Foundation
import Kernels
import Metrics
import Stages
import TestSupport
import Testing

/// Theorem 1 and Lemma 3 by Monte Carlo: against NumPy's layers, a naive layer of all weights, and closed forms.
@Suite("Random layers and cosine similarity")
struct MonotonicityTests {
  private func tables(_ with: [String: JSONValue], seed: UInt64 = 0) throws -> (main: Table, moments: Table) {
    let result = try run(.evaluate, "monotonicity", with, seed: seed)
    return (try #require(result.table()), try #require(result.table("moments")))
  }

  private func with(_ width: Int, _ norm: Double, _ ratio: Double, _ cosine: Double, trials: Int)
    -> [String: JSONValue]
  {
    [
      "widths": .number(Double(width)), "norms": .number(norm), "norm_ratios": .number(ratio),
      "cosines": .number(cosine), "trials": .number(Double(trials)),
    ]
  }

  @Test func kernelAgainstMpmath() throws {
    let oracle = try TheoryOracle.read()
    for row in oracle.kernels { #expect(abs(ArcCosineKernel.value(row[0]) - row[1]) < 1e-14, "\(row[0])") }
    for row in oracle.shares {
      #expect(abs(ArcCosineKernel.weightShare(beta: row[0]) - row[1]) < 1e-14, "\(row[0])")
    }
  }

  /// Five standard errors of both; the script's layers have nine inputs, the number of which cannot matter.
  @Test func layersAgainstNumPy() throws {
    for row in try TheoryOracle.read().layers {
      let trials = row[0] > 100 ? 4000 : 20_000
      let (table, _) = try tables(with(Int(row[0]), row[1], row[2], row[3], trials: trials))
      let both = (1 / row[4] + 1 / Double(trials)).squareRoot()
      let share = table.numbers("probability")[0]
      #expect(abs(share - row[5]) < 5 * max(0.01, (row[5] * (1 - row[5])).squareRoot()) * both, "\(row)")
      #expect(abs(table.numbers("cosine_out")[0] - row[6]) < 5 * row[7] * both, "\(row)")
      #expect(table.numbers("ci95_low")[0] <= share && share <= table.numbers("ci95_high")[0])
    }
  }

  /// All weights of a layer of five inputs drawn one by one, and the definitions as they are written.
  @Test(arguments: [(3, 1.0, 1.0, 0.3), (8, 2.0, 0.5, 0.9), (20, 0.7, 1.5, -0.6)])
  func layersAgainstANaiveTwin(width: Int, norm: Double, ratio: Double, cosine: Double) throws {
    let trials = 20_000
    let sine = (1 - cosine * cosine).squareRoot()
    // A plane that no axis lies in.
    let e1 = [0.5, 0.5, 0.5, 0.5, 0]
    let e2 = [0.5, -0.5, 0.5, -0.5, 0]
    let u = e1.map { ratio * norm * $0 }
    let v = zip(e1, e2).map { norm * (cosine * $0 + sine * $1) }
    let stream = RandomStream(seed: 11, stage: "twin", name: "layers")
    var raised = 0
    var sum = 0.0
    var draws = [Float](repeating: 0, count: 6 * width)
    for trial in 0..<trials {
      draws.withSlice { stream.gaussians(into: $0, offset: trial * 6 * width) }
      func outputs(_ input: [Double]) -> [Double] {
        (0..<width).map { k in
          let sum = (0..<5).reduce(Double(draws[6 * k + 5])) { $0 + Double(draws[6 * k + $1]) * input[$1] }
          return max(0, sum / Double(width).squareRoot())
        }
      }
      let (a, b) = (outputs(u), outputs(v))
      let product = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
      let norms = [a, b].map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
      let found = product > 0 ? product / (norms[0] * norms[1]) : 0
      if found > cosine { raised += 1 }
      sum += found
    }
    let (table, _) = try tables(with(width, norm, ratio, cosine, trials: trials))
    let error = (0.5 / Double(trials)).squareRoot()
    #expect(abs(table.numbers("probability")[0] - Double(raised) / Double(trials)) < 5 * error)
    #expect(abs(table.numbers("cosine_out")[0] - sum / Double(trials)) < 5 * error)
  }

  /// With one output, both vectors' outputs are positive with probability ½ − arccos(ρ)/2π, and the cosine is then 1.
  @Test func oneOutput() throws {
    let (u, v, cosine) = (1.5, 0.75, 0.4)
    let correlation = (1 + u * v * cosine) / ((1 + u * u) * (1 + v * v)).squareRoot()
    let expected = 0.5 - acos(correlation) / (2 * .pi)
    let (table, _) = try tables(with(1, 0.75, 2, 0.4, trials: 100_000))
    #expect(abs(table.numbers("probability")[0] - expected) < 5 * (0.25 / 100_000).squareRoot())
    #expect(table.numbers("cosine_out") == table.numbers("probability"))
    #expect(table.numbers("bound")[0] == 0.8)
  }

  /// 1 + uᵀv = E[(Wu + b)ᵀ(Wv + b)] ≤ 2E[φφ] = √((1 + ‖u‖²)(1 + ‖v‖²))·κ; E T = 1, Var T = 4·E[φ(z)⁴] − 1 = 5.
  @Test func lemmaThree() throws {
    var inside = (affine: 0, rectified: 0, rows: 0)
    for seed in 0..<10 as Range<UInt64> {
      let (_, table) = try tables(
        [
          "widths": numbers([2, 64]), "norms": numbers([0, 1, 3]), "norm_ratios": numbers([0.5, 1]),
          "cosines": numbers([-0.7, 0, 0.9]), "trials": .number(2000),
        ], seed: seed)
      for row in 0..<table.rowCount {
        func at(_ name: String) -> Double { table.numbers(name)[row] }
        let u = at("norm_ratio") * at("norm")
        #expect(abs(at("inner") - (1 + u * at("norm") * at("cosine"))) < 1e-12)
        let kernel = ArcCosineKernel.layer(normU: u, normV: at("norm"), cosine: at("cosine"))
        let exact = ((1 + u * u) * (1 + at("norm") * at("norm"))).squareRoot() * kernel
        #expect(abs(at("rectified_exact") - exact) < 1e-12 * exact)
        #expect(exact >= at("inner") - 1e-12)
        if (at("affine_ci95_low")...at("affine_ci95_high")).contains(at("inner")) { inside.affine += 1 }
        if (at("rectified_ci95_low")...at("rectified_ci95_high")).contains(exact) { inside.rectified += 1 }
        inside.rows += 1
        let draws = 2000 * at("width")
        // E(T − 1)⁴ = 840 − 4·60 + 6·6 − 3 = 633, so the variance has a standard error of √((633 − 25)/draws).
        #expect(abs(at("t_mean") - 1) < 5 * (5 / draws).squareRoot())
        #expect(abs(at("t_variance") - 5) < 5 * (608 / draws).squareRoot())
      }
    }
    // Rows of one seed and width share their draws, so this is no binomial of 360.
    #expect(Double(inside.affine) / Double(inside.rows) > 0.85)
    #expect(Double(inside.rectified) / Double(inside.rows) > 0.85)
  }

  @Test func rowsComeInTheOrderOfTheKeys() throws {
    let (table, moments) = try tables([
      "widths": numbers([4, 2]), "norms": numbers([1, 2]), "norm_ratios": numbers([1, 0.5]),
      "cosines": numbers([0, 0.5]), "trials": .number(10),
    ])
    for table in [table, moments] {
      #expect(table.rowCount == 16)
      #expect(table.numbers("width") == Array(repeating: 4, count: 8) + Array(repeating: 2, count: 8))
      #expect(Array(table.numbers("norm").prefix(8)) == [1, 1, 1, 1, 2, 2, 2, 2])
      #expect(Array(table.numbers("norm_ratio").prefix(4)) == [1, 1, 0.5, 0.5])
      #expect(Array(table.numbers("cosine").prefix(4)) == [0, 0.5, 0, 0.5])
    }
    let alone = try tables([
      "widths": .number(2), "norms": .number(2), "norm_ratios": .number(0.5), "cosines": .number(0.5),
      "trials": .number(10),
    ])
    #expect(alone.main.numbers("cosine_out") == [table.numbers("cosine_out")[15]])
  }
}
