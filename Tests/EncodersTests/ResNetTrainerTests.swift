import Encoders
import Execution
import Kernels
import Testing

/// The least tower, which asks everybody to stop in its forward or its backward pass.
private struct StoppingTower: TrainableTower {
  let tower = LinearTower(inputs: 5, embedding: 6)
  let cancellation: Cancellation
  let isForward: Bool
  var embedding: Int { tower.embedding }
  var input: TowerInput { tower.input }
  var layout: ParameterLayout { tower.layout }

  func prepare(_ weights: NetworkWeights, budget: ThreadBudget) throws -> any PreparedTower {
    try tower.prepare(weights, budget: budget)
  }

  func trainer(capacity: Int) -> any TowerTrainer {
    StoppingTrainer(trainer: tower.trainer(capacity: capacity), tower: self)
  }

  func trainingNumbers(capacity: Int, recomputes: Bool, shape: [Int]) -> Double { 0 }
}

private final class StoppingTrainer: TowerTrainer {
  private let trainer: any TowerTrainer
  private let tower: StoppingTower

  init(trainer: any TowerTrainer, tower: StoppingTower) { (self.trainer, self.tower) = (trainer, tower) }

  func forward(
    _ batch: TowerBatch, weights: FloatSlice, into embeddings: FloatSlice, budget: ThreadBudget
  ) throws {
    if tower.isForward { tower.cancellation.raise() }
    try trainer.forward(batch, weights: weights, into: embeddings, budget: budget)
  }

  func backward(
    gradient: FloatSlice, weights: FloatSlice, into gradients: FloatSlice, budget: ThreadBudget
  ) throws {
    tower.cancellation.raise()
    try trainer.backward(gradient: gradient, weights: weights, into: gradients, budget: budget)
  }
}

@Suite("Steps of a ResNet and a text tower")
struct ResNetTrainerTests {
  private let tower = ResNet(depth: .eighteen, width: 8, projection: 6)
  private let text = TextTransformer(vocabulary: 19, context: 9, width: 16, layers: 1, heads: 2, embedding: 6)
  private let options = TrainingOptions(
    optimiser: Optimiser(learningRate: 3e-3, clipNorm: 1), logitScale: .learnt(start: 14, maximum: 100))

  private func trainer(capacity: Int = 8) throws -> DualTrainer {
    try DualTrainer(
      x: tower, drawn(tower), y: text, drawn(text), capacity: capacity, options: options)
  }

  private func run(
    _ trainer: DualTrainer, steps: Int, jobs: Int = 2, shape: [Int] = [3, 33, 26]
  ) throws -> [Double] {
    let (x, y) = (pictures(8, shape), TowerBatch(tokens: texts(8, context: 9, vocabulary: 19), context: 9))
    let budget = ownBudget(jobs)
    return try (0..<steps).map { _ in try trainer.step(x: x, y: y, budget: budget).loss }
  }

  @Test("the loss falls over 20 steps, and evaluation goes by the running statistics")
  func learns() throws {
    let trainer = try trainer()
    let losses = try run(trainer, steps: 20)
    #expect(losses[19] < 0.5 * losses[0])
    let (batch, trained) = (pictures(8, [3, 33, 26]), trainer.xWeights)
    let start = try drawn(tower)
    var stale = trained
    for (tensor, offset) in zip(tower.layout.tensors, tower.layout.offsets) where tensor.role == .statistic {
      #expect(trained[tensor.name] != start[tensor.name])
      stale.values.replaceSubrange(offset..<offset + tensor.count, with: start[tensor.name])
    }
    #expect(try encode(tower, trained, batch) != encode(tower, stale, batch))
  }

  @Test("the same bytes at any number of threads, in memory of any size, after pictures of another size")
  func bytes() throws {
    let first = try trainer()
    _ = try run(first, steps: 3, jobs: 1)
    for jobs in [2, 4] {
      let other = try trainer(capacity: 7 + jobs)
      let start = other.state
      _ = try run(other, steps: 1, shape: [3, 40, 9])
      try other.restore(start)
      _ = try run(other, steps: 3, jobs: jobs)
      #expect(other.state == first.state)
    }
  }

