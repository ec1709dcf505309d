import Kernels

/// What a vision transformer makes of pictures up to the class token: patches, a class token, positions,
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

  /// ln_post of each picture's class token, `(count, width)`, handed to `body` with room for
  /// `RowProducts.leastRows` of a map to as many outputs as `outputs`.
  func withFeatures(
    _ pictures: UnsafePointer<Float>, count: Int, _ weights: PatchWeights,
    _ body: (UnsafeMutablePointer<Float>) -> Void
  ) {
    let pass = TransformerPass(
      stack, Packing(lengths: Array(repeating: positions, count: count)), reading: .first)
    embed(pictures, count, weights, into: pass.x)
    let features = pass.run(weights.blocks)
    weights.normAfter.apply(features, rows: count, into: features)
    body(features)
  }

  /// x ← ln_pre(class token, patches·conv1ᵀ; + positions): `(count·positions, width)`.
  private func embed(
    _ pictures: UnsafePointer<Float>, _ count: Int, _ weights: PatchWeights,
    into x: UnsafeMutablePointer<Float>
  ) {
    let width = stack.width
    let rows = max(count * patches, RowProducts.leastRows(outputs: width, inputs: patchSize))
    let arena = Arena([rows * patchSize, rows * width])
    let (cut, mapped) = (arena.take(rows * patchSize), arena.take(rows * width))
    for item in 0..<count {
      cutPatches(pictures + item * pictureSize, into: cut + item * patches * patchSize)
    }
    weights.patches.apply(cut, RowGroups(Array(repeating: patches, count: count)), into: mapped)
    for item in 0..<count {
      let first = x + item * positions * width
      first.update(from: weights.classToken, count: width)
      (first + width).update(from: mapped + item * patches * width, count: patches * width)
      add(weights.positions, to: first, positions * width)
    }
    weights.normBefore.apply(x, rows: count * positions, into: x)
  }

  /// `(3, image, image)` to `(patches, 3·patch·patch)`, as the convolution's weights lie.
  func cutPatches(_ picture: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>) {
    var place = out
    for top in 0..<grid {
      for left in 0..<grid {
        for line in 0..<3 * patch {
          let (channel, row) = (line / patch, top * patch + line % patch)
          place.update(from: picture + (channel * image + row) * image + left * patch, count: patch)
          place += patch
        }
      }
    }
  }
}

/// Pointers to the tensors of a `PatchEncoder`.
struct PatchWeights: @unchecked Sendable {
  let patches: Linear
  let classToken: UnsafePointer<Float>
  let positions: UnsafePointer<Float>
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
