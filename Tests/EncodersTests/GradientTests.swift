import Encoders
import Kernels
import Testing

/// Every weight of every kind of tower, against central differences of the formulas in Double.
@Suite("Backward passes against central differences")
struct GradientTests {
  private func check(
    _ tower: any TrainableTower, _ batch: TowerBatch, _ heads: Int, _ projection: String,
    _ variant: TransformerVariant = .init(), feature: (TransformerTwin, Int) -> [Double]
  ) throws {
    let weights = try drawn(tower)
    let change = noise(batch.count * tower.embedding, "change")
    let found = try gradients(tower, weights, batch, change)
    let worst = worstSlope(weights, found) { weights in
      let twin = TransformerTwin(weights: weights, heads: heads, variant: variant)
      return (0..<batch.count).reduce(0) { sum, item in
        let embedding = twin.project(feature(twin, item), projection, tower.embedding)
        return sum
          + embedding.indices.reduce(0) {
            $0 + embedding[$1] * Double(change[item * tower.embedding + $1])
          }
      }
    }
    #expect(worst.difference < 2e-4, "\(worst.tensor)")
    let twin = TransformerTwin(weights: weights, heads: heads, variant: variant)
    let expected = (0..<batch.count).flatMap { twin.project(feature(twin, $0), projection, tower.embedding) }
    #expect(difference(try encode(tower, weights, batch).values, expected) < 1e-5)
    let holes = Set(
      tower.layout.offsets.indices.flatMap { index -> Range<Int> in
        let end = tower.layout.offsets[index] + tower.layout.tensors[index].count
        return end..<(end + 15) / 16 * 16
      })
    #expect(holes.allSatisfy { found[$0] == 0 })
  }

  @Test("vision, with pixels that fill no patch")
  func vision() throws {
    let tower = VisionTransformer(image: 5, patch: 2, width: 6, layers: 1, heads: 2, embedding: 3)
    let batch = pictures(2, [3, 5, 5])
    try check(tower, batch, 2, "proj") { twin, item in
      twin.vision(Array(batch.numbers.row(item)), image: 5, patch: 2, layers: 1)
    }
  }

  @Test("text, of several lengths, with tokens that meet")
  func text() throws {
    let tower = TextTransformer(vocabulary: 7, context: 6, width: 5, layers: 2, heads: 1, embedding: 3)
    let tokens: [Int32] = [5, 2, 2, 6, 1, 0, 6, 3, 1, 0, 0, 0, 5, 1, 2, 1, 3, 6]
    try check(tower, TowerBatch(tokens: tokens, context: 6), 1, "text_projection") { twin, item in
      twin.text(Array(tokens[item * 6..<(item + 1) * 6]), width: 5, layers: 2)
    }
  }

  @Test("sequences, with padding in between", arguments: SequenceTransformer.Pooling.allCases)
  func sequences(pooling: SequenceTransformer.Pooling) throws {
    let tower = SequenceTransformer(
      vocabulary: 6, context: 4, width: 6, layers: 1, heads: 2, embedding: 3, pooling: pooling)
    let tokens: [Int32] = [3, 0, 3, 1, 0, 0, 0, 0, 5, 4, 3, 2]
    try check(tower, TowerBatch(tokens: tokens, context: 4), 2, "proj") { twin, item in
      twin.sequence(
        Array(tokens[item * 4..<(item + 1) * 4]), width: 6, layers: 1, hasClass: pooling == .classToken)
    }
  }

  @Test("sequences without tokens at the end of a batch are in no block of their own")
  func empty() throws {
    let (context, count) = (8, 64)
    let tower = SequenceTransformer(
      vocabulary: 6, context: context, width: 8, layers: 2, heads: 2, embedding: 3, pooling: .mean)
    let (weights, change) = (try drawn(tower), noise(count * 3))
    func slopes(_ tokens: [Int32]) throws -> [Float] {
      try gradients(
        tower, weights, TowerBatch(tokens: tokens, context: context), change, capacity: count)
    }
    // A gradient is a sum over the items, which some kernels take in 8 parts, item by item: a multiple of 8 less
    // leaves each part the terms that it had, and zeros.
    let empty = 16
    let tokens = (0..<(count - empty) * context).map { Int32($0 % 5 + 1) }
    let without = try slopes(tokens)
    #expect(without.contains { $0 != 0 })
    #expect(try slopes(tokens + [Int32](repeating: 0, count: empty * context)) == without)
    #expect(try slopes([Int32](repeating: 0, count: count * context)).allSatisfy { $0 == 0 })
  }

  @Test("clips", arguments: [0, 1])
  func video(temporal: Int) throws {
    let tower = VideoTransformer(
      frames: 2, image: 4, patch: 2, width: 4, layers: 1, heads: 2, temporalLayers: temporal, embedding: 3)
    let batch = pictures(2, [2, 3, 4, 4])
    try check(tower, batch, 2, "proj") { twin, item in
      twin.video(
        Array(batch.numbers.row(item)), frames: 2, image: 4, patch: 2, layers: 1, temporal: temporal)
    }
  }

