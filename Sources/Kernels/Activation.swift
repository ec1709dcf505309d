import Execution

/// The nonlinearities of the layers, by the names a config uses.
public enum Activation: String, CaseIterable, Sendable, Codable {
  /// x
  case linear
  /// max(0, x)
  case relu
  /// x, or 0.01·x below zero
  case leakyRelu = "leaky-relu"
  /// 1 / (1 + e⁻ˣ)
  case sigmoid
  case tanh
  /// ½·x·(1 + erf(x/√2)), to 1e-6
  case gelu
  /// x·sigmoid(1.702·x), as in CLIP
  case quickGelu = "quick-gelu"
  /// x, or eˣ − 1 below zero
  case elu
  /// The maximum of two affine maps with separate weights and biases. Source: Goodfellow et al. 2013.
  case maxout

  /// How many affine maps a layer needs.
  package var pieces: Int { self == .maxout ? 2 : 1 }

  /// Applies the function in place. Maxout joins two pieces instead (`joinMaximum`).
  package func apply(to values: FloatSlice) {
    switch self {
    case .linear, .maxout: return
    case .relu: map(values) { $0 < 0 ? 0 : $0 }
    case .leakyRelu: map(values) { $0 < 0 ? $0 * 0.01 : $0 }
    case .sigmoid: map(values) { FastMath.sigmoid($0) }
    case .tanh: map(values) { FastMath.tanh($0) }
    case .gelu: map(values) { $0 * 0.5 * (1 + FastMath.erf($0 * 0.707_106_78)) }
    case .quickGelu: map(values) { $0 * FastMath.sigmoid($0 * 1.702) }
    case .elu: map(values) { Self.elu($0) }
    }
  }

  @inline(__always)
  private static func elu(_ x: Float) -> Float {
    let low = FastMath.exp(x) - 1
    return x < 0 ? low : x
  }

  /// a ← max(a, b), for as many numbers as `b` has; NaN in `a` stays.
  package static func joinMaximum(_ a: FloatSlice, with b: FloatSlice) {
    let a = a[b.indices]
    for index in b.indices where b[index] > a[index] { a[index] = b[index] }
  }
}

/// values ← body(values), one by one; a loop of its own for each body.
@inline(__always)
func map(_ values: FloatSlice, _ body: (Float) -> Float) {
  for index in values.indices { values[index] = body(values[index]) }
}
