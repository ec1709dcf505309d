import Execution
import Kernels

/// Two vectors by what a layer of normal weights sees of them: v has the norm, u `ratio` times that.
struct VectorPair: Sendable {
  let norm: Double
  let ratio: Double
  let cosine: Double

  var normU: Double { ratio * norm }
  /// uᵀv
  var inner: Double { normU * norm * cosine }
}

/// What is added up over layers for one pair of vectors.
struct LayerTally: Sendable {
  struct Sums: Sendable {
    var sum = 0.0
    var squares = 0.0

    mutating func add(_ value: Double) {
      sum += value
      squares += value * value
    }

    static func += (a: inout Sums, b: Sums) {
      a.sum += b.sum
      a.squares += b.squares
    }
  }

  /// Layers after which the cosine similarity is greater than before.
  var raised = 0
  var cosine = 0.0
  /// (Wu + b)ᵀ(Wv + b), one number a layer.
  var affine = Sums()
  /// 2φ(Wu + b)ᵀφ(Wv + b), one number a layer.
  var rectified = Sums()
  /// 2φ(√width·(Wu + b)_k)²/(1 + ‖u‖²), one number an output.
  var t = Sums()

  static func += (a: inout LayerTally, b: LayerTally) {
    a.raised += b.raised
    a.cosine += b.cosine
    a.affine += b.affine
    a.rectified += b.rectified
    a.t += b.t
  }
}

/// Layers φ(W·+ b) of random weights and biases, N(0, 1/width), as two vectors see them.
///
/// With e₁, e₂ orthonormal, u = ‖u‖·e₁ and v = ‖v‖(c·e₁ + √(1 − c²)·e₂), a layer is √width times W·e₁, W·e₂ and b:
/// 3·width independent standard normal numbers. An output that is zero has no direction; its cosine counts as 0.
struct RandomLayers: Sendable {
  let width: Int
  let stream: RandomStream

  /// Numbers that a block draws, about.
  private static let blockNumbers = 98_304

  func tallies(of pairs: [VectorPair], trials: Int, _ budget: ThreadBudget) throws -> [LayerTally] {
    let size = max(1, Self.blockNumbers / (3 * width))
    let parts = try budget.map(blocks: blockCount(trials, size: size)) { block in
      tallies(of: pairs, trials: blockRange(block, size: size, count: trials))
    }
    return pairs.indices.map { index in
      parts.reduce(into: LayerTally()) { $0 += $1[index] }
    }
  }

  private func tallies(of pairs: [VectorPair], trials: Range<Int>) -> [LayerTally] {
    var tallies = [LayerTally](repeating: LayerTally(), count: pairs.count)
    withScratch(of: Float.self, count: 3 * width) { layer in
      for trial in trials {
        stream.gaussians(into: layer, offset: trial * 3 * width)
        for (index, pair) in pairs.enumerated() { add(layer, pair, to: &tallies[index]) }
      }
    }
    return tallies
  }

  private func add(_ layer: FloatSlice, _ pair: VectorPair, to tally: inout LayerTally) {
    let (alongU, across) = (pair.cosine, max(0, 1 - pair.cosine * pair.cosine).squareRoot())
    var (affine, product, squareU, squareV) = (0.0, 0.0, 0.0, 0.0)
    let scale = 2 / (1 + pair.normU * pair.normU)
    for k in 0..<width {
      let (first, bias) = (Double(layer[k]), Double(layer[2 * width + k]))
      let u = pair.normU * first + bias
      let v = pair.norm * (alongU * first + across * Double(layer[width + k])) + bias
      let (positiveU, positiveV) = (max(0, u), max(0, v))
      affine += u * v
      product += positiveU * positiveV
      squareU += positiveU * positiveU
      squareV += positiveV * positiveV
      tally.t.add(scale * positiveU * positiveU)
    }
    let cosine = product > 0 ? min(1, product / (squareU * squareV).squareRoot()) : 0
    if cosine > pair.cosine { tally.raised += 1 }
    tally.cosine += cosine
    tally.affine.add(affine / Double(width))
    tally.rectified.add(2 * product / Double(width))
  }
}
