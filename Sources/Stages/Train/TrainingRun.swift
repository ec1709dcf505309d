import Contracts
import Datasets
import Declarations
import Encoders
import Execution
import Foundation
import Metrics

/// The steps of one training, with its log and its checkpoints.
struct TrainingRun {
  let trainer: DualTrainer
  let pairs: TrainingPairs
  private let network: TrainedNetwork
  private let context: StageContext
  private let batch: Int
  private let steps: Int
  private let shuffles: Bool
  private let checkpointEvery: Int
  private let logEvery: Int
  /// As the config has it: 1/(1/τ) need not be τ.
  private let fixedTemperature: Double?

  private var stepsOfEpoch: Int { pairs.learnt.range.count / batch }

  init(
    _ parameters: TrainingParameters, _ network: TrainedNetwork, _ pairs: TrainingPairs,
    _ context: StageContext
  ) throws {
    (self.network, self.pairs, self.context) = (network, pairs, context)
    batch = parameters.batch
    steps = try parameters.steps(batches: pairs.learnt.range.count / batch)
    shuffles = parameters.shuffle
    checkpointEvery = parameters.checkpointEvery
    logEvery = parameters.logEvery ?? max(1, steps / 50)
    if case .fixed(let value) = parameters.temperature {
      fixedTemperature = value
    } else {
      fixedTemperature = nil
    }
    var options = parameters.options(steps: steps)
    options.alignment = network.alignment
    trainer = try DualTrainer(
      x: network.x, network.xWeights, y: network.y, network.yWeights, capacity: batch, options: options)
  }

  /// About how many bytes the run will take, asked before it is made.
  ///
  /// - Throws: `MemoryFailure`.
  static func bytes(
    _ parameters: TrainingParameters, _ network: TrainedNetwork, _ pairs: TrainingPairs
  ) throws -> Double {
    let recomputes = parameters.recompute
    let shapes = (pairs.learnt.data.x.shape, pairs.learnt.data.y.shape)
    let needed = DualTrainer.bytes(
      x: network.x, y: network.y, capacity: parameters.batch, recomputes: recomputes, shapes: shapes)
    try ProcessMemory.require(
      needed, for: "a step of training",
      advice: recomputes ? "lower `batch`" : "lower `batch`, or set `recompute`"
    )
    return needed
  }

  static let gibibyte = 1_073_741_824.0

  /// Makes all steps, then what `finish` makes of them.
  ///
  /// - Throws: `StageFailure.diverged`, `TowerFailure`, the data's failures, `Cancelled` after a checkpoint.
  func train<R>(finish: (Table) throws -> R) throws -> R {
    var log = try resume()
    do {
      try makeSteps(&log)
      return try finish(table(log))
    } catch is Cancelled {
      try save(log)
      throw Cancelled()
    } catch StageFailure.unusableEmbeddings(_, .notFinite) {
      var order = Order(epoch: -1, pairs: [])
      let step = max(0, trainer.step - 1)
      throw StageFailure.diverged(
        step: step, epoch: step / stepsOfEpoch, loss: nil, pairs: batch(of: step, &order))
    }
  }

  private func makeSteps(_ log: inout [TrainingCheckpoint.Row]) throws {
    var pace = TrainingPace(from: trainer.step, of: steps, batch: batch)
    var order = Order(epoch: -1, pairs: [])
    // A row whose gap was still to be measured when the checkpoint was made.
    try measure(&log)
    while trainer.step < steps {
      let step = trainer.step
      try context.budget.cancellation.check()
      let report = try self.step(step, &order)
      let isLogged = (step + 1) % logEvery == 0 || step + 1 == steps || step == 0
      if isLogged {
        log.append(row(step, report))
        try measure(&log)
      }
      pace.line(after: trainer.step, loss: report.loss, isDue: isLogged).map(context.log)
      if trainer.step % checkpointEvery == 0 { try save(log) }
      context.progress(Double(trainer.step) / Double(steps))
    }
  }

  // MARK: - A step

  private struct Order {
    var epoch: Int
    var pairs: [Int]
  }

  /// The pairs of a step.
  private func batch(of step: Int, _ order: inout Order) -> [Int] {
    let epoch = step / stepsOfEpoch
    if epoch != order.epoch {
      let (stream, count) = (context.random("order/\(epoch)"), pairs.learnt.range.count)
      order = Order(epoch: epoch, pairs: shuffles ? stream.permutation(count) : Array(0..<count))
    }
    let start = step % stepsOfEpoch * batch
    return Array(order.pairs[start..<start + batch])
  }

  private func step(_ step: Int, _ order: inout Order) throws -> TrainingReport {
    let chosen = batch(of: step, &order)
    let (data, budget) = (pairs.learnt.data, context.budget)
    do {
      return try trainer.step(
        x: try data.x.subset(chosen).batch(0..<batch, budget),
        y: try data.y.subset(chosen).batch(0..<batch, budget), budget: budget)
    } catch TrainingFailure.diverged(_, let loss) {
      throw StageFailure.diverged(step: step, epoch: step / stepsOfEpoch, loss: loss, pairs: chosen)
    }
  }

  // MARK: - The log

  /// Without its gap.
  private func row(_ step: Int, _ report: TrainingReport) -> TrainingCheckpoint.Row {
    TrainingCheckpoint.Row(
      step: step, epoch: step / stepsOfEpoch, loss: report.loss,
      temperature: fixedTemperature ?? 1 / report.logitScale, gap: nil, learningRate: report.learningRate)
  }

  /// The gap of the last row, if it is not known yet. Weights are as they were after the row's step.
  private func measure(_ log: inout [TrainingCheckpoint.Row]) throws {
    guard let last = log.indices.last, log[last].gap == nil else { return }
    let pairs = try checked(
      try network.embed(trainer.xWeights, trainer.yWeights, pairs.watched, context.budget), context)
    log[last].gap = try EmbeddingFamily(pairs).gap(of: EmbeddingFamily.Member(), context.budget).distance
  }

  private func table(_ rows: [TrainingCheckpoint.Row]) -> Table {
    var builder = TableBuilder()
    for row in rows {
      builder.append([
        ("step", .integer(row.step)), ("epoch", .integer(row.epoch)), ("loss", .real(row.loss)),
        ("temperature", .real(row.temperature)), ("gap", .real(row.gap ?? .nan)),
        ("learning_rate", .real(row.learningRate)),
      ])
    }
    return builder.table()
  }

  // MARK: - Checkpoints

  private func save(_ log: [TrainingCheckpoint.Row]) throws {
    try context.checkpoint.save(TrainingCheckpoint(state: trainer.state, log: log).bytes)
  }

  /// Goes on from the last checkpoint of this very training, if there is one.
  private func resume() throws -> [TrainingCheckpoint.Row] {
    guard let bytes = try context.checkpoint.load(), let found = TrainingCheckpoint(bytes),
      (0...steps).contains(found.state.step), (try? trainer.restore(found.state)) != nil
    else { return [] }
    context.news("resumed after step \(trainer.step) of \(steps)")
    return found.log
  }
}
