import Encoders
import Execution
import Kernels

// Rows that train two transformers: a whole step, forward, loss, backward and Adam, on generated pairs.
extension BenchRow {
  static let trainStep = training(
    "train-step",
    what: "a step of contrastive training, 64 pairs: 64² images, texts of 32 tokens, 5.5 M weights",
    VisionTransformer(image: 64, patch: 8, width: 192, layers: 6, heads: 3, embedding: 128),
    TextTransformer(vocabulary: 512, context: 32, width: 192, layers: 6, heads: 3, embedding: 128))

  static let trainViTB16 = training(
    "train-vit-b-16",
    what: "the same of CLIP's ViT-B/16: 64 images of 224 × 224 and texts of 77 tokens",
    CLIPPreset.vitB16.vision, CLIPPreset.vitB16.text, isLong: true)

  private static func training(
    _ name: String, what: String, _ vision: VisionTransformer, _ text: TextTransformer,
    isLong: Bool = false
  ) -> BenchRow {
    BenchRow(name: name, what: what, warmsUp: !isLong, isLong: isLong) { settings, _ in
      let budget = ThreadBudget(jobs: settings.jobs)
      budget.acquire()
      defer { budget.release() }
      let trainer = try trainer(vision, text, budget)
      let (pictures, texts) = try pairs(64, vision, text, budget)
      return {
        budget.acquire()
        defer { budget.release() }
        let started = ContinuousClock.now
        _ = try trainer.step(x: pictures, y: texts, budget: budget)
        return (ContinuousClock.now - started) / .seconds(1)
      }
    }
  }

  private static func trainer(
    _ vision: VisionTransformer, _ text: TextTransformer, _ budget: ThreadBudget
  ) throws -> DualTrainer {
    let stream: @Sendable (String) -> RandomStream = { RandomStream(seed: 0, stage: "bench", name: $0) }
    func drawn(_ tower: any Tower) throws -> NetworkWeights {
      try NetworkWeights(drawing: tower.layout, budget: budget, stream: stream)
    }
    let options = TrainingOptions(
      optimiser: Optimiser(.adam, learningRate: 1e-4, weightDecay: 0.2),
      logitScale: .learnt(start: 14, maximum: 100))
    return try DualTrainer(
      x: vision, drawn(vision), y: text, drawn(text), capacity: 64, options: options)
  }

  /// Texts are as long as can be, so that no side gains by leaving out what follows their ends.
  private static func pairs(
    _ count: Int, _ vision: VisionTransformer, _ text: TextTransformer, _ budget: ThreadBudget
  ) throws -> (pictures: TowerBatch, texts: TowerBatch) {
    guard case .images(let side?) = vision.input, case .tokens(let context, let vocabulary) = text.input
    else { throw BenchFailure.unreadable(row: "train") }
    let pictures = try RandomStream(seed: 0, stage: "bench", name: "pictures")
      .gaussianMatrix(rows: count, columns: 3 * side * side, budget: budget)
    var tokens = RandomStream(seed: 0, stage: "bench", name: "words")
      .integers(below: vocabulary - 2, count: count * context).map { Int32($0) }
    for item in 0..<count {
      tokens[item * context] = Int32(vocabulary - 2)
      tokens[(item + 1) * context - 1] = Int32(vocabulary - 1)
    }
    return (
      TowerBatch(numbers: pictures, shape: [3, side, side]), TowerBatch(tokens: tokens, context: context)
    )
  }
}
