import Encoders
import Kernels

typealias Rows = [[Double]]

/// Transformers in Double, by the formulas and nothing else: full masks, no packing, every position.
struct TransformerTwin {
  let weights: NetworkWeights
  let heads: Int

  func vector(_ name: String) -> [Double] { weights[name].map(Double.init) }

  func matrix(_ name: String, columns: Int) -> Rows {
    let values = vector(name)
    return stride(from: 0, to: values.count, by: columns).map { Array(values[$0..<$0 + columns]) }
  }

  static func norm(_ x: [Double], _ weight: [Double], _ bias: [Double]) -> [Double] {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    return x.indices.map { (x[$0] - mean) / (variance + 1e-5).squareRoot() * weight[$0] + bias[$0] }
  }

  func norm(_ x: Rows, _ name: String) -> Rows {
    x.map { Self.norm($0, vector("\(name).weight"), vector("\(name).bias")) }
  }

  /// x·Wᵀ + b.
  func linear(_ x: Rows, _ weight: String, _ bias: String?) -> Rows {
    guard let columns = x.first?.count else { return [] }
    let (bias, matrix) = (bias.map(vector), matrix(weight, columns: columns))
    return x.map { row in matrix.enumerated().map { dot(row, $1) + (bias?[$0] ?? 0) } }
  }

  /// x·P.
  func project(_ x: [Double], _ name: String, _ embedding: Int) -> [Double] {
    let matrix = matrix(name, columns: embedding)
    return (0..<embedding).map { column in x.indices.reduce(0) { $0 + x[$1] * matrix[$1][column] } }
  }

  /// softmax(q·kᵀ/√d + mask)·v of one head.
  static func attend(_ q: Rows, _ k: Rows, _ v: Rows, sees: (Int, Int) -> Bool) -> Rows {
    q.indices.map { i in
      let scale = 1 / Double(q[i].count).squareRoot()
      let powers = k.indices.map { sees(i, $0) ? exponential(dot(q[i], k[$0]) * scale) : 0 }
      let sum = powers.reduce(0, +)
      return q[i].indices.map { column in k.indices.reduce(0) { $0 + powers[$1] / sum * v[$1][column] } }
    }
  }

  func attention(_ x: Rows, _ block: String, sees: (Int, Int) -> Bool) -> Rows {
    let width = x[0].count
    let joined = linear(x, "\(block).attn.in_proj_weight", "\(block).attn.in_proj_bias")
    let head = width / heads
    var out = Rows(repeating: [], count: x.count)
    for first in stride(from: 0, to: width, by: head) {
      let parts = (0..<3).map { part in
        joined.map { Array($0[part * width + first..<part * width + first + head]) }
      }
      for (row, values) in Self.attend(parts[0], parts[1], parts[2], sees: sees).enumerated() {
        out[row] += values
      }
    }
    return linear(out, "\(block).attn.out_proj.weight", "\(block).attn.out_proj.bias")
  }

  static func quickGelu(_ x: Double) -> Double { x / (1 + exponential(-1.702 * x)) }

  func mlp(_ x: Rows, _ block: String) -> Rows {
    let hidden = linear(x, "\(block).mlp.c_fc.weight", "\(block).mlp.c_fc.bias")
    return linear(
      hidden.map { $0.map(Self.quickGelu) }, "\(block).mlp.c_proj.weight", "\(block).mlp.c_proj.bias")
  }

  func run(_ x: Rows, _ stack: String, layers: Int, sees: (Int, Int) -> Bool) -> Rows {
    (0..<layers).reduce(x) { x, layer in
      let block = "\(stack).resblocks.\(layer)"
      let middle = sum(x, attention(norm(x, "\(block).ln_1"), block, sees: sees))
      return sum(middle, mlp(norm(middle, "\(block).ln_2"), block))
    }
  }

  func sum(_ a: Rows, _ b: Rows) -> Rows { zip(a, b).map { zip($0, $1).map(+) } }
}

// MARK: - Towers

extension TransformerTwin {
  /// ln_post of the class token.
  func vision(_ picture: [Float], image: Int, patch: Int, layers: Int) -> [Double] {
    let grid = image / patch
    var x = [vector("class_embedding")]
    for index in 0..<grid * grid {
      let (top, left) = (index / grid * patch, index % grid * patch)
      let pixels = (0..<3 * patch * patch).map { place in
        let (channel, row, column) = (place / (patch * patch), place / patch % patch, place % patch)
        return Double(picture[(channel * image + top + row) * image + left + column])
      }
      x += linear([pixels], "conv1.weight", nil)
    }
    x = norm(sum(x, matrix("positional_embedding", columns: x[0].count)), "ln_pre")
    return norm(run(x, "transformer", layers: layers) { _, _ in true }, "ln_post")[0]
  }

  func text(_ tokens: [Int32], width: Int, layers: Int) -> [Double] {
    let x = embed(tokens.map(Int.init), from: 0, width)
    let end = tokens.indices.reduce(0) { tokens[$1] > tokens[$0] ? $1 : $0 }
    return norm(run(x, "transformer", layers: layers) { $1 <= $0 }, "ln_final")[end]
  }

  /// Masked, not packed: padding has rows, and nobody sees them.
  func sequence(_ tokens: [Int32], width: Int, layers: Int, hasClass: Bool) -> [Double] {
    var x = embed(tokens.map(Int.init), from: hasClass ? 1 : 0, width)
    var isSeen = tokens.map { $0 != 0 }
    if hasClass {
      x.insert(
        sum([vector("class_embedding")], [matrix("positional_embedding", columns: width)[0]])[0], at: 0)
      isSeen.insert(true, at: 0)
    }
    guard isSeen.contains(true) else { return [Double](repeating: 0, count: width) }
    let y = norm(run(x, "transformer", layers: layers) { isSeen[$1] }, "ln_final")
    return hasClass ? y[0] : mean(y.indices.filter { isSeen[$0] }.map { y[$0] })
  }

  func video(_ clip: [Float], frames: Int, image: Int, patch: Int, layers: Int, temporal: Int) -> [Double] {
    let size = 3 * image * image
    let x = (0..<frames).map {
      vision(Array(clip[$0 * size..<($0 + 1) * size]), image: image, patch: patch, layers: layers)
    }
    let placed = sum(x, matrix("temporal_positional_embedding", columns: x[0].count))
    return mean(run(placed, "temporal", layers: temporal) { _, _ in true })
  }

  private func embed(_ ids: [Int], from first: Int, _ width: Int) -> Rows {
    let (table, places) = (
      matrix("token_embedding.weight", columns: width), matrix("positional_embedding", columns: width)
    )
    return ids.enumerated().map { sum([table[$1]], [places[first + $0]])[0] }
  }

  private func mean(_ x: Rows) -> [Double] {
    x[0].indices.map { column in x.reduce(0) { $0 + $1[column] } / Double(x.count) }
  }
}
