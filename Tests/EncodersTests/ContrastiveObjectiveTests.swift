import Encoders
import Foundation
import Kernels
import Testing

@Suite("Contrastive objectives")
struct ContrastiveObjectiveTests {
  private static let objectives: [ContrastiveObjective] =
    ContrastiveObjective.Kind.allCases.map { ContrastiveObjective($0) } + [
      ContrastiveObjective(.symmetric, uniformity: 0.7, uniformityScale: 3),
      ContrastiveObjective(.dual, crossUniformity: 0.4),
      ContrastiveObjective(.xToY, alignment: 0.9, alignmentPower: 1.5),
    ]

  private func evaluate(
    _ objective: ContrastiveObjective, _ features: [Float], pairs: Int, scale: Double
  ) throws -> (value: ContrastiveValue, gradient: [Float]) {
    let half = features.count / 2
    var (dx, dy) = ([Float](repeating: .nan, count: half), [Float](repeating: .nan, count: half))
    let loss = ContrastiveLoss(objective, capacity: pairs + 2, embedding: half / pairs)
    let value = try features.withReadSlice { features in
      try dx.withSlice { dx in
        try dy.withSlice { dy in
          try loss.evaluate(
            x: features[0..<half], y: features.from(half), pairs: pairs, scale: scale, dx: dx, dy: dy,
            budget: ownBudget(2))
        }
      }
    }
    return (value, dx + dy)
  }

  /// Pairs that are alike enough for some to be each other's nearest.
  private func features(pairs: Int, _ embedding: Int) -> [Float] {
    let (x, other) = (noise(pairs * embedding, "x"), noise(pairs * embedding, "y"))
    return x + zip(x, other).map { 0.7 * $0 + $1 }
  }

  @Test("gradients against central differences", arguments: objectives)
  func slopes(objective: ContrastiveObjective) throws {
    for scale in [1.0, 14] {
      let features = features(pairs: 7, 5)
      let found = try evaluate(objective, features, pairs: 7, scale: scale)
      let slopes = try features.indices.map { place -> Double in
        var (above, below) = (features, features)
        above[place] += 0x1p-12
        below[place] -= 0x1p-12
        let rise =
          try evaluate(objective, above, pairs: 7, scale: scale).value.total
          - evaluate(objective, below, pairs: 7, scale: scale).value.total
        return rise / Double(above[place] - below[place])
      }
      #expect(difference(found.gradient, slopes) < 1e-5)
      let rise =
        try evaluate(objective, features, pairs: 7, scale: scale * exp(1e-4)).value.total
        - evaluate(objective, features, pairs: 7, scale: scale * exp(-1e-4)).value.total
      #expect(abs(found.value.scaleGradient - rise / 2e-4) < 1e-5 * max(1, abs(rise / 2e-4)))
    }
  }

  @Test("values by their definitions")
  func values() throws {
    let (pairs, scale) = (6, 9.0)
    let features = features(pairs: pairs, 4)
    let z = (0..<2 * pairs).map { row -> [Double] in
      let f = features[row * 4..<row * 4 + 4].map(Double.init)
      return f.map { $0 / dot(f, f).squareRoot() }
    }
    func crossEntropy(_ row: Int, _ candidates: [Int]) -> Double {
      let partner = (row + pairs) % (2 * pairs)
      let sum = candidates.reduce(0) { $0 + exp(scale * dot(z[row], z[$1])) }
      return log(sum) - scale * dot(z[row], z[partner])
    }
    let (x, y) = (Array(0..<pairs), Array(pairs..<2 * pairs))
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    let forth = x.map { crossEntropy($0, y) }
    let back = y.map { crossEntropy($0, x) }
    func simple(_ losses: [Double], _ rows: [Int], _ candidates: [Int]) -> Double {
      let kept = rows.indices.filter { place in
        let best = candidates.map { dot(z[rows[place]], z[$0]) }.max()
        return best == dot(z[rows[place]], z[candidates[place]])
      }
      return kept.reduce(0) { $0 + losses[$1] } / (Double(kept.count) + 1e-6)
    }
    let expected: [ContrastiveObjective.Kind: Double] = [
      .symmetric: (mean(forth) + mean(back)) / 2, .xToY: mean(forth),
      .dual: mean((x + y).map { row in crossEntropy(row, (x + y).filter { $0 != row }) }),
      .simple: (simple(forth, x, y) + simple(back, y, x)) / 2,
    ]
    for kind in ContrastiveObjective.Kind.allCases {
      let found = try evaluate(ContrastiveObjective(kind), features, pairs: pairs, scale: scale).value
      #expect(abs(found.total - (expected[kind] ?? .nan)) < 1e-9, "\(kind)")
    }
  }

  @Test("nothing overflows at τ = 1/1000", arguments: ContrastiveObjective.Kind.allCases)
  func cold(kind: ContrastiveObjective.Kind) throws {
    let features = features(pairs: 5, 3)
    // Partners exchanged: the worst loss there is.
    let swapped = features[..<15] + features[..<15].map { -$0 }
    for features in [features, Array(swapped)] {
      let found = try evaluate(ContrastiveObjective(kind), features, pairs: 5, scale: 1000)
      #expect(found.value.total.isFinite && found.gradient.allSatisfy(\.isFinite))
      #expect(kind == .simple || found.value.total > 10)
    }
  }

  @Test("an item is no candidate of its own, however low the temperature")
  func own() throws {
    // Cosines: 0 between all items but the partners of the second pair, which is 0.8.
    let features: [Float] = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0.8, 0, 0.6]
    let found = try evaluate(ContrastiveObjective(.dual), features, pairs: 2, scale: 1e5)
    // The first pair has three equal candidates each way; the second's own partner is the nearest by far.
    #expect(abs(found.value.total - log(3) / 2) < 1e-6)
    #expect(abs(found.value.scaleGradient) < 1e-6)
  }

  @Test("a feature of zeros gets no gradient; one that is no number shows in the loss")
  func degenerate() throws {
    var features = features(pairs: 4, 3)
    features.replaceSubrange(0..<3, with: [0, 0, 0])
    let found = try evaluate(ContrastiveObjective(), features, pairs: 4, scale: 10)
    #expect(found.value.total.isFinite && found.gradient.prefix(3).allSatisfy { $0 == 0 })
    features[4] = .infinity
    #expect(try !evaluate(ContrastiveObjective(), features, pairs: 4, scale: 10).value.total.isFinite)
    let one = try evaluate(
      ContrastiveObjective(uniformity: 1, crossUniformity: 1), [1, 2, 3, 4], pairs: 1, scale: 10)
    #expect(one.value.total == 0)
  }
}
