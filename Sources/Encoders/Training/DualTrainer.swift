import Contracts
import Execution
import Foundation
import Kernels

/// How a pair of towers is trained.
package struct TrainingOptions: Sendable {
  package enum LogitScale: Sendable, Equatable {
    /// 1/τ, never changed.
    case fixed(Double)
    /// exp(p) for a number p that is learnt from ln(`start`) on with the towers, but never decayed; after
    /// each step at most `maximum`. Source: Radford et al. 2021, Sec. 2.5.
    case learnt(start: Double, maximum: Double)
  }

  package var objective: ContrastiveObjective
  package var optimiser: Optimiser
  package var logitScale: LogitScale
  /// W, `(embedding, embedding)`: y's features are y·Wᵀ. Never changed. Source: the paper, Sec. 4.4.
  package var alignment: Matrix?
  /// Keep less and compute it again; see `TrainableTower.trainer`.
  package var recomputes = false

  package init(
    objective: ContrastiveObjective = ContrastiveObjective(), optimiser: Optimiser, logitScale: LogitScale,
    alignment: Matrix? = nil
  ) {
    self.objective = objective
    self.optimiser = optimiser
    self.logitScale = logitScale
    self.alignment = alignment
  }
}

/// What a step found before it changed the weights.
package struct TrainingReport: Sendable, Equatable {
  package let value: ContrastiveValue
  /// Of all gradients together, before they were clipped.
  package let gradientNorm: Double
  package let learningRate: Double
  /// 1/τ.
  package let logitScale: Double

  package var loss: Double { value.total }
}

