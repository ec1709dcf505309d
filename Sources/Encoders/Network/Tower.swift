import Contracts
import Execution
import Kernels

/// Items that a tower is fed: images, clips, or token ids.
package struct TowerBatch: Sendable {
  package let count: Int
  /// Of one item: `[3, height, width]`, `[frames, 3, height, width]`, `[length]`; `[context]` for tokens.
  package let shape: [Int]
  /// `(count, product of shape)`; without columns where the items are tokens.
  package let numbers: Matrix
  /// `count × context` ids; empty where the items are numbers.
  package let tokens: [Int32]

  package init(numbers: Matrix, shape: [Int]) {
    self.init(count: numbers.rows, shape: shape, numbers: numbers, tokens: [])
  }

  /// - Precondition: `tokens.count` is a multiple of `context`; a batch of context 0 has no items.
  package init(tokens: [Int32], context: Int) {
    self.init(
      count: context > 0 ? tokens.count / context : 0, shape: [context], numbers: Matrix(zeros: 0, 0),
      tokens: tokens)
  }

  private init(count: Int, shape: [Int], numbers: Matrix, tokens: [Int32]) {
    self.count = count
    self.shape = shape
    self.numbers = numbers
    self.tokens = tokens
  }
}

/// An architecture: which tensors it has, and how it turns items into embeddings.
package protocol Tower: Sendable {
  /// The tensors, under the names that files of this architecture use within one tower.
  var layout: ParameterLayout { get }
  /// Numbers of one embedding.
  var embedding: Int { get }
  /// What it takes, for the check against the data and for sentences.
  var input: TowerInput { get }

  /// Makes it ready to encode: folds, packs and transforms what is the same for every batch.
  func prepare(_ weights: NetworkWeights, budget: ThreadBudget) throws -> any PreparedTower
}

/// A tower with its weights, ready to encode any number of batches.
package protocol PreparedTower: Sendable {
  /// `(batch.count, embedding)`, before any normalisation. An item's embedding is the same bytes
  /// whatever else is in its batch, and at any number of threads.
  ///
  /// - Throws: `Cancelled`; `TowerFailure` where the batch does not fit or an id is out of range.
  func encode(_ batch: TowerBatch, budget: ThreadBudget) throws -> Matrix
}

package enum TowerInput: Sendable, Equatable {
  /// `[3, height, width]`; nil where any size will do.
  case images(side: Int?)
  /// `[frames, 3, side, side]`.
  case clips(frames: Int, side: Int)
  /// At most `context` ids, each below `vocabulary`.
  case tokens(context: Int, vocabulary: Int)
}
