import Execution

extension ResNet: TrainableTower {
  package func trainer(capacity: Int) throws -> any TowerTrainer {
    try checkSizes([("width", width), ("embedding", embedding), ("capacity", capacity)], [])
    return ResNetTrainer(self, capacity: capacity)
  }

  /// Of small images, and more by as much as the area is larger.
  package func trainingNumbers(capacity: Int, recomputes: Bool, shape: [Int]) -> Double {
    let side = 64
    let area = shape.dropFirst().reduce(1.0) { $0 * Double($1) } / Double(side * side)
    let records = ResNetRecords(self, .init(height: side, width: side, channels: 3), capacity: 1)
    return Double(capacity) * max(area, 0.1) * Double(records.numbers)
  }
}

/// A ResNet in training: batch norms by the batch's own statistics. Memory is allocated when the images'
/// size is known, and again where it changes.
// Unchecked: calls come one after another; within one, each thread writes to slices that are its own.
private final class ResNetTrainer: TowerTrainer, @unchecked Sendable {
  private let tower: ResNet
  private let capacity: Int
  private let memory = TrainingMemory()
  /// `(capacity, features)`, and the gradient by them; without a projection, those of the caller.
  private let features: FloatRows
  private let changes: FloatRows
  private var records: ResNetRecords?
  private var count = 0

  init(_ tower: ResNet, capacity: Int) {
    self.tower = tower
    self.capacity = capacity
    let rows = tower.projection == nil ? 0 : capacity
    features = memory.rows(rows, width: tower.features)
    changes = memory.rows(rows, width: tower.features)
  }

  private func projection(_ weights: FloatSlice) -> Linear? {
    let tensors = TensorPointers(layout: tower.layout, base: weights, epsilon: Float(tower.normEpsilon))
    return tower.projection.map { tensors.projection("projection", tower.features, $0) }
  }

  // MARK: - Forward

  func forward(
    _ batch: TowerBatch, weights: FloatSlice, into embeddings: FloatSlice, budget: ThreadBudget
  ) throws {
    count = 0
    let records = try records(for: batch)
    guard batch.count > 0 else { return }
    try records.pack(weights, budget)
    try batch.numbers.withSlice { numbers in
      let pictures = FloatRows(numbers, width: records.size.count)
      try budget.forEachBlock(batch.count) { records.picture.fill($0, from: pictures[$0]) }
    }
    try records.stem.forward(batch.count, weights, budget)
    try budget.forEachBlock(batch.count) { records.pooling.forward($0) }
    for block in records.blocks { try block.forward(batch.count, weights, budget) }
    let projection = projection(weights)
    let features = projection == nil ? FloatRows(embeddings, width: tower.features) : features
    try budget.forEachBlock(batch.count) { MeanPooling.forward(records.output, $0, into: features[$0]) }
    projection?.map(features.slice, rows: batch.count, into: embeddings)
    try verify(records)
    count = batch.count
  }

  private func verify(_ records: ResNetRecords) throws {
    try records.verify()
    try memory.verify()
  }

  private func records(for batch: TowerBatch) throws -> ResNetRecords {
    let found = try tower.pictureSize(batch)
    try tower.check(batch, capacity: capacity)
    let size = PixelRows.Extent(height: found.height, width: found.width, channels: 3)
    if let records, records.size == size { return try checked(records, batch) }
    records = nil
    let made = ResNetRecords(tower, size, capacity: capacity)
    records = made
    return try checked(made, batch)
  }

  /// A variance takes two numbers at least.
  private func checked(_ records: ResNetRecords, _ batch: TowerBatch) throws -> ResNetRecords {
    guard batch.count * records.output.extent.area != 1 else {
      throw TowerFailure.noVariance(shape: batch.shape)
    }
    return records
  }

  // MARK: - Backward

  func backward(
    gradient: FloatSlice, weights: FloatSlice, into gradients: FloatSlice, budget: ThreadBudget
  ) throws {
    gradients[0..<tower.layout.count].fill(0)
    guard count > 0, let records else { return }
    let changes = try backwardProjection(gradient, weights, into: gradients, budget)
    let (count, outer) = (count, records.outer)
    let top = PixelRows(records.output.extent, in: outer)
    try budget.forEachBlock(count) { MeanPooling.backward(changes[$0], $0, into: top) }
    for block in records.blocks.reversed() {
      try block.backward(count, weights, into: gradients, outer: outer, inner: records.inner, budget)
    }
    try backwardStem(records, weights, into: gradients, budget)
    try verify(records)
  }

  /// The gradient by the features.
  private func backwardProjection(
    _ gradient: FloatSlice, _ weights: FloatSlice, into gradients: FloatSlice, _ budget: ThreadBudget
  ) throws -> FloatRows {
    let change = FloatRows(gradient, width: tower.embedding)
    guard let projection = projection(weights) else { return change }
    projection.backward(gradient, rows: count, into: changes.slice)
    let sums = TensorGradients(layout: tower.layout, base: gradients)
    try budget.run([GradientProduct(features, change, rows: count, into: sums("projection"))])
    return changes
  }

  private func backwardStem(
    _ records: ResNetRecords, _ weights: FloatSlice, into gradients: FloatSlice, _ budget: ThreadBudget
  ) throws {
    let stem = records.stem
    let dy = PixelRows(stem.sums.extent, in: records.inner)
    let pooled = PixelRows(records.pooling.pooled.extent, in: records.outer)
    try budget.forEachBlock(count) { records.pooling.backward($0, pooled, into: dy) }
    try stem.backwardNorm(dy, mask: nil, count, into: gradients, budget)
    try stem.backward(count, weights, into: gradients, change: nil, adding: false, budget)
  }

  // MARK: - Statistics

  func updateStatistics(of weights: FloatSlice) {
    guard count > 0, let records else { return }
    for link in records.links { link.updateStatistics(of: weights) }
    count = 0
  }
}
