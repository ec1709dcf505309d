import Contracts
import Datasets
import Encoders
import Kernels

/// Feeds one side of a data set to a tower, batch by batch, so that memory is bounded by the batch.
struct Encoding: Sendable {
  let side: PairedData.Side
  let count: Int

  /// Items that are in memory at once: 64, or as many as 256 MiB hold.
  private var batch: Int { max(1, min(64, 67_108_864 / max(1, side.itemSize))) }

  /// `(count, embedding)`, before any normalisation.
  ///
  /// - Throws: `TowerFailure`, the data's failures, `Cancelled`, `StageFailure.tooManyNumbers`.
  func run(
    _ tower: any Tower, _ weights: NetworkWeights, _ budget: ThreadBudget, progress: (Double) -> Void
  ) throws -> Matrix {
    try checkMemory(
      of: "the embeddings", numbers: Double(count) * Double(tower.embedding), "lower `count` or `embedding`")
    let prepared = try tower.prepare(weights, budget: budget)
    return try Matrix(rows: count, columns: tower.embedding) { buffer in
      guard let base = buffer.baseAddress else { return }
      for start in stride(from: 0, to: count, by: batch) {
        try budget.cancellation.check()
        let range = start..<min(count, start + batch)
        let features = try prepared.encode(try items(range, budget), budget: budget)
        features.withPointer {
          (base + start * tower.embedding).update(from: $0, count: range.count * tower.embedding)
        }
        progress(Double(range.upperBound) / Double(count))
      }
    }
  }

  private func items(_ range: Range<Int>, _ budget: ThreadBudget) throws -> TowerBatch {
    switch side.modality {
    case .numbers(let shape): TowerBatch(numbers: try side.matrix(range, budget: budget), shape: shape)
    case .tokens(let context, _):
      TowerBatch(tokens: try side.tokens(range, budget: budget), context: context)
    }
  }
}

/// Refuses float32 numbers that no machine this is meant for can hold.
func checkMemory(of what: String, numbers: Double, _ advice: String) throws {
  let gibibytes = numbers * 4 / 1_073_741_824
  guard gibibytes <= 16 else {
    throw StageFailure.tooManyNumbers(of: what, gibibytes: gibibytes, advice: advice)
  }
}
