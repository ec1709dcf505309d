import Execution

/// A batch norm in training, over the rows of a matrix `(rows, channels)`, with the mean μ and the biased
/// variance σ² of these rows:
///
///     y = γ·x̂ + β      x̂ = (x − μ)·r      r = 1/√(σ² + ε)
///     dx = γ·r·(dy − mean(dy) − x̂·mean(dy·x̂))      dγ = Σ dy·x̂      dβ = Σ dy
///
/// Sums are in Double, a block of rows after the other. Source: Ioffe and Szegedy 2015, arXiv:1502.03167,
/// Sec. 3; as torch.nn.BatchNorm2d in training mode.
struct NormTraining: Sendable {
  let channels: Int
  private let epsilon: Double
  private let room: TrainingRoom
  private let vectors: FloatRows

  /// - Parameter rows: the most that there will be.
  init(channels: Int, rows: Int, epsilon: Double, _ memory: TrainingMemory, _ room: TrainingRoom) {
    self.channels = channels
    self.epsilon = epsilon
    self.room = room
    room.reserve(sums: 2 * channels * blockCount(rows, size: Self.rowsOfBlock(channels)))
    vectors = memory.rows(7, width: (channels + 15) / 16 * 16)
  }

  // Each has room for whole vectors of 16.
  private var mean: FloatSlice { vector(0) }
  private var unbiased: FloatSlice { vector(1) }
  private var reciprocal: FloatSlice { vector(2) }
  /// y = scale·x + shift.
  var scale: FloatSlice { vector(3) }
  var shift: FloatSlice { vector(4) }
  /// mean(dy), and r·mean(dy·x̂).
  private var first: FloatSlice { vector(5) }
  private var second: FloatSlice { vector(6) }

  private func vector(_ index: Int) -> FloatSlice { vectors[index] }

  static func rowsOfBlock(_ channels: Int) -> Int { max(1, 32_768 / channels) }

  // MARK: - Forward

  /// Measures μ and σ², and from them what the other passes need.
  func measure(
    _ x: PixelRows, rows: Int, weight: FloatSlice, bias: FloatSlice, _ budget: ThreadBudget
  ) throws {
    x.require(rows: rows)
    let (weight, bias) = (weight[0..<channels], bias[0..<channels])
    let totals = try total(rows, budget) { row, start, count in
      let value = SIMD16<Double>(x[row].lanes(start, count))
      return (value, value * value)
    }
    let number = Double(rows)
    for channel in 0..<channels {
      let average = totals[channel] / number
      let variance = max(0, totals[channels + channel] / number - average * average)
      let root = 1 / (variance + epsilon).squareRoot()
      mean[channel] = Float(average)
      unbiased[channel] = Float(variance * number / (number - 1))
      reciprocal[channel] = Float(root)
      scale[channel] = Float(Double(weight[channel]) * root)
      shift[channel] = Float(Double(bias[channel]) - average * Double(weight[channel]) * root)
    }
  }

  /// What a running mean and variance become: 0.9 of themselves and 0.1 of this batch's, the variance
  /// unbiased, n/(n − 1)·σ². PyTorch's default momentum.
  func update(mean running: FloatSlice, variance: FloatSlice) {
    let (running, variance) = (running[0..<channels], variance[0..<channels])
    for channel in 0..<channels {
      running[channel] = Float(0.9 * Double(running[channel]) + 0.1 * Double(mean[channel]))
      variance[channel] = Float(0.9 * Double(variance[channel]) + 0.1 * Double(unbiased[channel]))
    }
  }

  // MARK: - Backward

  /// x ← dx; fills dγ and dβ.
  ///
  /// - Parameter mask: a ReLU's result; where it is 0, dy becomes 0.
  func backward(
    _ x: PixelRows, _ dy: PixelRows, mask: PixelRows?, rows: Int, weight: FloatSlice, bias: FloatSlice,
    _ budget: ThreadBudget
  ) throws {
    x.require(rows: rows)
    dy.require(rows: rows)
    mask?.require(rows: rows)
    let (weight, bias) = (weight[0..<channels], bias[0..<channels])
    let totals = try total(rows, budget) { row, start, count in
      var change = dy[row].lanes(start, count)
      if let mask {
        change.replace(with: 0, where: mask[row].lanes(start, count) .<= 0)
        dy[row].set(change, start, count)
      }
      let normed = (x[row].lanes(start, count) - mean.lanes(start)) * reciprocal.lanes(start)
      return (SIMD16<Double>(change), SIMD16<Double>(change * normed))
    }
    for channel in 0..<channels {
      bias[channel] = Float(totals[channel])
      weight[channel] = Float(totals[channels + channel])
      first[channel] = Float(totals[channel] / Double(rows))
      second[channel] = Float(totals[channels + channel] / Double(rows) * Double(reciprocal[channel]))
    }
    try budget.forEachRows(rows, channels) { rows in self.turn(x, dy, rows) }
  }

  private func turn(_ x: PixelRows, _ dy: PixelRows, _ rows: Range<Int>) {
    forEachLanes(channels) { start, count in
      let (mean, factor) = (mean.lanes(start), scale.lanes(start))
      let (first, second) = (first.lanes(start), second.lanes(start))
      for row in rows {
        let centred = x[row].lanes(start, count) - mean
        x[row].set((dy[row].lanes(start, count) - first - centred * second) * factor, start, count)
      }
    }
  }

  // MARK: - Sums

  /// The sums of two terms over all rows: `(2, channels)`.
  @inline(__always)
  private func total(
    _ rows: Int, _ budget: ThreadBudget,
    _ term: @escaping @Sendable (_ row: Int, _ start: Int, _ count: Int) -> (SIMD16<Double>, SIMD16<Double>)
  ) throws -> DoubleSlice {
    let (size, width) = (Self.rowsOfBlock(channels), 2 * channels)
    // (blocks, 2, channels)
    let sums = room.sums[0..<blockCount(rows, size: size) * width]
    try budget.forEachBlock(blockCount(rows, size: size)) { block in
      let sum = sums[block * width..<(block + 1) * width]
      let rows = blockRange(block, size: size, count: rows)
      forEachLanes(channels) { start, count in
        var (first, second) = (SIMD16<Double>.zero, SIMD16<Double>.zero)
        for row in rows {
          let terms = term(row, start, count)
          first += terms.0
          second += terms.1
        }
        for lane in 0..<count {
          sum[start + lane] = first[lane]
          sum[channels + start + lane] = second[lane]
        }
      }
    }
    for block in 1..<blockCount(rows, size: size) {
      for index in 0..<width { sums[index] += sums[block * width + index] }
    }
    return sums[0..<width]
  }
}

extension ThreadBudget {
  /// Runs `body` on blocks of the rows of a matrix.
  func forEachRows(
    _ rows: Int, _ channels: Int, _ body: @escaping @Sendable (Range<Int>) -> Void
  ) throws {
    let size = NormTraining.rowsOfBlock(channels)
    try forEachBlock(blockCount(rows, size: size)) { body(blockRange($0, size: size, count: rows)) }
  }
}
