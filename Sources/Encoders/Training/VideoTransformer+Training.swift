import Execution
import Kernels

extension VideoTransformer: TrainableTower {
  package func trainer(capacity: Int) throws -> any TowerTrainer {
    try trainer(capacity: capacity, recomputes: false)
  }

  package func trainer(capacity: Int, recomputes: Bool) throws -> any TowerTrainer {
    try checkSizes(
      encoder.sizes + [("frames", frames), ("embedding", embedding), ("capacity", capacity)],
      [encoder.stack, temporal])
    return VideoTrainer(self, capacity: capacity, recomputes: recomputes)
  }

  package func trainingNumbers(capacity: Int, recomputes: Bool, shape: [Int]) -> Double {
    PatchTrainer.numbers(encoder, items: Double(capacity) * Double(frames), recomputes: recomputes)
      + StackTrainer.numbers(temporal, items: capacity, longest: frames, recomputes: recomputes)
  }
}

/// Two trainers, one after the other: images to class tokens, and these to the mean over a clip.
// Unchecked: calls come one after another; within one, each thread writes to slices that are its own.
private final class VideoTrainer: TowerTrainer, @unchecked Sendable {
  private let tower: VideoTransformer
  private let capacity: Int
  private let patches: PatchTrainer
  private let temporal: StackTrainer
  private let readout: Readout

  init(_ tower: VideoTransformer, capacity: Int, recomputes: Bool) {
    self.tower = tower
    self.capacity = capacity
    patches = PatchTrainer(tower.encoder, items: capacity * tower.frames, recomputes: recomputes)
    temporal = StackTrainer(
      tower.temporal, isCausal: false, reading: .all, items: capacity, longest: tower.frames,
      recomputes: recomputes)
    readout = Readout(.all, norm: nil, width: tower.temporal.width, items: capacity)
  }

  private func projection(_ tensors: TensorPointers) -> Linear {
    tensors.projection("proj", tower.temporal.width, tower.embedding)
  }

  func forward(
    _ batch: TowerBatch, weights: FloatSlice, into embeddings: FloatSlice, budget: ThreadBudget
  ) throws {
    try tower.check(batch, capacity: capacity)
    patches.begin(count: batch.count * tower.frames)
    temporal.begin(lengths: Array(repeating: tower.frames, count: batch.count))
    let tensors = TensorPointers(
      layout: tower.layout, base: weights, epsilon: tower.temporal.epsilon)
    let (maps, sequences) = (PatchWeights(tensors, tower.encoder), patches.sequences)
    try batch.numbers.withSlice { numbers in
      let pictures = FloatRows(numbers, width: tower.encoder.pictureSize)
      try budget.forEachBlock(sequences.blocks.count) {
        self.patches.forward($0, pictures, maps, tensors)
      }
    }
    try forwardTime(tensors, into: FloatRows(embeddings, width: tower.embedding), budget)
    try verify()
  }

  private func verify() throws {
    try patches.verify()
    try temporal.verify()
    try readout.verify()
  }

  private func forwardTime(_ tensors: TensorPointers, into out: FloatRows, _ budget: ThreadBudget) throws {
    let sequences = temporal.sequences
    let (blocks, projection) = (tensors.blocks(tower.temporal), projection(tensors))
    let positions = FloatRows(tensors("temporal_positional_embedding"), width: tower.temporal.width)
    try budget.forEachBlock(sequences.blocks.count) { block in
      let items = sequences.blocks[block]
      for row in sequences.rows(of: items) {
        let place = self.temporal.inputs[0][row]
        place.update(from: self.patches.features.pooled[row])
        add(positions[row % self.tower.frames], to: place)
      }
      self.temporal.forward(block, blocks)
      self.readout.forward(block, sequences, self.temporal.output, tensors)
      projection.map(self.readout.pooled[items], rows: items.count, into: out[items])
    }
  }

  func backward(
    gradient: FloatSlice, weights: FloatSlice, into gradients: FloatSlice, budget: ThreadBudget
  ) throws {
    gradients[0..<tower.layout.count].fill(0)
    let tensors = TensorPointers(
      layout: tower.layout, base: weights, epsilon: tower.temporal.epsilon)
    let sums = TensorGradients(layout: tower.layout, base: gradients)
    try backwardTime(FloatRows(gradient, width: tower.embedding), tensors, into: sums, budget)
    let rows = 0..<temporal.sequences.rows
    patches.features.gradient[rows].update(from: temporal.gradients.after[rows])
    try patches.backward(PatchWeights(tensors, tower.encoder), tensors, into: sums, budget: budget)
    try verify()
  }

  /// To the gradient by the class tokens, which is in `temporal.gradients.after` then.
  private func backwardTime(
    _ gradient: FloatRows, _ tensors: TensorPointers, into sums: TensorGradients, _ budget: ThreadBudget
  ) throws {
    let (sequences, blocks) = (temporal.sequences, tensors.blocks(tower.temporal))
    projection(tensors).backward(gradient.slice, rows: sequences.items, into: readout.gradient.slice)
    try budget.forEachBlock(sequences.blocks.count) { block in
      self.readout.backward(
        block, sequences, self.temporal.output, tensors, into: self.temporal.outputGradient)
    }
    let product = GradientProduct(
      readout.pooled, gradient, rows: sequences.items, into: sums("proj"))
    try readout.sumWeights([product], sequences, into: sums, budget)
    try temporal.backward(blocks, into: sums, budget: budget)
    let (changes, frames) = (temporal.gradients.after, tower.frames)
    let positions = FloatRows(sums("temporal_positional_embedding"), width: changes.width)
    try budget.scatter(changes, count: sequences.rows) { positions[$0 % frames] }
  }
}
