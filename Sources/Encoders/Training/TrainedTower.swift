import Kernels

/// One tower of a pair: its trainer, its weights, and what the optimiser keeps for each of them.
final class TrainedTower: @unchecked Sendable {
  let tower: any TrainableTower
  let trainer: any TowerTrainer
  let weights: UnsafeMutablePointer<Float>
  let gradients: UnsafeMutablePointer<Float>
  /// Running means of gradients and of their squares.
  let first: UnsafeMutablePointer<Float>
  let second: UnsafeMutablePointer<Float>
  /// `(capacity, embedding)`, and the gradient by them.
  let features: UnsafeMutablePointer<Float>
  let changes: UnsafeMutablePointer<Float>
  /// Pieces of the buffers, none of which holds numbers of a tensor that is not learnt.
  private let pieces: [Range<Int>]
  private let memory = TrainingMemory()

  init(_ tower: any TrainableTower, _ start: NetworkWeights, capacity: Int, recomputes: Bool) throws {
    self.tower = tower
    trainer = try tower.trainer(capacity: capacity, recomputes: recomputes)
    let (layout, memory) = (tower.layout, memory)
    func buffer() -> UnsafeMutablePointer<Float> { memory.rows(1, width: layout.count).base }
    (weights, gradients, first, second) = (buffer(), buffer(), buffer(), buffer())
    features = memory.rows(capacity, width: tower.embedding).base
    changes = memory.rows(capacity, width: tower.embedding).base
    pieces = zip(layout.tensors, layout.offsets).flatMap { tensor, offset in
      tensor.role == .weight ? Self.pieces(offset, tensor.count) : []
    }
    start.withPointer { weights.update(from: $0, count: layout.count) }
  }

  private static func pieces(_ offset: Int, _ count: Int) -> [Range<Int>] {
    let size = 65_536
    return (0..<blockCount(count, size: size)).map { block in
      let range = blockRange(block, size: size, count: count)
      return offset + range.lowerBound..<offset + range.upperBound
    }
  }

  var values: NetworkWeights {
    NetworkWeights(
      layout: tower.layout, values: Array(UnsafeBufferPointer(start: weights, count: tower.layout.count)))
  }

  /// Σ g² in Double: sixteen partial sums a piece, the pieces in their order.
  func squaredNorm(_ budget: ThreadBudget) throws -> Double {
    try budget.map(blocks: pieces.count) { piece in
      let range = self.pieces[piece]
      var lanes = SIMD16<Double>(repeating: 0)
      forEachLanes(range.count) { start, count in
        let values = SIMD16<Double>(load(self.gradients + range.lowerBound + start, count))
        lanes += values * values
      }
      return lanes.sum()
    }.reduce(0, +)
  }

  /// Never stops halfway: a step that is half done could not be continued.
  func update(_ step: OptimiserStep, _ budget: ThreadBudget) throws {
    try budget.forEachBlock(pieces.count, mustFinish: true) { piece in
      let (start, count) = (self.pieces[piece].lowerBound, self.pieces[piece].count)
      step.apply(
        self.weights + start, self.gradients + start, self.first + start, self.second + start, count: count)
    }
    trainer.updateStatistics(of: weights)
  }
}
