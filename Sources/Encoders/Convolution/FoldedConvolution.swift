/// A convolution with the batch norm behind it, as one convolution with a bias.
///
/// In evaluation, a batch norm is γ·(x − μ)/√(σ² + ε) + β, linear in x, so
///
///     w′ = w·γ/√(σ² + ε),   b′ = β − μ·γ/√(σ² + ε)
///
/// Source: Ioffe and Szegedy 2015, arXiv:1502.03167, Alg. 2.
package struct FoldedConvolution: Sendable {
  package let shape: ConvolutionShape
  /// (outputs, inputs, kernel, kernel)
  package let weights: [Float]
  package let bias: [Float]

  package init(_ shape: ConvolutionShape, weights: [Float], bias: [Float]) {
    self.shape = shape
    self.weights = weights
    self.bias = bias
  }

  /// Rounds once, from float64.
  package init(_ shape: ConvolutionShape, weights: ArraySlice<Float>, norm: BatchNorm) {
    let scales = norm.scales
    let each = shape.inputs * shape.kernel * shape.kernel
    var scaled = Array(weights)
    for (output, scale) in scales.enumerated() {
      for index in output * each..<(output + 1) * each {
        scaled[index] = Float(Double(scaled[index]) * scale)
      }
    }
    self.init(
      shape, weights: scaled,
      bias: scales.enumerated().map { Float(Double(norm.bias[$0]) - Double(norm.mean[$0]) * $1) })
  }
}

/// A batch norm's four tensors, one value a channel.
package struct BatchNorm: Sendable {
  /// PyTorch's default ε.
  package static let usualEpsilon = 1e-5

  package let weight: [Float]
  package let bias: [Float]
  package let mean: [Float]
  package let variance: [Float]
  package let epsilon: Double

  package init(
    weight: [Float], bias: [Float], mean: [Float], variance: [Float], epsilon: Double = usualEpsilon
  ) {
    self.weight = weight
    self.bias = bias
    self.mean = mean
    self.variance = variance
    self.epsilon = epsilon
  }

  /// γ/√(σ² + ε)
  package var scales: [Double] {
    zip(weight, variance).map { Double($0) / (Double($1) + epsilon).squareRoot() }
  }
}
