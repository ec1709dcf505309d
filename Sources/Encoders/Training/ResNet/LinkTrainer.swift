import Execution

/// A convolution with the batch norm behind it, in training: what it keeps of a batch, and where its tensors
/// lie in the tower's buffers.
struct LinkTrainer: Sendable {
  /// Of tensors.
  private struct Places: Sendable {
    let convolution: Range<Int>
    let weight: Range<Int>
    let bias: Range<Int>
    let mean: Range<Int>
    let variance: Range<Int>
  }

  let convolution: ColumnTraining
  let norm: NormTraining
  let input: PixelRows
  /// The convolution's result; in the backward pass, the gradient by it.
  let sums: PixelRows
  private let places: Places
  private let room: TrainingRoom

  init(
    _ link: ResidualBlocks.Link, _ convolution: ColumnTraining, _ norm: NormTraining,
    from input: PixelRows, to sums: PixelRows, _ layout: ParameterLayout, _ room: TrainingRoom
  ) {
    self.convolution = convolution
    self.norm = norm
    self.input = input
    self.sums = sums
    self.room = room
    places = Places(
      convolution: layout.range(of: link.convolution + ".weight"),
      weight: layout.range(of: link.norm + ".weight"), bias: layout.range(of: link.norm + ".bias"),
      mean: layout.range(of: link.norm + ".running_mean"),
      variance: layout.range(of: link.norm + ".running_var"))
  }

  func rows(_ count: Int) -> Int { count * sums.extent.area }

  func pack(_ piece: Int, _ weights: FloatSlice) { convolution.pack(piece, weights[places.convolution]) }

  private func pass(_ count: Int, _ weights: FloatSlice, _ budget: ThreadBudget) -> ConvolutionPass {
    ConvolutionPass(
      count: count, x: input, y: sums, weights: weights[places.convolution], room: room, budget: budget)
  }

  /// Fills `sums`, and measures them.
  func forward(_ count: Int, _ weights: FloatSlice, _ budget: ThreadBudget) throws {
    try convolution.forward(pass(count, weights, budget))
    try norm.measure(
      sums, rows: rows(count), weight: weights[places.weight], bias: weights[places.bias], budget)
  }

  /// From dy, by the norm's result, to the gradients of the norm and, in `sums`, of the convolution's result.
  func backwardNorm(
    _ dy: PixelRows, mask: PixelRows?, _ count: Int, into gradients: FloatSlice, _ budget: ThreadBudget
  ) throws {
    try norm.backward(
      sums, dy, mask: mask, rows: rows(count), weight: gradients[places.weight],
      bias: gradients[places.bias], budget)
  }

  /// From `sums` to the gradients of the convolution's weights and of its input.
  func backward(
    _ count: Int, _ weights: FloatSlice, into gradients: FloatSlice, change: PixelRows?, adding: Bool,
    _ budget: ThreadBudget
  ) throws {
    try convolution.backward(
      pass(count, weights, budget), into: gradients[places.convolution], change: change, adding: adding)
  }

  func updateStatistics(of weights: FloatSlice) {
    norm.update(mean: weights[places.mean], variance: weights[places.variance])
  }
}
