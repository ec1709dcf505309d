/// The nonlinearity inside a transformer's MLPs, by the names a config uses, with its backward; beside
/// `FastMath`, so that the loops become vector code.
package enum MLPActivation: String, CaseIterable, Sendable, Codable {
  /// x·σ(1.702·x): OpenAI's CLIP.
  case quickGelu = "quick-gelu"
  /// x·Φ(x) = ½·x·(1 + erf(x/√2)), PyTorch's `nn.GELU()`. Source: Hendrycks and Gimpel 2016.
  case gelu
  /// ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))), PyTorch's `nn.GELU("tanh")`. Source: the same.
  case geluTanh = "gelu-tanh"

  /// x ← g(x).
  package func apply(to x: UnsafeMutablePointer<Float>, count: Int) {
    // Two pointers to one place would keep the compiler from vector code.
    switch self {
    case .quickGelu: Activation.quickGelu.apply(to: x, count: count)
    case .gelu: map(x, count) { Gelu.value($0) }
    case .geluTanh: map(x, count) { GeluTanh.value($0) }
    }
  }

  /// out ← g(x); `out` is apart from `x`.
  package func apply(_ x: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, count: Int) {
    switch self {
    case .quickGelu: QuickGelu.apply(x, into: out, count: count)
    case .gelu: Gelu.apply(x, into: out, count: count)
    case .geluTanh: GeluTanh.apply(x, into: out, count: count)
    }
  }

  /// x ← d·g′(x) and d ← g(x).
  ///
  /// One pass leaves both factors of the gradients of the maps before and after it.
  package func backward(
    _ x: UnsafeMutablePointer<Float>, gradient d: UnsafeMutablePointer<Float>, count: Int
  ) {
    switch self {
    case .quickGelu: QuickGelu.backward(x, gradient: d, count: count)
    case .gelu: Gelu.backward(x, gradient: d, count: count)
    case .geluTanh: GeluTanh.backward(x, gradient: d, count: count)
    }
  }
}
