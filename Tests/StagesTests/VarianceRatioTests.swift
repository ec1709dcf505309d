import Contracts
import Declarations
import Foundation
import Kernels
import Metrics
import Stages
import Statistics
import TestSupport
import Testing

/// Theorems 2 and 4 by nested Monte Carlo: against NumPy, a naive analysis of variance, and the closed form.
@Suite("Variance due to random weights")
struct VarianceRatioTests {
  private func matrices(_ analysis: TheoryOracle.Analysis) -> [Matrix] {
    let (inputs, outputs) = (analysis.shape[1], analysis.shape[2])
    return (0..<analysis.shape[0]).map { network in
      let start = network * inputs * outputs
      return Matrix(
        rows: inputs, columns: outputs,
        values: Array(analysis.values[start..<start + inputs * outputs]))
    }
  }

  @Test func analysisAgainstNumPy() throws {
    for analysis in try TheoryOracle.read().variances {
      let share = VarianceShare(matrices(analysis).map { NetworkMoments($0) }, inputs: analysis.shape[1])
      #expect(abs(share.ratio - analysis.ratio) < 1e-6)
      let t = StudentT.quantile(0.975, degrees: Double(analysis.shape[0] - 1))
      #expect(abs(share.interval.high - share.ratio - t * analysis.error) < 1e-5 * t)
      #expect(abs(share.ratio - share.interval.low - t * analysis.error) < 1e-5 * t)
    }
  }

  /// Pseudo-values from analyses that are made anew without each network.
  @Test(arguments: [(3, 2, 1), (5, 4, 6), (9, 3, 2)])
  func analysisAgainstANaiveTwin(networks: Int, inputs: Int, outputs: Int) throws {
    let all = try withBudget(jobs: 1) { budget in
      try (0..<networks).map { network in
        try RandomStream(seed: 5, stage: "twin", name: "\(network)")
          .gaussianMatrix(rows: inputs, columns: outputs, budget: budget)
      }
    }
    func ratio(_ groups: [Matrix]) -> Double {
      var (within, between) = (0.0, 0.0)
      for k in 0..<outputs {
        let columns = groups.map { group in (0..<inputs).map { Double(group[$0, k]) } }
        let summaries = columns.map { Summary(of: $0) }
        let spread = summaries.reduce(0) { $0 + $1.standardDeviation * $1.standardDeviation }
        let means = Summary(of: summaries.map(\.mean)).standardDeviation
        within += spread / Double(groups.count)
        between += means * means - spread / Double(groups.count) / Double(inputs)
      }
      return between / (between + within)
    }
    let share = VarianceShare(all.map { NetworkMoments($0) }, inputs: inputs)
    let count = Double(networks)
    let pseudo = all.indices.map { left in
      count * ratio(all) - (count - 1) * ratio(all.indices.filter { $0 != left }.map { all[$0] })
    }
    let error = Summary(of: pseudo).standardError
    let reach = StudentT.quantile(0.975, degrees: count - 1) * error
    #expect(abs(share.ratio - ratio(all)) < 1e-9 * max(1, abs(ratio(all))))
    #expect(abs(share.interval.high - share.ratio - reach) < 1e-7 * max(1, reach))
  }

  /// Networks that differ by a constant have all their variance between them, and equal networks have none there.
  @Test func limits() {
    func matrix(_ offset: Float) -> Matrix { Matrix(rows: 2, columns: 1, values: [offset, offset]) }
    let apart = VarianceShare([matrix(0), matrix(1), matrix(5)].map { NetworkMoments($0) }, inputs: 2)
    #expect(apart.ratio == 1 && apart.interval == Interval(low: 1, high: 1))
    let equal = [Matrix](repeating: Matrix(rows: 2, columns: 1, values: [-1, 1]), count: 4)
    // B = 0 − W/2, W = 2.
    #expect(VarianceShare(equal.map { NetworkMoments($0) }, inputs: 2).ratio == -1)
  }

  private func table(_ with: [String: Double], seed: UInt64 = 0) throws -> Table {
    try #require(try run(.evaluate, "variance-ratio", with.mapValues { .number($0) }, seed: seed).table())
  }

  @Test func networksAgainstNumPy() throws {
    let table = try table(["width": 48, "layers": 4, "networks": 200, "inputs": 24])
    #expect(table.numbers("layer") == [1, 2, 3, 4])
    for (place, row) in try TheoryOracle.read().networks.enumerated() {
      let reach = table.numbers("ci95_high")[place] - table.numbers("ratio")[place]
      // Five standard errors of both: the interval's half is nearly two of ours.
      let error = ((reach / 1.97) * (reach / 1.97) + row[2] * row[2]).squareRoot()
      #expect(abs(table.numbers("ratio")[place] - row[1]) < 5 * error, "layer \(row[0])")
      #expect(abs(table.numbers("beta")[place] - row[3]) < 0.02, "layer \(row[0])")
    }
  }

  /// β starts at 0, for the inputs are uniform on the unit sphere, and becomes κ((1 + β)/2) with each layer.
  @Test func closedForm() throws {
    let table = try table(["width": 400, "layers": 3, "networks": 60, "inputs": 40])
    var beta = 0.0
    for place in 0..<3 {
      let (ratio, own) = (table.numbers("ratio")[place], table.numbers("beta")[place])
      #expect(abs(own - beta) < 0.02)
      #expect(abs(ratio - ArcCosineKernel.weightShare(beta: beta)) < 0.02)
      #expect(table.numbers("exact")[place] == ArcCosineKernel.weightShare(beta: own))
      #expect(table.numbers("above_beta")[place] == ratio - own && ratio > own)
      beta = ArcCosineKernel.value((1 + beta) / 2)
    }
  }
}
