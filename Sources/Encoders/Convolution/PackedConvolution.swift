import Execution

/// A convolution with a bias, its weights laid out for the kernel that suits its shape: Winograd's tiles
/// for 3 × 3 at stride 1, a product with the columns of the input for everything else.
package struct PackedConvolution: Sendable {
  package enum Method: Sendable, Equatable { case winograd, columns }

  package let shape: ConvolutionShape
  package let method: Method
  /// Channels of a pixel as they are held, of the input and of the output.
  let inputs: Int
  let outputs: Int
  /// `(36, inputs, outputs)`, or `(kernel · kernel · inputs, outputs)`.
  let weights: [Float]
  let bias: [Float]

  /// - Parameters:
  ///   - inputs: as the input holds them; by default in whole vectors.
  ///   - method: chosen by the shape where it is nil.
  package init(
    _ folded: FoldedConvolution, inputs: Int? = nil, method: Method? = nil, budget: ThreadBudget
  ) throws {
    shape = folded.shape
    let fits = shape.kernel == 3 && shape.stride == 1 && shape.padding == 1
    self.method = fits ? method ?? .winograd : .columns
    self.inputs = inputs ?? PlaneShape.lanes(shape.inputs)
    outputs = PlaneShape.lanes(shape.outputs)
    bias = folded.bias + [Float](repeating: 0, count: outputs - shape.outputs)
    let size = (self.method == .winograd ? Winograd.points : shape.kernel * shape.kernel)
    var packed = [Float](repeating: 0, count: size * self.inputs * outputs)
    try Self.pack(folded, self.method, self.inputs, outputs, into: &packed, budget)
    weights = packed
  }

  /// By input channel, so that blocks write to rows of their own.
  private static func pack(
    _ folded: FoldedConvolution, _ method: Method, _ inputs: Int, _ outputs: Int, into packed: inout [Float],
    _ budget: ThreadBudget
  ) throws {
    let (shape, matrix) = (folded.shape, inputs * outputs)
    let area = shape.kernel * shape.kernel
    try packed.withSlice { packed in
      try budget.forEachBlock(shape.inputs) { input in
        folded.weights.withReadSlice { weights in
          for output in 0..<shape.outputs {
            let first = (output * shape.inputs + input) * area
            let (kernel, target) = (weights[first..<first + area], packed.from(input * outputs + output))
            switch method {
            case .winograd: Winograd.transform(kernel: kernel, into: target, stride: matrix)
            case .columns:
              let target = target[0..<extent(rows: area, columns: 1, stride: matrix)]
              for index in 0..<area { target[index * matrix] = kernel[index] }
            }
          }
        }
      }
    }
  }

  /// What the output looks like, with a border or bare.
  package func output(of input: PlaneShape, bordered: Bool = true) -> PlaneShape {
    let (height, width) = (shape.output(input.height), shape.output(input.width))
    return bordered
      ? PlaneShape(bordered: height, width, channels: outputs)
      : PlaneShape(bare: height, width, channels: outputs)
  }

  /// Floats that `apply` needs to work in.
  package func scratch(output: PlaneShape, slots: Int) -> Int {
    switch method {
    case .winograd: WinogradConvolution(self, output, slots: slots).scratch
    case .columns: ColumnConvolution(self, output, slots: slots).scratch
    }
  }

  /// output ← max(0, weights ∗ input + bias + residual), the last two where they are asked for.
  package func apply(_ call: ConvolutionCall) {
    call.input.require(call.present)
    call.output.require(call.present)
    call.residual?.require(call.present)
    switch method {
    case .winograd: WinogradConvolution(self, call.output.shape, slots: call.slots).apply(call)
    case .columns: ColumnConvolution(self, call.output.shape, slots: call.slots).apply(call)
    }
  }
}

/// Where a convolution reads and writes, and what it does to its sums on the way out.
package struct ConvolutionCall {
  package let input: Planes
  package let output: Planes
  /// Added to the output; may be the output itself.
  package var residual: Planes?
  package var isRectified: Bool
  /// Images that are there, of as many as there is room for.
  package let present: Int
  package let slots: Int
  /// As much as `PackedConvolution.scratch` says.
  package let scratch: FloatSlice

  package init(
    _ input: Planes, _ output: Planes, residual: Planes? = nil, isRectified: Bool = true, present: Int,
    slots: Int, scratch: FloatSlice
  ) {
    self.input = input
    self.output = output
    self.residual = residual
    self.isRectified = isRectified
    self.present = present
    self.slots = slots
    self.scratch = scratch
  }

  /// Bias, residual and rectifier for 16 channels of one pixel.
  @inline(__always)
  func finish(
    _ sum: SIMD16<Float>, _ image: Int, _ y: Int, _ x: Int, _ channel: Int
  ) {
    var value = sum
    if let residual { value += residual.pixel(image, y, x).lanes(channel) }
    if isRectified { value.replace(with: 0, where: value .< 0) }
    output.pixel(image, y, x).set(value, channel)
  }
}
