import Execution
import Kernels

/// A convolution without a bias in training, over images of one size, as products with the columns of its
/// input, which are gathered again in the backward pass.
///
///     Y (pixels, outputs) = C·Wᵀ      dW = dYᵀ·C      dX = scatter(dY·W)
///
/// C (pixels, kernel · kernel · inputs) has the window of each output pixel, zeros beyond the edge; W lies
/// (outputs, kernel, kernel, inputs). Cuts depend on the batch alone, and sums over blocks are added in the
/// blocks' order. Source: Chellapilla et al. 2006, "High Performance Convolutional Neural
/// Networks for Document Processing".
struct ColumnTraining: Sendable {
  let shape: ConvolutionShape
  let input: PixelRows.Extent
  let output: PixelRows.Extent
  private let packed: FloatRows
  /// Numbers of a window.
  let length: Int
  /// Output pixels of a product: what it gathers stays in a core's cache.
  let step: Int

  /// - Parameter memory: keeps the weights as a step's products want them.
  init(
    _ shape: ConvolutionShape, _ input: PixelRows.Extent, _ memory: TrainingMemory, _ room: TrainingRoom
  ) {
    self.shape = shape
    self.input = input
    output = input.output(of: shape)
    length = shape.kernel * shape.kernel * shape.inputs
    step = max(128, min(512, 262_144 / length))
    packed = memory.rows(shape.kernel == 1 ? 0 : shape.outputs, width: length)
    room.reserve(scratch: step * length, shared: gradientCut.groups * shape.weightCount)
  }

  /// Whether C is X as it lies.
  private var isPlain: Bool { shape.kernel == 1 && shape.stride == 1 }

  // MARK: - Weights

  private static let outputsOfPiece = 32

  /// Pieces of the weights, which `pack` lays out for a step's products.
  var pieces: Int { shape.kernel == 1 ? 0 : blockCount(shape.outputs, size: Self.outputsOfPiece) }

  /// - Parameter weights: `(outputs, inputs, kernel, kernel)`, which must stay until the step ends.
  func pack(_ piece: Int, _ weights: FloatSlice) {
    let area = shape.kernel * shape.kernel
    let weights = FloatRows(weights, width: length)
    for output in blockRange(piece, size: Self.outputsOfPiece, count: shape.outputs) {
      let from = weights[output]
      let to = packed[output]
      for tap in 0..<area {
        for input in 0..<shape.inputs { to[tap * shape.inputs + input] = from[input * area + tap] }
      }
    }
  }

  private func matrix(_ pass: ConvolutionPass) -> FloatRows {
    shape.kernel == 1 ? FloatRows(pass.weights, width: length) : packed
  }

  // MARK: - Forward

  func forward(_ pass: ConvolutionPass) throws {
    let (rows, matrix) = (pass.count * output.area, matrix(pass))
    try pass.budget.forEachBlock(blockCount(rows, size: step)) { block in
      let pixels = blockRange(block, size: step, count: rows)
      try pass.room.lend { scratch in
        let columns = columns(pass.x, pixels, 0..<shape.kernel, scratch)
        BLAS.multiply(
          ProductShape(rows: pixels.count, columns: shape.outputs, inner: length),
          Operand(columns.slice, stride: length), Operand(matrix.slice, stride: length, transposed: true),
          into: pass.y[pixels], stride: shape.outputs)
      }
    }
  }

  /// C of some pixels and some of the kernel's lines.
  func columns(
    _ x: PixelRows, _ pixels: Range<Int>, _ lines: Range<Int>, _ scratch: FloatSlice
  ) -> FloatRows {
    if isPlain { return FloatRows(x[pixels], width: length) }
    gather(x, pixels, lines, into: scratch)
    return FloatRows(scratch, width: lines.count * shape.kernel * shape.inputs)
  }

  // MARK: - Backward

