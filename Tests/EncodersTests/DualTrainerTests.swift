import Encoders
import Foundation
import Kernels
import Testing

@Suite("Training of pairs")
struct DualTrainerTests {
  private let vision = VisionTransformer(image: 8, patch: 4, width: 16, layers: 1, heads: 2, embedding: 6)
  private let text = TextTransformer(vocabulary: 19, context: 9, width: 16, layers: 2, heads: 2, embedding: 6)

  private func trainer(
    _ optimiser: Optimiser = Optimiser(learningRate: 1e-2, clipNorm: 1), recomputes: Bool = false
  ) throws -> DualTrainer {
    var options = TrainingOptions(
      optimiser: optimiser, logitScale: .learnt(start: 14, maximum: 14.05))
    options.recomputes = recomputes
    return try DualTrainer(
      x: vision, drawn(vision), y: text, drawn(text), capacity: 8, options: options)
  }

  private func run(_ trainer: DualTrainer, steps: Int, jobs: Int = 2) throws -> [Double] {
    let (x, y) = (pictures(8, [3, 8, 8]), texts(8, context: 9, vocabulary: 19))
    let budget = ownBudget(jobs)
    return try (0..<steps).map { _ in
      try trainer.step(x: x, y: TowerBatch(tokens: y, context: 9), budget: budget).loss
    }
  }

  @Test("learns what it is shown, and the scale up to its limit")
  func learns() throws {
    let trainer = try trainer()
    let losses = try run(trainer, steps: 40)
    #expect(losses[39] < 0.5 * losses[0])
    #expect(trainer.step == 40 && trainer.scale <= 14.05 * 1.000001 && trainer.scale != 14)
  }

  @Test("the same bytes at any number of threads, with and without records")
  func bytes() throws {
    let first = try trainer()
    _ = try run(first, steps: 3, jobs: 1)
    for jobs in [2, 4] {
      let other = try trainer(recomputes: jobs == 4)
      _ = try run(other, steps: 3, jobs: jobs)
      #expect(other.state == first.state)
    }
  }

  @Test("goes on from its state as if it had never stopped", arguments: Optimiser.Kind.allCases)
  func resumes(kind: Optimiser.Kind) throws {
    let optimiser = Optimiser(kind, learningRate: 1e-2, schedule: .cosine(warmup: 3, total: 9))
    let (whole, half, rest) = (try trainer(optimiser), try trainer(optimiser), try trainer(optimiser))
    _ = try run(whole, steps: 6)
    _ = try run(half, steps: 4)
    try rest.restore(half.state)
    _ = try run(rest, steps: 2)
    #expect(rest.state == whole.state)
    #expect(rest.xWeights == whole.xWeights && rest.yWeights == whole.yWeights)
  }

