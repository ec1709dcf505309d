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

/// Two trainers, one after the other: pictures to class tokens, and these to the mean over a clip.
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
    _ batch: TowerBatch, weights: UnsafePointer<Float>, into embeddings: UnsafeMutablePointer<Float>,
    budget: ThreadBudget
  ) throws {
    try tower.check(batch, capacity: capacity)
    patches.begin(count: batch.count * tower.frames)
    temporal.begin(lengths: Array(repeating: tower.frames, count: batch.count))
    let tensors = TensorPointers(
      layout: tower.layout, base: weights, epsilon: tower.temporal.epsilon)
    let (maps, sequences) = (PatchWeights(tensors, tower.encoder), patches.sequences)
    try batch.numbers.withPointer { numbers in
      let pictures = FloatRows(numbers, width: tower.encoder.pictureSize)
      try budget.forEachBlock(sequences.blocks.count) {
        self.patches.forward($0, pictures, maps, tensors)
      }
    }
    try forwardTime(tensors, into: FloatRows(embeddings, width: tower.embedding), budget)
  }

  private func forwardTime(_ tensors: TensorPointers, into out: FloatRows, _ budget: ThreadBudget) throws {
    let (sequences, width) = (temporal.sequences, tower.temporal.width)
    let (blocks, projection) = (tensors.blocks(tower.temporal), projection(tensors))
    let positions = FloatRows(tensors("temporal_positional_embedding"), width: width)
    try budget.forEachBlock(sequences.blocks.count) { block in
      let items = sequences.blocks[block]
      for row in sequences.rows(of: items) {
        let place = self.temporal.inputs[0][row]
        place.update(from: self.patches.features.pooled[row], count: width)
        add(positions[row % self.tower.frames], to: place, width)
      }
      self.temporal.forward(block, blocks)
      self.readout.forward(block, sequences, self.temporal.output, tensors)
      projection.map(
        self.readout.pooled[items.lowerBound], rows: items.count, into: out[items.lowerBound])
    }
  }

  func backward(
    gradient: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    into gradients: UnsafeMutablePointer<Float>, budget: ThreadBudget
  ) throws {
    gradients.update(repeating: 0, count: tower.layout.count)
    let tensors = TensorPointers(
      layout: tower.layout, base: weights, epsilon: tower.temporal.epsilon)
    let sums = TensorGradients(layout: tower.layout, base: gradients)
    try backwardTime(FloatRows(gradient, width: tower.embedding), tensors, into: sums, budget)
    patches.features.gradient.base.update(
      from: temporal.gradients.after.base, count: temporal.sequences.rows * tower.temporal.width)
    try patches.backward(PatchWeights(tensors, tower.encoder), tensors, into: sums, budget: budget)
  }

  /// To the gradient by the class tokens, which is in `temporal.gradients.after` then.
  private func backwardTime(
    _ gradient: FloatRows, _ tensors: TensorPointers, into sums: TensorGradients, _ budget: ThreadBudget
  ) throws {
    let (sequences, blocks) = (temporal.sequences, tensors.blocks(tower.temporal))
    projection(tensors).backward(gradient.base, rows: sequences.items, into: readout.gradient.base)
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
