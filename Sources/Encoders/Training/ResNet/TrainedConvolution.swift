import Kernels

/// A convolution without a bias in training, over pictures of one size.
///
///     y = w ∗ x      dw = Σ over pictures and pixels of dy · windows of x      dx = wᵀ ∗ dy
///
/// Cuts depend on the batch alone, and sums over blocks are added in the blocks' order.
protocol TrainedConvolution: Sendable {
  /// Float32 that a block works in, and that all blocks share, of a batch as large as the memory.
  var scratchCount: Int { get }
  var sharedCount: Int { get }
  /// Pieces of the weights, which `pack` lays out for a step's products.
  var pieces: Int { get }

  /// - Parameter weights: `(outputs, inputs, kernel, kernel)`, which must stay until the step ends.
  func pack(_ piece: Int, _ weights: UnsafePointer<Float>)

  func forward(_ pass: ConvolutionPass) throws

  /// - Parameters:
  ///   - pass: with dy for y.
  ///   - gradients: gets dw, `(outputs, inputs, kernel, kernel)`.
  ///   - change: gets dx; nil where nobody asks for it.
  ///   - adding: dx is added to what is there.
  func backward(
    _ pass: ConvolutionPass, into gradients: UnsafeMutablePointer<Float>, change: PixelRows?, adding: Bool
  ) throws
}

/// The pictures that a convolution is applied to, and what it may use.
struct ConvolutionPass: @unchecked Sendable {
  /// Pictures.
  let count: Int
  let x: PixelRows
  let y: PixelRows
  /// `(outputs, inputs, kernel, kernel)`.
  let weights: UnsafePointer<Float>
  let room: TrainingRoom
  let budget: ThreadBudget
}