  @Test("refuses what does not belong together, and changes nothing then")
  func refusals() throws {
    let trainer = try trainer()
    var state = trainer.state
    state.buffers["x.weights"]?.removeLast()
    #expect(throws: TrainingFailure.self) { try trainer.restore(state) }
    let before = trainer.state
    let budget = ownBudget(1)
    let tokens = TowerBatch(tokens: texts(7, context: 9, vocabulary: 19), context: 9)
    #expect(throws: TrainingFailure.unpaired(x: 8, y: 7)) {
      try trainer.step(x: pictures(8, [3, 8, 8]), y: tokens, budget: budget)
    }
    let broken = Matrix(rows: 7, columns: 192, values: noise(7 * 192 - 1) + [.nan])
    #expect(throws: TrainingFailure.self) {
      try trainer.step(x: TowerBatch(numbers: broken, shape: [3, 8, 8]), y: tokens, budget: budget)
    }
    #expect(trainer.state == before)
    let other = VisionTransformer(image: 8, patch: 4, width: 16, layers: 1, heads: 2, embedding: 5)
    let options = TrainingOptions(optimiser: Optimiser(learningRate: 1), logitScale: .fixed(10))
    #expect(throws: TrainingFailure.embeddings(x: 5, y: 6)) {
      try DualTrainer(x: other, drawn(other), y: text, drawn(text), capacity: 2, options: options)
    }
    #expect(throws: TrainingFailure.self) {
      try DualTrainer(x: vision, drawn(text), y: text, drawn(text), capacity: 2, options: options)
    }
  }

  // MARK: - Against formulas

  private func linear(
    _ optimiser: Optimiser, _ start: [Float], alignment: Matrix? = nil
  ) throws -> DualTrainer {
    let tower = LinearTower(inputs: 5, embedding: 3)
    var y = try drawn(tower)
    y.values.replaceSubrange(16..<31, with: start)
    return try DualTrainer(
      x: tower, drawn(tower, seed: 2), y: tower, y, capacity: 4,
      options: TrainingOptions(optimiser: optimiser, logitScale: .fixed(5), alignment: alignment))
  }

  private func step(_ trainer: DualTrainer) throws -> TrainingReport {
    let items = { TowerBatch(numbers: Matrix(rows: 4, columns: 5, values: noise(20, $0)), shape: [5]) }
    return try trainer.step(x: items("a"), y: items("b"), budget: ownBudget(2))
  }

  @Test(
    "Adam and AdamW are PyTorch's, and statistics stay", arguments: Optimiser.Kind.allCases, [0.98, 0.9999])
  func optimisers(kind: Optimiser.Kind, beta2: Double) throws {
    let optimiser = Optimiser(kind, learningRate: 0.03, beta2: beta2, weightDecay: 0.3, clipNorm: 0.05)
    let trainer = try linear(optimiser, noise(15))
    var (w, m, v) = (
      noise(15).map(Double.init), [Double](repeating: 0, count: 15), [Double](repeating: 0, count: 15)
    )
    for count in 1...5 {
      // The gradient of a step, from one that does nothing but take it over as the first moment.
      let probe = try linear(
        Optimiser(.adamw, learningRate: 0, beta1: 0, weightDecay: 0), w.map(Float.init))
      var state = probe.state
      state.buffers["x.weights"] = trainer.state.buffers["x.weights"]
      try probe.restore(state)
      let norm = try step(probe).gradientNorm
      let gradient = (probe.state.buffers["y.first_moments"] ?? [])[16..<31].map(Double.init)
      #expect(abs(try step(trainer).gradientNorm - norm) < 1e-5 * norm)
      for index in 0..<15 {
        var g = gradient[index] * min(1, 0.05 / (norm + 1e-6))
        if kind == .adam { g += 0.3 * w[index] } else { w[index] *= 1 - 0.03 * 0.3 }
        m[index] = 0.9 * m[index] + 0.1 * g
        v[index] = beta2 * v[index] + (1 - beta2) * g * g
        let (mean, square) = (
          m[index] / (1 - pow(0.9, Double(count))), v[index] / (1 - pow(beta2, Double(count)))
        )
        w[index] -= 0.03 * mean / (square.squareRoot() + 1e-6)
      }
      #expect(difference(trainer.yWeights["w"], w) < 1e-5)
    }
    #expect(trainer.yWeights["mean"] == (try drawn(LinearTower(inputs: 5, embedding: 3)))["mean"])
    #expect(trainer.scale == 5)
  }

  @Test("the alignment is a map after y's tower that is never changed")
  func alignment() throws {
    let turn = Matrix(rows: 3, columns: 3, values: noise(9, "turn"))
    let start = noise(15)
    // P·Wᵀ: the same features without an alignment.
    let turned = (0..<15).map { place in
      (0..<3).reduce(Float(0)) { $0 + start[place / 3 * 3 + $1] * turn[place % 3, $1] }
    }
    let optimiser = Optimiser(learningRate: 0, beta1: 0, weightDecay: 0)
    let (aligned, plain) = (try linear(optimiser, start, alignment: turn), try linear(optimiser, turned))
    let (a, b) = (try step(aligned), try step(plain))
    #expect(abs(a.loss - b.loss) < 1e-5 * b.loss)
    let slopes = (plain.state.buffers["y.first_moments"] ?? [])[16..<31]
    let expected = (0..<15).map { place in
      (0..<3).reduce(0.0) { $0 + Double(slopes[16 + place / 3 * 3 + $1] * turn[$1, place % 3]) }
    }
    #expect(difference((aligned.state.buffers["y.first_moments"] ?? [])[16..<31], expected) < 1e-5)
  }

  @Test("warm-up, then half a cosine")
  func schedules() {
    let schedule = Schedule.cosine(warmup: 4, total: 12)
    #expect((0..<4).map(schedule.factor) == [0.25, 0.5, 0.75, 1])
    #expect(schedule.factor(step: 4) == 1 && abs(schedule.factor(step: 8) - 0.5) < 1e-12)
    #expect(schedule.factor(step: 12) < 1e-12 && schedule.factor(step: 100) < 1e-12)
    #expect(
      Schedule.cosine(warmup: 0, total: 0).factor(step: 0) == 1 && Schedule.constant.factor(step: 9) == 1)
    #expect((0..<6).map { Schedule.warmup(4).factor(step: $0) } == [0.25, 0.5, 0.75, 1, 1, 1])
    #expect(Schedule.warmup(0).factor(step: 0) == 1)
  }
}
