import Encoders
import Execution
import Kernels

// Rows that encode 32 items by ViT-B/32's towers, with weights as before any training.
extension BenchRow {
  static let vision = encoding(
    "vit-b-32", what: "features of 32 images of 224 × 224 by CLIP's ViT-B/32", CLIPPreset.vitB32.vision
  ) { stream, budget in
    let numbers = try stream("pictures").gaussianMatrix(rows: 32, columns: 3 * 224 * 224, budget: budget)
    return TowerBatch(numbers: numbers, shape: [3, 224, 224])
  }

  static let longTexts = texts(
    "text-77", what: "features of 32 texts of 77 tokens by ViT-B/32's text tower", lengths: 77...77)

  static let captions = texts(
    "captions", what: "the same of 32 captions of 12 to 16 tokens, which have only the start token in common",
    lengths: 12...16)

  private static func texts(_ name: String, what: String, lengths: ClosedRange<Int>) -> BenchRow {
    encoding(name, what: what, CLIPPreset.vitB32.text) { stream, _ in
      let words = stream("words").integers(below: 49_406, count: 32 * 77)
      let tokens = (0..<32 * 77).map { index in
        let (item, position) = (index / 77, index % 77)
        let end = lengths.lowerBound + item % lengths.count - 1
        if position == 0 { return Int32(49_406) }
        return position < end ? Int32(words[index]) : position == end ? 49_407 : 0
      }
      return TowerBatch(tokens: tokens, context: 77)
    }
  }

  private static func encoding(
    _ name: String, what: String, _ tower: any Tower,
    _ items: @escaping @Sendable ((String) -> RandomStream, ThreadBudget) throws -> TowerBatch
  ) -> BenchRow {
    BenchRow(name: name, what: what) { settings, _ in
      let budget = ThreadBudget(jobs: settings.jobs)
      let stream = { RandomStream(seed: 0, stage: "bench", name: $0) }
      budget.acquire()
      defer { budget.release() }
      let weights = try NetworkWeights(drawing: tower.layout, budget: budget, stream: stream)
      let prepared = try tower.prepare(weights, budget: budget)
      let batch = try items(stream, budget)
      return {
        budget.acquire()
        defer { budget.release() }
        let started = ContinuousClock.now
        _ = try prepared.encode(batch, budget: budget)
        return (ContinuousClock.now - started) / .seconds(1)
      }
    }
  }
}