  /// - Parameters:
  ///   - gradients: gets dW, `(outputs, inputs, kernel, kernel)`.
  ///   - change: gets dX; nil where nobody asks for it.
  ///   - adding: dX is added to what is there.
  func backward(
    _ pass: ConvolutionPass, into gradients: FloatSlice, change: PixelRows?, adding: Bool
  ) throws {
    let (cut, rows) = (gradientCut, pass.count * output.area)
    let groups = min(cut.groups, blockCount(rows, size: step))
    let sums = groups * cut.slices
    // The images whose dx is one block's.
    let images = max(1, step / max(1, output.area))
    let blocks = change == nil ? 0 : blockCount(pass.count, size: images)
    try pass.budget.forEachBlock(sums + blocks) { task in
      try pass.room.lend { scratch in
        if task < sums {
          try sum(pass, group: task / cut.slices, of: groups, slice: task % cut.slices, scratch)
        } else if let change {
          let block = blockRange(task - sums, size: images, count: pass.count)
          try turn(pass, block, into: change, adding: adding, scratch)
        }
      }
    }
    try unpack(pass, groups, into: gradients)
  }

  /// dx of some images.
  private func turn(
    _ pass: ConvolutionPass, _ images: Range<Int>, into change: PixelRows, adding: Bool,
    _ scratch: FloatSlice
  ) throws {
    if !adding, !isPlain { change.clear(images) }
    let (matrix, end) = (matrix(pass), images.upperBound * output.area)
    for first in stride(from: images.lowerBound * output.area, to: end, by: step) {
      try pass.budget.cancellation.check()
      let pixels = first..<min(end, first + step)
      BLAS.multiply(
        ProductShape(rows: pixels.count, columns: length, inner: shape.outputs),
        Operand(pass.y[pixels], stride: shape.outputs), Operand(matrix.slice, stride: length),
        into: isPlain ? change[pixels] : scratch, stride: length, beta: isPlain && adding ? 1 : 0)
      if !isPlain { scatter(scratch, pixels, into: change) }
    }
  }

  // MARK: - dW

  /// How dW's sum is cut: into lines of the kernel, where it is large, and into groups of pixels.
  private var gradientCut: (slices: Int, groups: Int) {
    let slices = shape.weightCount < 131_072 ? 1 : shape.kernel
    return (slices, max(1, min(8, (1 << 20) / shape.weightCount)))
  }

  /// One slice of a group's dW, `(outputs, length)`, to its place in the room that is shared.
  private func sum(
    _ pass: ConvolutionPass, group: Int, of groups: Int, slice: Int, _ scratch: FloatSlice
  ) throws {
    let rows = pass.count * output.area
    let all = blockRange(group, size: (rows + groups - 1) / groups, count: rows)
    let lines = gradientCut.slices == 1 ? 0..<shape.kernel : slice..<slice + 1
    let width = lines.count * shape.kernel * shape.inputs
    let out = pass.room.shared[group * shape.weightCount..<(group + 1) * shape.weightCount]
      .from(lines.lowerBound * shape.kernel * shape.inputs)
    for first in stride(from: all.lowerBound, to: all.upperBound, by: step) {
      try pass.budget.cancellation.check()
      let pixels = first..<min(all.upperBound, first + step)
      let columns = columns(pass.x, pixels, lines, scratch)
      BLAS.multiply(
        ProductShape(rows: shape.outputs, columns: width, inner: pixels.count),
        Operand(pass.y[pixels], stride: shape.outputs, transposed: true),
        Operand(columns.slice, stride: columns.width), into: out, stride: length,
        beta: first == all.lowerBound ? 0 : 1)
    }
  }

  /// The groups' sums in their order, as `(outputs, inputs, kernel, kernel)`.
  private func unpack(_ pass: ConvolutionPass, _ groups: Int, into gradients: FloatSlice) throws {
    let (size, area) = (Self.outputsOfPiece, shape.kernel * shape.kernel)
    let gradients = FloatRows(gradients, width: length)
    let sums = FloatRows(pass.room.shared[0..<groups * shape.weightCount], width: length)
    try pass.budget.forEachBlock(blockCount(shape.outputs, size: size)) { piece in
      for output in blockRange(piece, size: size, count: shape.outputs) {
        for group in 1..<groups { add(sums[group * shape.outputs + output], to: sums[output]) }
        let from = sums[output]
        let to = gradients[output]
        for input in 0..<shape.inputs {
          for tap in 0..<area { to[input * area + tap] = from[tap * shape.inputs + input] }
        }
      }
    }
  }
}