  @Test("bottlenecks and large sums too are the same bytes", arguments: ResNet.Depth.allCases)
  func gradientBytes(_ depth: ResNet.Depth) throws {
    let tower = ResNet(depth: depth, width: 24)
    let (weights, batch) = (try drawn(tower), pictures(9, [3, 61, 44]))
    let change = noise(9 * tower.embedding, "change")
    let once = try gradients(tower, weights, batch, change, jobs: 1)
    for jobs in [2, 4] { #expect(try gradients(tower, weights, batch, change, jobs: jobs) == once) }
    #expect(once.allSatisfy(\.isFinite) && once.contains { $0 != 0 })
    for tensor in tower.layout.tensors where tensor.role == .statistic {
      let offset = tower.layout.offset(of: tensor.name)
      #expect(once[offset..<offset + tensor.count].allSatisfy { $0 == 0 })
    }
  }

  @Test("goes on from its state as if it had never stopped")
  func resumes() throws {
    let (whole, half, rest) = (try trainer(), try trainer(), try trainer())
    _ = try run(whole, steps: 5)
    _ = try run(half, steps: 3)
    try rest.restore(half.state)
    _ = try run(rest, steps: 2)
    #expect(rest.state == whole.state)
  }

  @Test("a step that cannot be made changes neither weights nor statistics")
  func refusals() throws {
    let trainer = try trainer()
    _ = try run(trainer, steps: 1)
    let before = trainer.state
    let tokens = { TowerBatch(tokens: texts($0, context: 9, vocabulary: 19), context: 9) }
    // 9 × 11 pixels become one, so that a picture alone has no variance.
    #expect(throws: TowerFailure.noVariance(shape: [3, 9, 11])) {
      try trainer.step(x: pictures(1, [3, 9, 11]), y: tokens(1), budget: ownBudget(2))
    }
    let broken = Matrix(rows: 2, columns: 3 * 99, values: noise(2 * 3 * 99 - 1) + [.nan])
    #expect(throws: TrainingFailure.self) {
      try trainer.step(x: TowerBatch(numbers: broken, shape: [3, 9, 11]), y: tokens(2), budget: ownBudget(2))
    }
    #expect(throws: TowerFailure.self) {
      try trainer.step(x: pictures(9, [3, 9, 11]), y: tokens(9), budget: ownBudget(2))
    }
    #expect(throws: TowerFailure.self) {
      try trainer.step(x: pictures(2, [4, 9, 11]), y: tokens(2), budget: ownBudget(2))
    }
    #expect(trainer.state == before)
    #expect(throws: TowerFailure.self) { _ = try tower.trainer(capacity: 0) }
    let report = try trainer.step(x: pictures(1, [3, 33, 34]), y: tokens(1), budget: ownBudget(2))
    #expect(report.loss.isFinite)
  }

  @Test("cancelled in the middle of a step it changes nothing", arguments: [true, false])
  func cancelled(isForward: Bool) throws {
    let cancellation = Cancellation()
    let other = StoppingTower(cancellation: cancellation, isForward: isForward)
    let trainer = try DualTrainer(
      x: tower, drawn(tower), y: other, drawn(other), capacity: 4, options: options)
    let before = trainer.state
    let budget = ThreadBudget(jobs: 2, cancellation: cancellation)
    budget.acquire()
    let y = TowerBatch(numbers: Matrix(rows: 4, columns: 5, values: noise(20)), shape: [5])
    #expect(throws: Cancelled.self) { try trainer.step(x: pictures(4, [3, 33, 26]), y: y, budget: budget) }
    #expect(trainer.state == before)
    #expect(throws: Cancelled.self) { try trainer.step(x: pictures(4, [3, 33, 26]), y: y, budget: budget) }
    #expect(trainer.state == before)
  }
}
