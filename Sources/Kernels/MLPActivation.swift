import Execution

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
  package func apply(to x: FloatSlice) {
    // Two slices of one place would keep the compiler from vector code.
    switch self {
    case .quickGelu: Activation.quickGelu.apply(to: x)
    case .gelu: map(x) { Gelu.value($0) }
    case .geluTanh: map(x) { GeluTanh.value($0) }
    }
  }

  /// out ← g(x), for as many numbers as `x` has; `out` is apart from `x`.
  package func apply(_ x: FloatSlice, into out: FloatSlice) {
    switch self {
    case .quickGelu: QuickGelu.apply(x, into: out)
    case .gelu: Gelu.apply(x, into: out)
    case .geluTanh: GeluTanh.apply(x, into: out)
    }
  }

  /// x ← d·g′(x) and d ← g(x), for as many numbers as `x` has.
  ///
  /// One pass leaves both factors of the gradients of the maps before and after it.
  package func backward(_ x: FloatSlice, gradient d: FloatSlice) {
    switch self {
    case .quickGelu: QuickGelu.backward(x, gradient: d)
    case .gelu: Gelu.backward(x, gradient: d)
    case .geluTanh: GeluTanh.backward(x, gradient: d)
    }
  }
}
