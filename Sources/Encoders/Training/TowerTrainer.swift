import Contracts
import Execution

/// A tower that can be trained.
package protocol TrainableTower: Tower {
  /// Allocates, once, all the memory that a step on at most `capacity` items needs.
  ///
  /// - Throws: `TowerFailure` for sizes that no such tower can have.
  func trainer(capacity: Int) throws -> any TowerTrainer

  /// The same, which keeps what goes into each block alone and computes the rest again in the backward
  /// pass: the forward pass twice, for a fraction of the memory. The gradients are the same bytes.
  func trainer(capacity: Int, recomputes: Bool) throws -> any TowerTrainer

  /// About how many float32 numbers such a trainer keeps; to be asked before it is made.
  ///
  /// - Parameter shape: of an item.
  func trainingNumbers(capacity: Int, recomputes: Bool, shape: [Int]) -> Double
}

extension TrainableTower {
  package func trainer(capacity: Int, recomputes: Bool) throws -> any TowerTrainer {
    try trainer(capacity: capacity)
  }
}

/// A tower's forward pass that keeps what its backward pass needs. Not for several threads at once; the
/// threads of a budget share one step.
///
/// Matrices hold the whole batch. Their cuts into blocks depend on the batch alone, and sums over blocks
/// are added in the blocks' order, so a step gives the same bytes at any number of threads.
package protocol TowerTrainer: AnyObject {
  /// Writes `(batch.count, embedding)`, before any normalisation, to `embeddings`.
  ///
  /// - Parameter weights: `layout.count` values.
  /// - Throws: `Cancelled`; `TowerFailure` where the batch does not fit; `MemoryOverrun`.
  func forward(
    _ batch: TowerBatch, weights: FloatSlice, into embeddings: FloatSlice, budget: ThreadBudget) throws

  /// Writes the loss's gradient by every weight, `layout.count` values, to `gradients`, whatever they held;
  /// statistics and holes get zeros. Once after each `forward`, whose records it uses up.
  ///
  /// - Parameter gradient: by the embeddings, `(batch.count, embedding)`.
  func backward(
    gradient: FloatSlice, weights: FloatSlice, into gradients: FloatSlice, budget: ThreadBudget) throws

  /// Lets running statistics, tensors of role `statistic`, take in what the last `forward` measured; once
  /// after it, where its step changes the weights.
  func updateStatistics(of weights: FloatSlice)
}

extension TowerTrainer {
  package func updateStatistics(of weights: FloatSlice) {}
}

extension Tower {
  /// `check`, and that the batch fits the memory that a trainer has.
  package func check(_ batch: TowerBatch, capacity: Int) throws {
    try check(batch)
    guard batch.count <= capacity else {
      throw TowerFailure.impossible(
        reason: "a batch has \(batch.count) items, but the trainer was made for at most \(capacity)")
    }
  }
}
