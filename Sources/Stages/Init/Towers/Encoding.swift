import Contracts
import Datasets
import Encoders
import Kernels

/// Feeds one side of a data set to a tower, batch by batch, so that memory is bounded by the batch.
struct Encoding: Sendable {
  /// Items that are in memory at once.
  private static let batch = 64

  let side: PairedData.Side
  let count: Int

  /// `(count, embedding)`, before any normalisation.
  ///
  /// - Throws: `TowerFailure`, the data's failures, `Cancelled`, `MetricFailure` where an embedding is not
  ///   finite.
  func run(
    _ tower: any Tower, _ weights: NetworkWeights, _ budget: ThreadBudget, progress: (Double) -> Void
  ) throws -> Matrix {
    let prepared = try tower.prepare(weights, budget: budget)
    return try Matrix(rows: count, columns: tower.embedding) { buffer in
      guard let base = buffer.baseAddress else { return }
      for start in stride(from: 0, to: count, by: Self.batch) {
        try budget.cancellation.check()
        let range = start..<min(count, start + Self.batch)
        let features = try prepared.encode(try batch(range, budget), budget: budget)
        features.withPointer {
          (base + start * tower.embedding).update(from: $0, count: range.count * tower.embedding)
        }
        progress(Double(range.upperBound) / Double(count))
      }
    }
  }

  private func batch(_ range: Range<Int>, _ budget: ThreadBudget) throws -> TowerBatch {
    switch side.modality {
    case .numbers(let shape): TowerBatch(numbers: try side.matrix(range, budget: budget), shape: shape)
    case .tokens(let context, _):
      TowerBatch(tokens: try side.tokens(range, budget: budget), context: context)
    }
  }
}

extension TowerInput {
  /// Whether a tower that takes this can take the items, as far as their shape tells.
  func takes(_ modality: PairedData.Modality) -> Bool {
    switch (self, modality) {
    case (.tokens, .tokens): true
    case (.images, .numbers(let shape)): shape.count == 3
    case (.clips, .numbers(let shape)): shape.count == 4
    default: false
    }
  }
}
