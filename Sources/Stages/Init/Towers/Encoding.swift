import Contracts
import Datasets
import Encoders
import Execution
import Kernels

/// Feeds one side of a data set to a tower, batch by batch, so that memory is bounded by the batch.
struct Encoding: Sendable {
  private let side: PairedData.Side
  private let range: Range<Int>
  private var count: Int { range.count }

  init(side: PairedData.Side, range: Range<Int>) {
    self.side = side
    self.range = range
  }

  init(side: PairedData.Side, count: Int) { self.init(side: side, range: 0..<count) }

  /// Items that are in memory at once: 64, or as many as 256 MiB hold.
  private var batch: Int { max(1, min(64, 67_108_864 / max(1, side.itemSize))) }

  /// `(count, embedding)`, before any normalisation.
  ///
  /// - Throws: `TowerFailure` before anything is read where the items do not fit, the data's failures, `Cancelled`,
  ///   `MemoryFailure`, `MemoryOverrun`.
  func run(
    _ tower: any Tower, _ weights: NetworkWeights, _ budget: ThreadBudget, progress: (Double) -> Void
  ) throws -> Matrix {
    if let failure = tower.input.misfit(side.inputKind) { throw failure }
    try ProcessMemory.require(
      4 * Double(count) * Double(tower.embedding), for: "the embeddings",
      advice: "lower `count` or `embedding`")
    try ProcessMemory.require(
      4 * Double(weights.values.count), for: "the weights, packed for products,",
      advice: "lower the tower's sizes")
    let prepared = try tower.prepare(weights, budget: budget)
    return try Matrix(rows: count, columns: tower.embedding) { out in
      for start in stride(from: 0, to: count, by: batch) {
        try budget.cancellation.check()
        let end = min(count, start + batch)
        let items = range.lowerBound + start..<range.lowerBound + end
        let features = try prepared.encode(try side.batch(items, budget), budget: budget)
        features.withSlice { out[start * tower.embedding..<end * tower.embedding].update(from: $0) }
        progress(Double(end) / Double(count))
      }
    }
  }

}

extension PairedData.Side {
  /// Of an item as a tower is fed it.
  var shape: [Int] {
    switch inputKind {
    case .numbers(let shape): shape
    case .tokens(let context, _): [context]
    }
  }

  /// Some items as a tower is fed them.
  func batch(_ range: Range<Int>, _ budget: ThreadBudget) throws -> TowerBatch {
    switch inputKind {
    case .numbers(let shape): TowerBatch(numbers: try matrix(range, budget: budget), shape: shape)
    case .tokens(let context, _): TowerBatch(tokens: try tokens(range, budget: budget), context: context)
    }
  }
}
