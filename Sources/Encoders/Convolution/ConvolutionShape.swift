/// The geometry of a convolution with a square kernel and without a bias of its own.
///
///     y[o, i, j] = Σ_{c, u, v} w[o, c, u, v] · x[c, i·stride + u − padding, j·stride + v − padding]
///
/// x is zero outside of the image; w has the shape (outputs, inputs, kernel, kernel).
package struct ConvolutionShape: Sendable, Equatable {
  package let inputs: Int
  package let outputs: Int
  package let kernel: Int
  package let stride: Int
  package let padding: Int

  /// `padding` defaults to what keeps the size at stride 1.
  package init(_ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int? = nil) {
    self.inputs = inputs
    self.outputs = outputs
    self.kernel = kernel
    self.stride = stride
    self.padding = padding ?? kernel / 2
  }

  package var weightCount: Int { outputs * inputs * kernel * kernel }

  /// The side of the output over an input of this side.
  package func output(_ side: Int) -> Int { (side + 2 * padding - kernel) / stride + 1 }
}
