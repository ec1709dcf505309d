import Execution
import Kernels

/// Refuses sizes that no transformer can have, before anything is computed with them.
func checkSizes(_ sizes: [(name: String, value: Int)], _ stacks: [TransformerShape]) throws {
  for (name, value) in sizes where value < 1 {
    throw TowerFailure.impossible(reason: "`\(name)` is \(value), but must be at least 1")
  }
  for stack in stacks {
    guard stack.width > 0, stack.heads > 0, stack.width % stack.heads == 0 else {
      throw TowerFailure.impossible(
        reason: "`width` \(stack.width) cannot be divided among \(stack.heads) `heads`; "
          + "choose a width that is a multiple of the heads")
    }
  }
}

extension Tower {
  /// Refuses a batch of other items than the tower takes, and ids outside the vocabulary.
  package func check(_ batch: TowerBatch) throws {
    let areTokens = batch.numbers.columns == 0
    guard fits(batch, areTokens: areTokens) else {
      throw TowerFailure.wrongShape(expected: input, found: batch.shape, areTokens: areTokens)
    }
    guard case .tokens(_, let vocabulary) = input, let context = batch.shape.first else { return }
    for (index, id) in batch.tokens.enumerated() where id < 0 || Int(id) >= vocabulary {
      throw TowerFailure.tokenOutOfRange(
        item: index / context, position: index % context, id: Int(id), vocabulary: vocabulary)
    }
  }

  private func fits(_ batch: TowerBatch, areTokens: Bool) -> Bool {
    switch input {
    case .images(nil): !areTokens && batch.shape.count == 3 && holdsShape(batch)
    case .images(let side?): !areTokens && batch.shape == [3, side, side] && holdsShape(batch)
    case .clips(let frames, let side):
      !areTokens && batch.shape == [frames, 3, side, side] && holdsShape(batch)
    case .tokens(let context, _):
      areTokens && batch.shape.count == 1 && (1...max(1, context)).contains(batch.shape[0])
        && batch.tokens.count == batch.count * batch.shape[0]
    }
  }

  private func holdsShape(_ batch: TowerBatch) -> Bool {
    batch.numbers.columns == batch.shape.reduce(1, *) && batch.numbers.rows == batch.count
  }
}

/// `(items, columns)`, filled by blocks: each gets its items and their rows.
///
/// - Parameter rows: of each item.
func encodeBlocks(
  rows: [Int], columns: Int, budget: ThreadBudget,
  _ body: @escaping @Sendable (_ items: Range<Int>, _ out: FloatSlice) throws -> Void
) throws -> Matrix {
  let blocks = blocks(rows: rows)
  return try Matrix(rows: rows.count, columns: columns) { out in
    let out = FloatRows(out, width: columns)
    try budget.forEachBlock(blocks.count) { try body(blocks[$0], out[blocks[$0]]) }
  }
}
