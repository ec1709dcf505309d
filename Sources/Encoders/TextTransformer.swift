import Execution
import Kernels

/// CLIP's text transformer: causal, and read at the end of the text, which is the first of the greatest
/// ids. What comes after it is not computed, for nothing before can see it.
///
/// Texts that begin alike share the rows of their common beginning. Source: Radford et al. 2021,
/// clip/model.py.
package struct TextTransformer: Tower, Equatable {
  let vocabulary: Int
  let context: Int
  let stack: TransformerShape
  package let embedding: Int
  package let layout: ParameterLayout

  package init(
    vocabulary: Int, context: Int, width: Int, layers: Int, heads: Int, embedding: Int,
    _ variant: TransformerVariant = .init()
  ) {
    self.vocabulary = vocabulary
    self.context = context
    self.embedding = embedding
    stack = TransformerShape(name: "transformer", width: width, layers: layers, heads: heads, variant)
    layout = ParameterLayout(
      [
        TensorSpec("token_embedding.weight", [vocabulary, width], .normal(std: 0.02)),
        TensorSpec("positional_embedding", [context, width], .normal(std: 0.01)),
      ] + stack.tensors(.text) + TensorSpec.norm("ln_final", width) + [
        TensorSpec(
          "text_projection", [width, embedding], .normal(std: 1 / Double(max(1, width)).squareRoot()))
      ])
  }

  package var input: TowerInput { .tokens(context: context, vocabulary: vocabulary) }

  package func prepare(_ weights: NetworkWeights, budget: ThreadBudget) throws -> any PreparedTower {
    try checkSizes([("vocabulary", vocabulary), ("context", context), ("embedding", embedding)], [stack])
    return PreparedTextTransformer(tower: self, weights: weights.transposed([stack]))
  }
}

private struct PreparedTextTransformer: PreparedTower {
  let tower: TextTransformer
  let weights: NetworkWeights

  func encode(_ batch: TowerBatch, budget: ThreadBudget) throws -> Matrix {
    try tower.check(batch)
    let (stack, embedding) = (tower.stack, tower.embedding)
    let texts = SharedTexts(batch)
    let sorted = try weights.withSlice { base in
      let tensors = TensorPointers(
        layout: weights.layout, base: base, epsilon: stack.epsilon, isTransposed: true)
      let tower = TextWeights(tensors, stack, embedding)
      return try encodeBlocks(
        rows: texts.rows, columns: embedding, budget: budget
      ) { items, out in
        let (packing, tokens) = texts.packing(items)
        let pass = TransformerPass(stack, packing, reading: .last, isCausal: true)
        tower.table.embed(tokens, into: pass.x)
        try pass.run(tower.blocks) { features in
          tower.norm.apply(features, rows: items.count, into: features)
          try tower.projection.applyAlone(features, rows: items.count, into: out)
        }
      }
    }
    return texts.inOrder(sorted)
  }
}

private struct TextWeights: Sendable {
  let table: TokenTable
  let blocks: [BlockWeights]
  let norm: LayerNorm
  let projection: Linear

  init(_ tensors: TensorPointers, _ stack: TransformerShape, _ embedding: Int) {
    table = TokenTable(
      tokens: tensors("token_embedding.weight"), positions: tensors("positional_embedding"),
      width: stack.width)
    blocks = tensors.blocks(stack)
    norm = tensors.norm("ln_final", stack.width)
    projection = tensors.projection("text_projection", stack.width, embedding)
  }
}
