import Foundation
import Kernels
import Metrics
import TestSupport
import Testing

/// Pictures beside umap-learn's of the same points: how far apart clusters lie.
///
/// The reference is `Tests/oracles/umap_silhouette.json`, made by the script of that name, which has the
/// points, too. A layout in which points see others as they were an epoch ago keeps neighbours, so that
/// trustworthiness does not show it, and draws clusters into one another.
@Suite("UMAP beside umap-learn")
struct UMAPReferenceTests {
  private struct Reference: Decodable {
    let values: [Double]
    let mean: Double
    let sd: Double
    let trace: Double
  }

  private func reference() throws -> Reference {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let data = try Data(contentsOf: folder.appendingPathComponent("oracles/umap_silhouette.json"))
    return try JSONDecoder().decode(Reference.self, from: data)
  }

  private let count = 1000
  private let dimension = 24
  private let clusters = 10
  private let axes = 4

  /// The script's `numbers`, to the bit.
  private func numbers(_ seed: UInt64, _ count: Int) -> [Double] {
    var state = seed
    return (0..<count).map { _ in
      var total = 0.0
      for _ in 0..<4 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        total += Double((word ^ (word >> 31)) >> 11) * 0x1p-53
      }
      return (total - 2) * 1.7320508075688772
    }
  }

  private func points() -> Matrix {
    let centres = numbers(1, clusters * dimension)
    let directions = numbers(2, clusters * axes * dimension)
    let weights = numbers(3, count * axes)
    let noise = numbers(4, count * dimension)
    var values: [Float] = []
    for row in 0..<count {
      let label = row % clusters
      for c in 0..<dimension {
        var value = centres[label * dimension + c] + 0.3 * noise[row * dimension + c]
        for axis in 0..<axes {
          value += 0.8 * weights[row * axes + axis] * directions[(label * axes + axis) * dimension + c]
        }
        values.append(Float(value))
      }
    }
    return Matrix(rows: count, columns: dimension, values: values)
  }

  private func silhouettes(_ rows: Matrix, _ labels: [Int], seeds: Range<UInt64>) throws -> [Double] {
    try withBudget(jobs: 2) { budget in
      try seeds.map { seed in
        let umap = UMAP(UMAPParameters()) { RandomStream(seed: seed, stage: "umap", name: $0) }
        return try silhouette(of: umap.run(rows, budget).picture, clusters: labels, budget: budget).mean
      }
    }
  }

  /// The mean over six seeds, within what umap-learn's seeds differ by.
  @Test("clusters that touch lie as far apart")
  func clustersThatTouch() throws {
    let reference = try reference()
    let rows = points()
    #expect(abs(rows.values.reduce(0.0) { $0 + abs(Double($1)) } - reference.trace) < 1e-3)
    let found = try silhouettes(rows, (0..<count).map { $0 % clusters }, seeds: 0..<6)
    let mean = found.reduce(0, +) / Double(found.count)
    #expect(abs(mean - reference.mean) <= 2 * reference.sd, "\(found)")
  }
}
