import Datasets
import Encoders
import Files
import Foundation
import Kernels
import TestSupport
import Testing

/// A small CLIP, trained as PyTorch trains it, and taken to files.
@Suite("Training against PyTorch", .enabled(if: SharedData.isPresent, "\(SharedData.missing)"))
struct TrainingParityTests {
  private let vision = VisionTransformer(image: 32, patch: 8, width: 48, layers: 2, heads: 3, embedding: 24)
  private let text = TextTransformer(
    vocabulary: 64, context: 12, width: 32, layers: 2, heads: 2, embedding: 24)

  private var parts: [WeightLoader.Part] {
    [
      .init("visual.", vision.layout), .init("", text.layout),
      .init("", ParameterLayout([CLIPPreset.logitScale])),
    ]
  }

  private func load(_ path: String) throws -> [NetworkWeights] {
    let file = try SafetensorsFile(path)
    let shapes = Dictionary(uniqueKeysWithValues: file.entries.map { ($0.name, $0.shape) })
    let weights = WeightFile(path: path, shapes: shapes) { try file.load($0).values }
    return try WeightLoader(weights, WeightNaming.clip, for: parts).load()
  }

  private func items(_ range: Range<Int>) throws -> (x: TowerBatch, y: TowerBatch) {
    let file = try SafetensorsFile(SharedData.golden("tiny_clip.training_data.safetensors"))
    let images = try file.load("images").values[range.lowerBound * 3072..<range.upperBound * 3072]
    let tokens = try file.load("tokens").values[range.lowerBound * 12..<range.upperBound * 12]
    return (
      TowerBatch(
        numbers: Matrix(rows: range.count, columns: 3072, values: Array(images)), shape: [3, 32, 32]),
      TowerBatch(tokens: tokens.map { Int32($0) }, context: 12)
    )
  }

  private func gap(_ trainer: DualTrainer, _ items: (x: TowerBatch, y: TowerBatch)) throws -> Double {
    func mean(_ embeddings: Matrix) -> [Double] {
      var sum = [Double](repeating: 0, count: embeddings.columns)
      for row in 0..<embeddings.rows {
        let values = embeddings.row(row).map(Double.init)
        let norm = dot(values, values).squareRoot()
        for column in values.indices { sum[column] += values[column] / norm / Double(embeddings.rows) }
      }
      return sum
    }
    let difference = zip(
      mean(try encode(vision, trainer.xWeights, items.x)), mean(try encode(text, trainer.yWeights, items.y))
    ).map(-)
    return dot(difference, difference).squareRoot()
  }

  @Test("the loss of 20 steps and the gap after each", arguments: ["openai", "hf"], ["l2", "decoupled"])
  func steps(file: String, decay: String) throws {
    let weights = try load(SharedData.golden("tiny_clip.\(file).safetensors"))
    let (all, budget) = (try items(0..<40), ownBudget(2))
    let batches = try (0..<5).map { try items($0 * 8..<$0 * 8 + 8) }
    let rows = try GoldenTable("tiny_clip.training.csv").rows(where: "weight_decay_kind", decay)
    #expect(rows.count == 60)
    for (temperature, steps) in Dictionary(grouping: rows, by: { $0.number("temperature") }) {
      let trainer = try DualTrainer(
        x: vision, weights[0], y: text, weights[1], capacity: 8,
        options: TrainingOptions(
          optimiser: Optimiser(decay == "l2" ? .adam : .adamw, learningRate: 1e-3),
          logitScale: .fixed(1 / temperature)))
      for row in steps {
        let batch = batches[Int(row.number("step")) % 5]
        let loss = try trainer.step(x: batch.x, y: batch.y, budget: budget).loss
        #expect(abs(loss / row.number("loss") - 1) < 2e-5, "τ \(temperature), step \(row)")
        #expect(abs(try gap(trainer, all) / row.number("gap_after") - 1) < 2e-5)
      }
    }
  }

  @Test("a trained pair goes to a file that any CLIP reader takes, and comes back")
  func export() throws {
    let weights = try load(SharedData.golden("tiny_clip.openai.safetensors"))
    let data = SafetensorsWriter.data(
      weights[1].tensors() + weights[0].tensors(prefix: "visual.") + weights[2].tensors(),
      metadata: ["made by": "a \"test\"\n"])
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try data.write(to: URL(fileURLWithPath: path))
    let original = try SafetensorsFile(SharedData.golden("tiny_clip.openai.safetensors"))
    let file = try SafetensorsFile(path)
    #expect(file.names == original.names && file.entries.map(\.shape) == original.entries.map(\.shape))
    #expect(file.metadata == ["made by": "a \"test\"\n"])
    #expect(data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) } % 8 == 0)
    #expect(try load(path) == weights)
  }
}