/// Trains two towers to embed the items of a pair alike.
///
/// Not for several threads at once. A step is the same bytes at any number of threads; it allocates nothing
/// that grows with the towers or the batch.
package final class DualTrainer {
  package let options: TrainingOptions
  let x: TrainedTower
  let y: TrainedTower
  /// Steps done.
  package internal(set) var step = 0
  /// p = ln(1/τ) with its first and second moment.
  var logitScale: [Float]
  private let loss: ContrastiveLoss
  /// y's features after the alignment, and the gradient by them.
  private let aligned: (features: FloatRows, changes: FloatRows)
  private let memory = TrainingMemory()

  /// - Parameter capacity: the most pairs of a batch; all memory is allocated here.
  /// - Throws: `TowerFailure`, `TrainingFailure` where towers, weights and options do not fit together.
  package init(
    x: any TrainableTower, _ xWeights: NetworkWeights, y: any TrainableTower, _ yWeights: NetworkWeights,
    capacity: Int, options: TrainingOptions
  ) throws {
    try options.check(x, xWeights, y, yWeights, capacity: capacity)
    self.options = options
    self.x = try TrainedTower(x, xWeights, capacity: capacity, recomputes: options.recomputes)
    self.y = try TrainedTower(y, yWeights, capacity: capacity, recomputes: options.recomputes)
    loss = ContrastiveLoss(options.objective, capacity: capacity, embedding: x.embedding)
    let rows = options.alignment == nil ? 0 : capacity
    aligned = (memory.rows(rows, width: x.embedding), memory.rows(rows, width: x.embedding))
    switch options.logitScale {
    case .fixed(let scale): logitScale = [Float(log(scale)), 0, 0]
    case .learnt(let start, let maximum): logitScale = [Float(log(min(start, maximum))), 0, 0]
    }
  }

  /// About how many bytes such a trainer takes; to be asked before it is made.
  ///
  /// - Parameter shapes: of an item of each side.
  package static func bytes(
    x: any TrainableTower, y: any TrainableTower, capacity: Int, recomputes: Bool,
    shapes: (x: [Int], y: [Int])
  ) -> Double {
    let numbers = [(x, shapes.x), (y, shapes.y)].reduce(0) { sum, side in
      // Weights, gradients and two moments.
      sum + 4 * Double(side.0.layout.count)
        + side.0.trainingNumbers(capacity: capacity, recomputes: recomputes, shape: side.1)
    }
    return 4 * numbers + 8 * ContrastiveLoss.numbers(capacity: capacity, embedding: x.embedding)
  }

  package var xWeights: NetworkWeights { x.values }
  package var yWeights: NetworkWeights { y.values }
  /// 1/τ now.
  package var scale: Double {
    switch options.logitScale {
    case .fixed(let scale): scale
    // A float32 ln 100 is a little more than it.
    case .learnt(_, let maximum): min(exp(Double(logitScale[0])), maximum)
    }
  }

  /// One step on a batch of pairs.
  ///
  /// - Throws: `TrainingFailure.diverged` where a loss or gradient is no finite number, before any weight
  ///   has changed; `TowerFailure`; `Cancelled`, likewise before.
  package func step(
    x xBatch: TowerBatch, y yBatch: TowerBatch, budget: ThreadBudget
  ) throws -> TrainingReport {
    guard xBatch.count == yBatch.count else {
      throw TrainingFailure.unpaired(x: xBatch.count, y: yBatch.count)
    }
    let value = try gradients(xBatch, yBatch, budget)
    var squares = try x.squaredNorm(budget) + y.squaredNorm(budget)
    if isScaleLearnt { squares += value.scaleGradient * value.scaleGradient }
    let norm = squares.squareRoot()
    guard value.total.isFinite, norm.isFinite, scale >= Self.leastScale else {
      throw TrainingFailure.diverged(step: step + 1, loss: value.total)
    }
    let rate = options.optimiser.learningRate * options.optimiser.schedule.factor(step: step)
    let report = TrainingReport(value: value, gradientNorm: norm, learningRate: rate, logitScale: scale)
    try update(report, budget)
    return report
  }

  /// A learnt 1/τ that falls below this will not come back: all items are alike to it.
  private static let leastScale = 1e-6

  private var isScaleLearnt: Bool {
    if case .learnt = options.logitScale { return true }
    return false
  }

  /// Fills both towers' gradients.
  func gradients(
    _ xBatch: TowerBatch, _ yBatch: TowerBatch, _ budget: ThreadBudget
  ) throws -> ContrastiveValue {
    try x.trainer.forward(xBatch, weights: x.weights, into: x.features, budget: budget)
    try y.trainer.forward(yBatch, weights: y.weights, into: y.features, budget: budget)
    align(xBatch.count)
    let isAligned = options.alignment != nil
    let value = try loss.evaluate(
      x: x.features, y: isAligned ? aligned.features.slice : y.features, pairs: xBatch.count, scale: scale,
      dx: x.changes, dy: isAligned ? aligned.changes.slice : y.changes, budget: budget)
    alignBack(xBatch.count)
    for tower in [x, y] {
      try tower.trainer.backward(
        gradient: tower.changes, weights: tower.weights, into: tower.gradients, budget: budget)
      try tower.verify()
    }
    try memory.verify()
    return value
  }

  private func align(_ count: Int) {
    guard let matrix = options.alignment, count > 0 else { return }
    let size = matrix.columns
    matrix.withSlice {
      BLAS.multiply(
        ProductShape(rows: count, columns: size, inner: size), Operand(y.features, stride: size),
        Operand($0, stride: size, transposed: true), into: aligned.features.slice, stride: size)
    }
  }

  private func alignBack(_ count: Int) {
    guard let matrix = options.alignment, count > 0 else { return }
    let size = matrix.columns
    matrix.withSlice {
      BLAS.multiply(
        ProductShape(rows: count, columns: size, inner: size), Operand(aligned.changes.slice, stride: size),
        Operand($0, stride: size), into: y.changes, stride: size)
    }
  }

  private func update(_ report: TrainingReport, _ budget: ThreadBudget) throws {
    let optimiser = options.optimiser
    let clipping = optimiser.clipping(norm: report.gradientNorm)
    func change(decay: Double) -> OptimiserStep {
      OptimiserStep(
        optimiser, step: step + 1, rate: report.learningRate, clipping: clipping, decay: decay)
    }
    for tower in [x, y] { try tower.update(change(decay: optimiser.weightDecay), budget) }
    if case .learnt(_, let maximum) = options.logitScale {
      updateScale(change(decay: 0), Float(report.value.scaleGradient), maximum: maximum)
    }
    step += 1
  }

  private func updateScale(_ change: OptimiserStep, _ gradient: Float, maximum: Double) {
    var gradient = [gradient]
    logitScale.withSlice { p in
      gradient.withSlice { change.apply(p[0..<1], $0, p[1..<2], p[2..<3]) }
    }
    logitScale[0] = min(logitScale[0], Float(log(maximum)))
  }
}
