import Contracts
import Datasets
import Encoders
import Kernels
import Metrics

/// The steps of one training, with its log and its checkpoints.
struct TrainingRun {
  let trainer: DualTrainer
  private let network: TrainedNetwork
  private let context: StageContext
  private let batch: Int
  private let steps: Int
  private let shuffles: Bool
  private let checkpointEvery: Int
  private let logEvery: Int
  /// Pairs that are trained on: the first so many.
  private let count: Int
  /// Pairs whose gap is logged.
  private let watched: Range<Int>

  /// As the config has it: 1/(1/τ) need not be τ.
  private let fixedTemperature: Double?

  private var stepsOfEpoch: Int { count / batch }

  init(_ parameters: TrainingParameters, _ network: TrainedNetwork, _ context: StageContext) throws {
    let heldOut = parameters.heldOut(of: network.data.count)
    let (count, batch) = (network.data.count - heldOut, parameters.batch ?? 64)
    guard count >= batch else {
      throw StageFailure.tooFewPairs(pairs: network.data.count, heldOut: heldOut, batch: batch)
    }
    self.count = count
    self.batch = batch
    self.network = network
    self.context = context
    watched = heldOut > 0 ? count..<network.data.count : 0..<min(500, count)
    steps = parameters.steps ?? (parameters.epochs ?? 1) * (count / batch)
    shuffles = parameters.shuffle ?? true
    checkpointEvery = parameters.checkpointEvery ?? 100
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
    }
  }

  private func makeSteps(_ log: inout [TrainingCheckpoint.Row]) throws {
    let clock = ContinuousClock()
    let (started, first) = (clock.now, trainer.step)
    var order = Order(epoch: -1, pairs: [])
    // A row whose gap was still to be measured when the checkpoint was made.
    try measure(&log)
    while trainer.step < steps {
      let step = trainer.step
      try context.budget.cancellation.check()
      let report = try self.step(step, &order)
      if (step + 1) % logEvery == 0 || step + 1 == steps || step == 0 {
        log.append(row(step, report))
        try measure(&log)
        let rate = Double((trainer.step - first) * batch) / max(1e-9, (clock.now - started) / .seconds(1))
        context.log("step \(step + 1) of \(steps): loss \(report.loss), \(Int(rate)) pairs/s")
      }
      if trainer.step % checkpointEvery == 0 { try save(log) }
      context.progress(Double(trainer.step) / Double(steps))
    }
  }

  // MARK: - A step

  private struct Order {
    var epoch: Int
    var pairs: [Int]
  }

  private func step(_ step: Int, _ order: inout Order) throws -> TrainingReport {
    let epoch = step / stepsOfEpoch
    if epoch != order.epoch {
      let stream = context.random("order/\(epoch)")
      order = Order(epoch: epoch, pairs: shuffles ? stream.permutation(count) : Array(0..<count))
    }
    let start = step % stepsOfEpoch * batch
    let pairs = Array(order.pairs[start..<start + batch])
    let budget = context.budget
    do {
      return try trainer.step(
        x: try network.data.x.taking(pairs).batch(0..<batch, budget),
        y: try network.data.y.taking(pairs).batch(0..<batch, budget), budget: budget)
    } catch TrainingFailure.diverged(_, let loss) {
      throw StageFailure.diverged(step: step, epoch: epoch, loss: loss, pairs: pairs)
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
      try network.embed(trainer.xWeights, trainer.yWeights, watched, context.budget), context)
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
      (try? trainer.restore(found.state)) != nil
    else { return [] }
    context.log("resumed after step \(trainer.step) of \(steps)")
    return found.log
  }
}
