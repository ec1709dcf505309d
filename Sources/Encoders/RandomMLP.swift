import Execution
import Kernels

/// A multilayer perceptron with random weights, which returns the outputs of all its layers.
///
///     h_0 ~ N(0, 1)^width,   h_l = φ(W_l·h_{l−1} + b_l),   W_l ~ N(0, weightStd²), b_l ~ N(0, biasStd²)
///
/// A maxout layer takes the greater of two such affine maps. With `normalization`, N stands inside or outside of φ:
/// h_l = φ(N(W_l·h_{l−1} + b_l)) or h_l = N(φ(W_l·h_{l−1} + b_l)). Source: Liang et al. 2022, Sec. 2.2.
public struct RandomMLP: Sendable {
  public let width: Int
  public let depth: Int
  public let activation: Activation
  public let weightStd: Double
  public let biasStd: Double
  public let normalization: Normalization?

  /// Both standard deviations default to width^−½.
  public init(
    width: Int = 512, depth: Int = 25, activation: Activation, weightStd: Double? = nil,
    biasStd: Double? = nil, normalization: Normalization? = nil
  ) {
    self.width = width
    self.depth = depth
    self.activation = activation
    self.weightStd = weightStd ?? 1 / Double(width).squareRoot()
    self.biasStd = biasStd ?? 1 / Double(width).squareRoot()
    self.normalization = normalization
  }

  /// The name of the stream of the inputs.
  package static let inputStream = "inputs"

  /// A whole number of all periods in which OpenBLAS's kernels round rows alike (`BLAS.rowPeriod`).
  private static let leastBlock = 240

  /// Rows that one block carries through a layer: beyond the shortcut for small products.
  private var blockRows: Int {
    let least = BLAS.leastRows(columns: width, inner: width)
    return max(1, blockCount(least, size: Self.leastBlock)) * Self.leastBlock
  }

  /// The outputs of layers 0…depth for `count` random inputs, each `(count, width)`.
  ///
  /// Weights come from the streams that `stream` gives for `inputs` (`inputStream`), `weights/<layer>/<piece>` and
  /// `biases/<layer>/<piece>`.
  package func layers(
    count: Int, budget: ThreadBudget, stream: (String) -> RandomStream, progress: (Double) -> Void = { _ in }
  ) throws -> [Matrix] {
    let inputs = try stream(Self.inputStream).gaussianMatrix(rows: count, columns: width, budget: budget)
    return try layers(of: inputs, budget: budget, stream: stream, progress: progress)
  }

  /// The outputs of layers 0…depth for these inputs, `(count, width)`, which are layer 0.
  package func layers(
    of inputs: Matrix, budget: ThreadBudget, stream: (String) -> RandomStream,
    progress: (Double) -> Void = { _ in }
  ) throws -> [Matrix] {
    var outputs = [inputs]
    for layer in stride(from: 1, through: depth, by: 1) {
      let pieces = try (0..<activation.pieces).map { piece in
        try drawPiece("\(layer)/\(piece)", stream, budget)
      }
      outputs.append(try forward(outputs[layer - 1], pieces, budget))
      progress(Double(layer) / Double(depth))
    }
    return outputs
  }

  /// One affine map: weights `(inputs, outputs)` and biases.
  private struct Piece: Sendable {
    let weights: Matrix
    let biases: Matrix
  }

  private func drawPiece(
    _ name: String, _ stream: (String) -> RandomStream, _ budget: ThreadBudget
  ) throws -> Piece {
    Piece(
      weights: try stream("weights/\(name)").gaussianMatrix(
        rows: width, columns: width, scale: Float(weightStd), budget: budget),
      biases: try stream("biases/\(name)").gaussianMatrix(
        rows: 1, columns: width, scale: Float(biasStd), budget: budget))
  }

  private func forward(_ input: Matrix, _ pieces: [Piece], _ budget: ThreadBudget) throws -> Matrix {
    guard let normalization else { return try activated(input, pieces, budget) }
    guard normalization.place == .before else {
      var output = try activated(input, pieces, budget)
      try normalization.apply(to: &output, budget)
      return output
    }
    var maps = try pieces.map { piece in
      var map = try product(input, budget) { affine($0, piece, into: $1) }
      try normalization.apply(to: &map, budget)
      return map
    }
    var output = maps.removeFirst()
    output.withMutableSlice { out in
      for map in maps { map.withSlice { Activation.joinMaximum(out, with: $0) } }
      activation.apply(to: out)
    }
    return output
  }

  private func activated(_ input: Matrix, _ pieces: [Piece], _ budget: ThreadBudget) throws -> Matrix {
    try product(input, budget) { layer($0, pieces, $1) }
  }

  /// What `body` makes of the rows, block by block.
  private func product(
    _ input: Matrix, _ budget: ThreadBudget, _ body: @escaping @Sendable (FloatSlice, FloatSlice) -> Void
  ) throws -> Matrix {
    try Matrix(rows: input.rows, columns: width) { out in
      let out = FloatRows(out, width: width)
      try budget.forEachBlock(blockCount(input.rows, size: blockRows)) { block in
        let rows = blockRange(block, size: blockRows, count: input.rows)
        input.withSlice { padded(FloatRows($0, width: width)[rows], out[rows], body) }
      }
    }
  }

  /// One block, with rows of zeros after it where the kernel would round a part of a block otherwise: a row does not
  /// depend on how many others there are.
  private func padded(
    _ input: FloatSlice, _ out: FloatSlice, _ body: (FloatSlice, FloatSlice) -> Void
  ) {
    let period = BLAS.rowPeriod ?? 1
    let least = max(out.count / width, BLAS.leastRows(columns: width, inner: width))
    let whole = blockCount(least, size: period) * period * width
    guard out.count < whole else { return body(input, out) }
    withScratch(of: Float.self, count: 2 * whole) { room in
      let (filled, results) = (room[0..<whole], room[whole..<2 * whole])
      filled.update(from: input)
      filled[input.count..<whole].fill(0)
      body(filled, results)
      out.update(from: results[0..<out.count])
    }
  }

  /// φ(rows·W + b), `(rows, width)`.
  private func layer(_ input: FloatSlice, _ pieces: [Piece], _ out: FloatSlice) {
    affine(input, pieces[0], into: out)
    for piece in pieces.dropFirst() {
      withScratch(of: Float.self, count: out.count) { other in
        affine(input, piece, into: other)
        Activation.joinMaximum(out, with: other)
      }
    }
    activation.apply(to: out)
  }

  /// out ← rows·W + b: `(rows, width)`.
  private func affine(_ input: FloatSlice, _ piece: Piece, into out: FloatSlice) {
    let rows = out.count / width
    piece.biases.withSlice { biases in
      for row in 0..<rows { out.from(row * width).update(from: biases) }
    }
    piece.weights.withSlice { weights in
      BLAS.multiply(
        ProductShape(rows: rows, columns: width, inner: width), Operand(input, stride: width),
        Operand(weights, stride: width), into: out, stride: width, beta: 1)
    }
  }
}
