import Execution

extension VisionTransformer: TrainableTower {
  package func trainer(capacity: Int) throws -> any TowerTrainer {
    try trainer(capacity: capacity, recomputes: false)
  }

  package func trainer(capacity: Int, recomputes: Bool) throws -> any TowerTrainer {
    try checkSizes(encoder.sizes + [("embedding", embedding), ("capacity", capacity)], [encoder.stack])
    return VisionTrainer(self, capacity: capacity, recomputes: recomputes)
  }

  package func trainingNumbers(capacity: Int, recomputes: Bool, shape: [Int]) -> Double {
    PatchTrainer.numbers(encoder, items: Double(capacity), recomputes: recomputes)
  }
}

// Unchecked: calls come one after another; within one, each thread writes to slices that are its own.
private final class VisionTrainer: TowerTrainer, @unchecked Sendable {
  private let tower: VisionTransformer
  private let capacity: Int
  private let patches: PatchTrainer

  init(_ tower: VisionTransformer, capacity: Int, recomputes: Bool) {
    self.tower = tower
    self.capacity = capacity
    patches = PatchTrainer(tower.encoder, items: capacity, recomputes: recomputes)
  }

  private func weights(_ tensors: TensorPointers) -> (patches: PatchWeights, projection: Linear) {
    (
      PatchWeights(tensors, tower.encoder),
      tensors.projection("proj", tower.encoder.stack.width, tower.embedding)
    )
  }

  func forward(
    _ batch: TowerBatch, weights: FloatSlice, into embeddings: FloatSlice, budget: ThreadBudget
  ) throws {
    try tower.check(batch, capacity: capacity)
    patches.begin(count: batch.count)
    let tensors = TensorPointers(
      layout: tower.layout, base: weights, epsilon: tower.encoder.stack.epsilon)
    let (maps, projection) = self.weights(tensors)
    let (out, sequences) = (FloatRows(embeddings, width: tower.embedding), patches.sequences)
    try batch.numbers.withSlice { numbers in
      let pictures = FloatRows(numbers, width: tower.encoder.pictureSize)
      try budget.forEachBlock(sequences.blocks.count) { block in
        let items = sequences.blocks[block]
        self.patches.forward(block, pictures, maps, tensors)
        projection.map(self.patches.features.pooled[items], rows: items.count, into: out[items])
      }
    }
    try patches.verify()
  }

  func backward(
    gradient: FloatSlice, weights: FloatSlice, into gradients: FloatSlice, budget: ThreadBudget
  ) throws {
    gradients[0..<tower.layout.count].fill(0)
    let tensors = TensorPointers(
      layout: tower.layout, base: weights, epsilon: tower.encoder.stack.epsilon)
    let (maps, projection) = self.weights(tensors)
    let (change, sums) = (
      FloatRows(gradient, width: tower.embedding), TensorGradients(layout: tower.layout, base: gradients)
    )
    let count = patches.sequences.items
    projection.backward(gradient, rows: count, into: patches.features.gradient.slice)
    try budget.run(
      [GradientProduct(patches.features.pooled, change, rows: count, into: sums("proj"))])
    try patches.backward(maps, tensors, into: sums, budget: budget)
    try patches.verify()
  }
}
