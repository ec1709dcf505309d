import Execution

/// A residual block in training.
///
///     out = max(0, norm(last convolution) + shortcut)
///
/// with the block's input, or a convolution and a norm of it, as the shortcut.
struct ResidualTrainer: Sendable {
  /// A convolution, its norm, and max(0, ·) of that: the block's output after the last one.
  struct Stage: Sendable {
    let link: LinkTrainer
    let result: PixelRows
  }

  let stages: [Stage]
  let downsample: LinkTrainer?
  let input: PixelRows
  let output: PixelRows

  var links: [LinkTrainer] { stages.map(\.link) + (downsample.map { [$0] } ?? []) }

  // MARK: - Forward

  func forward(_ count: Int, _ weights: FloatSlice, _ budget: ThreadBudget) throws {
    input.require(images: count)
    for stage in stages { stage.result.require(images: count) }
    try downsample?.forward(count, weights, budget)
    for (index, stage) in stages.enumerated() {
      try stage.link.forward(count, weights, budget)
      let isLast = index == stages.count - 1
      try budget.forEachRows(stage.link.rows(count), stage.result.extent.channels) { rows in
        if isLast {
          finish(stage, rows)
        } else {
          rectify(stage, rows) { _, _, _ in .zero }
        }
      }
    }
  }

  private func finish(_ stage: Stage, _ rows: Range<Int>) {
    guard let downsample else {
      return rectify(stage, rows) { row, start, count in input[row].lanes(start, count) }
    }
    let (sums, scale, shift) = (downsample.sums, downsample.norm.scale, downsample.norm.shift)
    rectify(stage, rows) { row, start, count in
      sums[row].lanes(start, count) * scale.lanes(start) + shift.lanes(start)
    }
  }

  /// result ← max(0, scale·sums + shift + shortcut).
  @inline(__always)
  private func rectify(
    _ stage: Stage, _ rows: Range<Int>, _ shortcut: (_ row: Int, _ start: Int, _ count: Int) -> SIMD16<Float>
  ) {
    let (sums, norm) = (stage.link.sums, stage.link.norm)
    forEachLanes(sums.extent.channels) { start, count in
      let (scale, shift) = (norm.scale.lanes(start), norm.shift.lanes(start))
      for row in rows {
        let value = sums[row].lanes(start, count) * scale + shift + shortcut(row, start, count)
        stage.result[row].set(value.replacing(with: 0, where: value .< 0), start, count)
      }
    }
  }

  // MARK: - Backward

  /// `outer`, the gradient by the output, becomes that by the input; `inner` is room for those between.
  func backward(
    _ count: Int, _ weights: FloatSlice, into gradients: FloatSlice, outer: FloatSlice, inner: FloatSlice,
    _ budget: ThreadBudget
  ) throws {
    let (before, after) = (PixelRows(input.extent, in: outer), PixelRows(output.extent, in: outer))
    for (index, stage) in stages.enumerated().reversed() {
      let isLast = index == stages.count - 1
      try stage.link.backwardNorm(
        isLast ? after : PixelRows(stage.result.extent, in: inner), mask: stage.result, count,
        into: gradients, budget)
      // The mask of the output is in `after` now, which is the shortcut's gradient as well.
      if isLast { try downsample?.backwardNorm(after, mask: nil, count, into: gradients, budget) }
      let change = index == 0 ? before : PixelRows(stages[index - 1].result.extent, in: inner)
      try stage.link.backward(
        count, weights, into: gradients, change: change, adding: index == 0 && downsample == nil, budget)
    }
    try downsample?.backward(count, weights, into: gradients, change: before, adding: true, budget)
  }
}
