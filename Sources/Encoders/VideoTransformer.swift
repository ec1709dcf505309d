import Execution
import Kernels

/// A vision transformer on each frame, then a bidirectional transformer over the frames' class tokens,
/// whose mean is projected. Of VideoCLIP's kind; the vision transformer is CLIP's.
package struct VideoTransformer: Tower, Equatable {
  let frames: Int
  let encoder: PatchEncoder
  let temporal: TransformerShape
  package let embedding: Int
  package let layout: ParameterLayout

  package init(
    frames: Int, image: Int, patch: Int, width: Int, layers: Int, heads: Int, temporalLayers: Int,
    embedding: Int, _ variant: TransformerVariant = .init()
  ) {
    self.frames = frames
    self.embedding = embedding
    let stack = TransformerShape(
      name: "transformer", width: width, layers: layers, heads: heads, variant)
    encoder = PatchEncoder(image: image, patch: patch, stack: stack)
    temporal = TransformerShape(
      name: "temporal", width: width, layers: temporalLayers, heads: heads, variant)
    let own = InitialValues.normal(std: 1 / Double(max(1, width)).squareRoot())
    layout = ParameterLayout(
      encoder.tensors + [TensorSpec("temporal_positional_embedding", [frames, width], own)]
        + temporal.tensors(.vision) + [TensorSpec("proj", [width, embedding], own)])
  }

  package var input: TowerInput { .clips(frames: frames, side: encoder.image) }

  package func prepare(_ weights: NetworkWeights, budget: ThreadBudget) throws -> any PreparedTower {
    try checkSizes(
      encoder.sizes + [("frames", frames), ("embedding", embedding)], [encoder.stack, temporal])
    return PreparedVideoTransformer(tower: self, weights: weights.transposed([encoder.stack, temporal]))
  }
}

private struct PreparedVideoTransformer: PreparedTower {
  let tower: VideoTransformer
  let weights: NetworkWeights

  func encode(_ batch: TowerBatch, budget: ThreadBudget) throws -> Matrix {
    try tower.check(batch)
    let clipSize = tower.frames * tower.encoder.pictureSize
    return try weights.withSlice { base in
      let tensors = TensorPointers(
        layout: weights.layout, base: base, epsilon: tower.temporal.epsilon, isTransposed: true)
      let weights = VideoWeights(tensors, tower)
      return try encodeBlocks(
        rows: Array(repeating: tower.frames * tower.encoder.positions, count: batch.count),
        columns: tower.embedding, budget: budget
      ) { items, out in
        try batch.numbers.withSlice { clips in
          let clips = FloatRows(clips, width: clipSize)
          try weights.encode(clips[items], count: items.count, into: out)
        }
      }
    }
  }
}

private struct VideoWeights: Sendable {
  let tower: VideoTransformer
  let pictures: PatchWeights
  /// `(frames, width)`.
  let positions: FloatSlice
  let blocks: [BlockWeights]
  let projection: Linear

  init(_ tensors: TensorPointers, _ tower: VideoTransformer) {
    self.tower = tower
    pictures = PatchWeights(tensors, tower.encoder)
    positions = tensors("temporal_positional_embedding")
    blocks = tensors.blocks(tower.temporal)
    projection = tensors.projection("proj", tower.temporal.width, tower.embedding)
  }

  func encode(_ clips: FloatSlice, count: Int, into out: FloatSlice) throws {
    let (frames, width) = (tower.frames, tower.temporal.width)
    let packing = Packing(lengths: Array(repeating: frames, count: count))
    let pass = TransformerPass(tower.temporal, packing, reading: .all)
    try tower.encoder.withFeatures(clips, count: count * frames, pictures) { pass.x.update(from: $0) }
    for item in 0..<count { add(positions, to: pass.x.from(item * frames * width)) }
    try pass.run(blocks) { features in
      try withMeans(features, packing, width: width) {
        try projection.applyAlone($0, rows: count, into: out)
      }
    }
  }
}
