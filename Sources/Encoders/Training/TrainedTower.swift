import Execution

/// One tower of a pair: its trainer, its weights, and what the optimiser keeps for each of them.
// Unchecked: calls come one after another; within one, each thread writes to slices that are its own.
final class TrainedTower: @unchecked Sendable {
  let tower: any TrainableTower
  let trainer: any TowerTrainer
  /// `layout.count` numbers each.
  let weights: FloatSlice
  let gradients: FloatSlice
  /// Running means of gradients and of their squares.
  let first: FloatSlice
  let second: FloatSlice
  /// `(capacity, embedding)`, and the gradient by them.
  let features: FloatSlice
  let changes: FloatSlice
  /// Pieces of the buffers, none of which holds numbers of a tensor that is not learnt.
  private let pieces: [Range<Int>]
  private let memory = TrainingMemory()

  init(_ tower: any TrainableTower, _ start: NetworkWeights, capacity: Int, recomputes: Bool) throws {
    self.tower = tower
    trainer = try tower.trainer(capacity: capacity, recomputes: recomputes)
    let (layout, memory) = (tower.layout, memory)
    func buffer() -> FloatSlice { memory.rows(1, width: layout.count).slice }
    (weights, gradients, first, second) = (buffer(), buffer(), buffer(), buffer())
    features = memory.rows(capacity, width: tower.embedding).slice
    changes = memory.rows(capacity, width: tower.embedding).slice
    pieces = zip(layout.tensors, layout.offsets).flatMap { tensor, offset in
      tensor.role == .weight ? Self.pieces(offset, tensor.count) : []
    }
    start.withSlice { weights.update(from: $0) }
  }

  private static func pieces(_ offset: Int, _ count: Int) -> [Range<Int>] {
    let size = 65_536
    return (0..<blockCount(count, size: size)).map { block in
      let range = blockRange(block, size: size, count: count)
      return offset + range.lowerBound..<offset + range.upperBound
    }
  }

  var values: NetworkWeights { NetworkWeights(layout: tower.layout, values: weights.values) }

  /// Σ g² in Double: sixteen partial sums a piece, the pieces in their order.
  func squaredNorm(_ budget: ThreadBudget) throws -> Double {
    try budget.map(blocks: pieces.count) { piece in
      let range = self.pieces[piece]
      let gradients = self.gradients[range]
      var lanes = SIMD16<Double>(repeating: 0)
      forEachLanes(range.count) { start, count in
        let values = SIMD16<Double>(gradients.lanes(start, count))
        lanes += values * values
      }
      return lanes.sum()
    }.reduce(0, +)
  }

  /// - Throws: `MemoryOverrun` where something wrote beyond its buffer.
  func verify() throws { try memory.verify() }

  /// Never stops halfway: a step that is half done could not be continued.
  func update(_ step: OptimiserStep, _ budget: ThreadBudget) throws {
    try budget.forEachBlock(pieces.count, mustFinish: true) { piece in
      let range = self.pieces[piece]
      step.apply(self.weights[range], self.gradients[range], self.first[range], self.second[range])
    }
    trainer.updateStatistics(of: weights)
  }
}
