import Execution
import Kernels

/// A bidirectional transformer over residues or bytes, as CLASP encodes proteins; id 0 is padding, which
/// nothing sees. Sources: Vaswani et al. 2017; blocks and initial weights as CLIP's text transformer.
package struct SequenceTransformer: Tower, Equatable {
  /// What one embedding is made of.
  package enum Pooling: String, CaseIterable, Sendable {
    /// A learnt token before the others.
    case classToken = "class"
    /// The mean over the tokens that are no padding. A sequence of nothing but padding has the mean 0, and
    /// so the embedding 0.
    case mean
  }

  let vocabulary: Int
  let context: Int
  let stack: TransformerShape
  let pooling: Pooling
  package let embedding: Int
  package let layout: ParameterLayout

  package init(
    vocabulary: Int, context: Int, width: Int, layers: Int, heads: Int, embedding: Int, pooling: Pooling,
    _ variant: TransformerVariant = .init()
  ) {
    self.vocabulary = vocabulary
    self.context = context
    self.pooling = pooling
    self.embedding = embedding
    stack = TransformerShape(name: "transformer", width: width, layers: layers, heads: heads, variant)
    let classToken = pooling == .classToken ? 1 : 0
    layout = ParameterLayout(
      [
        TensorSpec("token_embedding.weight", [vocabulary, width], .normal(std: 0.02)),
        TensorSpec("positional_embedding", [context + classToken, width], .normal(std: 0.01)),
        TensorSpec("proj", [width, embedding], .normal(std: 1 / Double(max(1, width)).squareRoot())),
      ] + (classToken == 1 ? [TensorSpec("class_embedding", [width], .normal(std: 0.02))] : [])
        + stack.tensors(.text) + TensorSpec.norm("ln_final", width))
  }

  package var input: TowerInput { .tokens(context: context, vocabulary: vocabulary) }

  package func prepare(_ weights: NetworkWeights, budget: ThreadBudget) throws -> any PreparedTower {
    try checkSizes([("vocabulary", vocabulary), ("context", context), ("embedding", embedding)], [stack])
    return PreparedSequenceTransformer(tower: self, weights: weights.transposed([stack]))
  }
}

extension SequenceTransformer {
  /// Of each item, what is no padding, where it stood. The class token has position 0 and no id.
  func placed(_ batch: TowerBatch) -> [[PlacedToken]] {
    let context = batch.shape.first ?? 0
    let first = pooling == .classToken ? 1 : 0
    return (0..<batch.count).map { item in
      let ids = batch.tokens[item * context..<(item + 1) * context]
      let placed = ids.enumerated().filter { $0.element != 0 }.map {
        PlacedToken(id: Int($0.element), position: first + $0.offset)
      }
      return (first == 1 ? [PlacedToken(id: PlacedToken.classID, position: 0)] : []) + placed
    }
  }
}

private struct PreparedSequenceTransformer: PreparedTower {
  let tower: SequenceTransformer
  let weights: NetworkWeights

  func encode(_ batch: TowerBatch, budget: ThreadBudget) throws -> Matrix {
    try tower.check(batch)
    let sequences = tower.placed(batch)
    return try weights.withSlice { base in
      let tensors = TensorPointers(
        layout: weights.layout, base: base, epsilon: tower.stack.epsilon, isTransposed: true)
      let weights = SequenceWeights(tensors, tower)
      return try encodeBlocks(
        rows: sequences.map { max(1, $0.count) }, columns: tower.embedding, budget: budget
      ) { items, out in try weights.encode(sequences[items], into: out) }
    }
  }
}

private struct SequenceWeights: Sendable {
  let table: TokenTable
  let stack: TransformerShape
  let blocks: [BlockWeights]
  let norm: LayerNorm
  let projection: Linear
  let pooling: SequenceTransformer.Pooling

  init(_ tensors: TensorPointers, _ tower: SequenceTransformer) {
    let width = tower.stack.width
    table = TokenTable(
      tokens: tensors("token_embedding.weight"), positions: tensors("positional_embedding"), width: width,
      classToken: tower.pooling == .classToken ? tensors("class_embedding") : nil)
    stack = tower.stack
    blocks = tensors.blocks(stack)
    norm = tensors.norm("ln_final", width)
    projection = tensors.projection("proj", width, tower.embedding)
    pooling = tower.pooling
  }

  func encode(_ sequences: ArraySlice<[PlacedToken]>, into out: FloatSlice) throws {
    let packing = Packing(lengths: sequences.map(\.count))
    let pass = TransformerPass(stack, packing, reading: pooling == .mean ? .all : .first)
    table.embed(sequences.flatMap { $0 }, into: pass.x)
    try pass.run(blocks) { features in
      norm.apply(features, rows: pooling == .mean ? packing.rows : packing.items.count, into: features)
      guard pooling == .mean else {
        return try projection.applyAlone(features, rows: packing.items.count, into: out)
      }
      try withMeans(features, packing, width: stack.width) {
        try projection.applyAlone($0, rows: packing.items.count, into: out)
      }
    }
  }
}

/// Hands on `(items, width)`: row i is the mean over the rows of item i, 0 where it has none. Sums in
/// float32, in the rows' order. Items may be more than rows, so the means have a place of their own.
func withMeans(
  _ rows: FloatSlice, _ packing: Packing, width: Int, _ body: (FloatSlice) throws -> Void
) throws {
  let arena = Arena<Float>([packing.items.count * width])
  let means = FloatRows(arena.take(packing.items.count * width), width: width)
  let rows = FloatRows(rows, width: width)
  for (index, item) in packing.items.enumerated() {
    for row in item.rows { add(rows[row], to: means[index]) }
    let sum = means[index]
    let scale = 1 / Float(max(1, item.rows.count))
    for column in 0..<width { sum[column] *= scale }
  }
  try body(means.slice)
  try arena.verify()
}