  /// An epsilon that shows, where norms of narrow rows have small variances.
  @Test("other activations and epsilons, in every kind of tower", arguments: MLPActivation.allCases)
  func variants(_ activation: MLPActivation) throws {
    let variant = TransformerVariant(activation: activation, normEpsilon: 0.05)
    let vision = VisionTransformer(
      image: 4, patch: 2, width: 6, layers: 2, heads: 2, embedding: 3, variant)
    let seen = pictures(2, [3, 4, 4])
    try check(vision, seen, 2, "proj", variant) { twin, item in
      twin.vision(Array(seen.numbers.row(item)), image: 4, patch: 2, layers: 2)
    }
    let tokens: [Int32] = [5, 2, 2, 6, 1, 0, 6, 3, 1, 0, 0, 0]
    let text = TextTransformer(
      vocabulary: 7, context: 6, width: 6, layers: 2, heads: 2, embedding: 3, variant)
    try check(text, TowerBatch(tokens: tokens, context: 6), 2, "text_projection", variant) { twin, item in
      twin.text(Array(tokens[item * 6..<(item + 1) * 6]), width: 6, layers: 2)
    }
    for pooling in SequenceTransformer.Pooling.allCases {
      let sequence = SequenceTransformer(
        vocabulary: 7, context: 6, width: 6, layers: 1, heads: 2, embedding: 3, pooling: pooling, variant)
      try check(sequence, TowerBatch(tokens: tokens, context: 6), 2, "proj", variant) { twin, item in
        twin.sequence(
          Array(tokens[item * 6..<(item + 1) * 6]), width: 6, layers: 1, hasClass: pooling == .classToken)
      }
    }
    let video = VideoTransformer(
      frames: 2, image: 4, patch: 2, width: 4, layers: 1, heads: 2, temporalLayers: 1, embedding: 3, variant)
    let clips = pictures(2, [2, 3, 4, 4])
    try check(video, clips, 2, "proj", variant) { twin, item in
      twin.video(Array(clips.numbers.row(item)), frames: 2, image: 4, patch: 2, layers: 1, temporal: 1)
    }
  }

  @Test("the same bytes at any number of threads, with and without records, whatever was before")
  func bytes() throws {
    let towers: [(any TrainableTower, TowerBatch)] = [
      (
        VisionTransformer(image: 32, patch: 4, width: 48, layers: 2, heads: 3, embedding: 16),
        pictures(9, [3, 32, 32])
      ),
      (
        TextTransformer(vocabulary: 19, context: 40, width: 32, layers: 2, heads: 2, embedding: 16),
        TowerBatch(tokens: texts(31, context: 40, vocabulary: 19), context: 40)
      ),
      (
        VideoTransformer(
          frames: 3, image: 16, patch: 4, width: 32, layers: 1, heads: 2, temporalLayers: 2, embedding: 16),
        pictures(5, [3, 3, 16, 16])
      ),
    ]
    for (tower, batch) in towers {
      let (weights, change) = (try drawn(tower), noise(batch.count * 16, "change"))
      let once = try gradients(tower, weights, batch, change, jobs: 1)
      for jobs in [2, 4] { #expect(try gradients(tower, weights, batch, change, jobs: jobs) == once) }
      #expect(try gradients(tower, weights, batch, change, recomputes: true) == once)
      #expect(try gradients(tower, weights, batch, change, capacity: batch.count + 7) == once)
    }
  }

  @Test("the forward pass is that of evaluation")
  func forward() throws {
    let tower = TextTransformer(vocabulary: 19, context: 12, width: 32, layers: 2, heads: 2, embedding: 7)
    let batch = TowerBatch(tokens: texts(5, context: 12, vocabulary: 19), context: 12)
    let weights = try drawn(tower)
    var found = [Float](repeating: .nan, count: 35)
    let trainer = try tower.trainer(capacity: 5)
    try weights.withSlice { weights in
      try found.withSlice { try trainer.forward(batch, weights: weights, into: $0, budget: ownBudget(2)) }
    }
    #expect(difference(found, try encode(tower, weights, batch).values.map(Double.init)) < 1e-5)
  }

  @Test("a batch beyond the capacity, and impossible sizes, are refused")
  func refusals() throws {
    let tower = TextTransformer(vocabulary: 9, context: 4, width: 4, layers: 1, heads: 2, embedding: 2)
    let batch = TowerBatch(tokens: texts(3, context: 4, vocabulary: 9), context: 4)
    #expect(throws: TowerFailure.self) {
      _ = try gradients(tower, drawn(tower), batch, noise(6), capacity: 2)
    }
    #expect(throws: TowerFailure.self) { _ = try tower.trainer(capacity: 0) }
    let uneven = VisionTransformer(image: 8, patch: 4, width: 5, layers: 1, heads: 2, embedding: 2)
    #expect(throws: TowerFailure.self) { _ = try uneven.trainer(capacity: 2) }
  }
}
