import Foundation

/// The numbers of `Tests/oracles/theory.json`, which `theory.py` beside it makes.
package struct TheoryOracle: Decodable {
  package struct Analysis: Decodable, Sendable {
    /// Networks, inputs, outputs.
    package let shape: [Int]
    package let values: [Float]
    package let ratio: Double
    /// The jackknife's.
    package let error: Double
  }
  package struct Normalized: Decodable, Sendable {
    package let kind: String
    package let epsilon: Double
    package let shape: [Int]
    package let values: [Float]
    package let result: [Double]
  }

  package let kernels: [[Double]]
  package let shares: [[Double]]
  package let caps: [[Double]]
  package let layers: [[Double]]
  package let variances: [Analysis]
  package let networks: [[Double]]
  package let normalizations: [Normalized]

  package static func read() throws -> TheoryOracle {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../oracles/theory.json").standardized
    return try JSONDecoder().decode(TheoryOracle.self, from: Data(contentsOf: file))
  }
}
