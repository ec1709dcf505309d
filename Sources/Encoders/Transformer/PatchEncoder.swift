import Execution
import Kernels

/// What a vision transformer makes of images up to the class token: patches, a class token, positions,
/// a layer norm and the blocks. Source: Dosovitskiy et al. 2021, Sec. 3.1; Radford et al. 2021.
struct PatchEncoder: Sendable, Equatable {
  let image: Int
  let patch: Int
  let stack: TransformerShape

  /// Patches a side; what does not fill a patch is left out, as a convolution with such strides does.
  private var grid: Int { image / max(1, patch) }
  private var patches: Int { grid * grid }
  var patchSize: Int { 3 * patch * patch }
  /// With the class token.
  var positions: Int { patches + 1 }
  var pictureSize: Int { 3 * image * image }

  var sizes: [(name: String, value: Int)] {
    [("patch", patch), ("image", image), ("the number of patches a side", grid)]
  }

  var tensors: [TensorSpec] {
    let width = stack.width
    let own = InitialValues.normal(std: 1 / Double(max(1, width)).squareRoot())
    return [
      TensorSpec("class_embedding", [width], own),
      TensorSpec("positional_embedding", [positions, width], own),
      TensorSpec("conv1.weight", [width, 3, patch, patch], .defaultLinear(inputs: patchSize)),
    ] + TensorSpec.norm("ln_pre", width) + stack.tensors(.vision) + TensorSpec.norm("ln_post", width)
  }

  /// ln_post of each image's class token, `(count, width)`, handed to `body`.
  ///
  /// - Parameter pictures: `(count, 3, image, image)`.
  func withFeatures(
    _ pictures: FloatSlice, count: Int, _ weights: PatchWeights, _ body: (FloatSlice) throws -> Void
  ) throws {
    let pass = TransformerPass(
      stack, Packing(lengths: Array(repeating: positions, count: count)), reading: .first)
    try embed(FloatRows(pictures, width: pictureSize), count, weights, into: pass.x)
    try pass.run(weights.blocks) { features in
      weights.normAfter.apply(features, rows: count, into: features)
      try body(features)
    }
  }

  /// x ← ln_pre(class token, patches·conv1ᵀ; + positions): `(count·positions, width)`.
  private func embed(
    _ pictures: FloatRows, _ count: Int, _ weights: PatchWeights, into x: FloatSlice
  ) throws {
    let width = stack.width
    let rows = max(count * patches, RowProducts.leastRows(outputs: width, inputs: patchSize))
    let arena = Arena<Float>([rows * patchSize, rows * width])
    let cut = FloatRows(arena.take(rows * patchSize), width: patchSize)
    let mapped = FloatRows(arena.take(rows * width), width: width)
    for item in 0..<count { cutPatches(pictures[item], into: cut[item * patches..<(item + 1) * patches]) }
    weights.patches.apply(
      cut.slice, RowGroups(Array(repeating: patches, count: count)), into: mapped.slice)
    try arena.verify()
    let placed = FloatRows(x, width: width)
    for item in 0..<count {
      let rows = item * positions..<(item + 1) * positions
      placed[rows.lowerBound].update(from: weights.classToken)
      placed[rows.dropFirst()].update(from: mapped[item * patches..<(item + 1) * patches])
      add(weights.positions, to: placed[rows])
    }
    weights.normBefore.apply(x, rows: count * positions, into: x)
  }

  /// `(3, image, image)` to `(patches, 3·patch·patch)`, as the convolution's weights lie.
  func cutPatches(_ picture: FloatSlice, into out: FloatSlice) {
    var place = 0
    for top in 0..<grid {
      for left in 0..<grid {
        for line in 0..<3 * patch {
          let (channel, row) = (line / patch, top * patch + line % patch)
          let start = (channel * image + row) * image + left * patch
          out.from(place).update(from: picture[start..<start + patch])
          place += patch
        }
      }
    }
  }
}

/// The maps, norms and vectors of a `PatchEncoder`.
struct PatchWeights: Sendable {
  let patches: Linear
  /// `(width)`, and `(positions, width)`.
  let classToken: FloatSlice
  let positions: FloatSlice
  let normBefore: LayerNorm
  let blocks: [BlockWeights]
  let normAfter: LayerNorm

  init(_ tensors: TensorPointers, _ encoder: PatchEncoder) {
    let width = encoder.stack.width
    patches = Linear(
      weight: tensors("conv1.weight"), bias: nil, inputs: 3 * encoder.patch * encoder.patch, outputs: width)
    classToken = tensors("class_embedding")
    positions = tensors("positional_embedding")
    normBefore = tensors.norm("ln_pre", width)
    blocks = tensors.blocks(encoder.stack)
    normAfter = tensors.norm("ln_post", width)
  }
}
