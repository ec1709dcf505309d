import Execution
import Kernels

/// CLIP's vision transformer: the class token after the blocks, normed and projected.
///
/// Sources: Dosovitskiy et al. 2021; Radford et al. 2021, clip/model.py.
package struct VisionTransformer: Tower, Equatable {
  let encoder: PatchEncoder
  package let embedding: Int
  package let layout: ParameterLayout

  package init(
    image: Int, patch: Int, width: Int, layers: Int, heads: Int, embedding: Int,
    _ variant: TransformerVariant = .init()
  ) {
    let stack = TransformerShape(
      name: "transformer", width: width, layers: layers, heads: heads, variant)
    encoder = PatchEncoder(image: image, patch: patch, stack: stack)
    self.embedding = embedding
    let projection = InitialValues.normal(std: 1 / Double(max(1, width)).squareRoot())
    layout = ParameterLayout(encoder.tensors + [TensorSpec("proj", [width, embedding], projection)])
  }

  package var input: TowerInput { .images(side: encoder.image) }

  package func prepare(_ weights: NetworkWeights, budget: ThreadBudget) throws -> any PreparedTower {
    try checkSizes(encoder.sizes + [("embedding", embedding)], [encoder.stack])
    return PreparedVisionTransformer(tower: self, weights: weights.transposed([encoder.stack]))
  }
}

private struct PreparedVisionTransformer: PreparedTower {
  let tower: VisionTransformer
  let weights: NetworkWeights

  func encode(_ batch: TowerBatch, budget: ThreadBudget) throws -> Matrix {
    try tower.check(batch)
    let (encoder, embedding) = (tower.encoder, tower.embedding)
    return try weights.withSlice { base in
      let tensors = TensorPointers(
        layout: weights.layout, base: base, epsilon: encoder.stack.epsilon, isTransposed: true)
      let patchWeights = PatchWeights(tensors, encoder)
      let projection = tensors.projection("proj", encoder.stack.width, embedding)
      return try encodeBlocks(
        rows: Array(repeating: encoder.positions, count: batch.count), columns: embedding, budget: budget
      ) { items, out in
        try batch.numbers.withSlice { pictures in
          let pictures = FloatRows(pictures, width: encoder.pictureSize)
          try encoder.withFeatures(pictures[items], count: items.count, patchWeights) {
            try projection.applyAlone($0, rows: items.count, into: out)
          }
        }
      }
    }
  }
}
