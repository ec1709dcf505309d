import Declarations
import Foundation
import Kernels
import TestSupport
import Testing

/// A CLIP of each activation, as PyTorch computes and trains it; the numbers are in every clone.
enum VariantReference {
  struct Row: Codable {
    let activation: String
    let epsilon: Double
    /// Embeddings before any training, row after row.
    let x: [Double]
    let y: [Double]
    /// Of the steps of `LearntRun` with AdamW.
    let losses: [Double]

    func check(_ ours: LearntRun) throws {
      guard case .model(let start) = ours.start else { throw TestFailure.noTable }
      let pairs = start.family.bases[0]
      #expect(pairs.x.values.count == x.count && pairs.y?.values.count == y.count && losses.count == 20)
      for (found, expected) in zip(pairs.x.values + (pairs.y?.values ?? []), x + y) {
        #expect(abs(Double(found) - expected) < 1e-5, "\(activation)")
      }
      let log = try #require(ours.trained("adamw").tables.first).table
      for (found, expected) in zip(log.numbers("loss"), losses) {
        #expect(abs(found - expected) < 1e-4 * expected, "\(activation)")
      }
    }
  }

  static let variants: [(activation: String, epsilon: Double, parameters: [String: JSONValue])] =
    [("quick-gelu", 1e-5), ("gelu", 1e-5), ("gelu-tanh", 1e-5), ("gelu", 0.01)].map {
      ($0.0, $0.1, ["activation": .string($0.0), "norm_epsilon": .number($0.1)])
    }

  private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../oracles/activations.json").standardized

  static func rows() throws -> [Row] { try JSONDecoder().decode([Row].self, from: Data(contentsOf: file)) }

  /// What `clip_training.py` gave, by the test beside PyTorch with `MODGAP_WRITE_ORACLES=1`.
  static func write(_ rows: [Row]) throws {
    func rounded(_ values: [Double]) -> [Double] { values.map { ($0 * 1e8).rounded() / 1e8 } }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let lines = try rows.map { row in
      let short = Row(
        activation: row.activation, epsilon: row.epsilon, x: rounded(row.x), y: rounded(row.y),
        losses: row.losses)
      return String(decoding: try encoder.encode(short), as: UTF8.self)
    }
    try Data("[\n\(lines.joined(separator: ",\n"))\n]\n".utf8).write(to: file)
  }
}

@Suite("Activations against PyTorch's numbers")
struct ActivationReferenceTests {
  @Test("embeddings before training, and the losses of 20 steps")
  func parity() throws {
    let rows = try VariantReference.rows()
    #expect(rows.map(\.activation) == VariantReference.variants.map(\.activation))
    for (row, variant) in zip(rows, VariantReference.variants) {
      try row.check(try LearntRun(try ScratchFolder(), variant.parameters))
    }
    // They tell the activations apart.
    let first = rows.map { $0.x[0] }
    #expect(Set(first).count == rows.count, "\(first)")
  }
}
