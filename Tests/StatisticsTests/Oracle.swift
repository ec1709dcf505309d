import Foundation

/// The numbers of `Tests/oracles/statistics.json`, which `statistics.py` beside it makes.
struct Oracle: Decodable {
  struct Sample: Decodable {
    let values: [Double]
    let numbers: [Double]
  }
  struct Pair: Decodable {
    let a: [Double]
    let b: [Double]
    let numbers: [Double]
  }
  struct Adjusted: Decodable {
    let p: [Double]
    let adjusted: [Double]
  }

  let tTails: [[Double]]
  let tQuantiles: [[Double]]
  let chiSquared: [[Double]]
  let betas: [[Double]]
  let proportions: [[Double]]
  let mcnemar: [[Double]]
  let samples: [Sample]
  let welch: [Pair]
  let wilson: [[Double]]
  let holm: [Adjusted]

  static func read() throws -> Oracle {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../oracles/statistics.json").standardized
    return try JSONDecoder().decode(Oracle.self, from: Data(contentsOf: file))
  }
}

/// Relative to the expected number; two that are equal, infinite ones among them, are 0 apart.
func relative(_ found: Double, _ expected: Double) -> Double {
  found == expected ? 0 : abs(found - expected) / abs(expected)
}
