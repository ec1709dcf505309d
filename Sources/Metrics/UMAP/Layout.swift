import Kernels

/// Moves points of the picture along their edges, and away from random others, for some epochs.
///
/// With d² = ‖y_i − y_j‖² an edge that is drawn moves its end i by −α times the gradient
///
///     −2ab·d²⁽ᵇ⁻¹⁾/(1 + a·d²ᵇ)·(y_i − y_j)              towards y_j,
///      2b/((0.001 + d²)(1 + a·d²ᵇ))·(y_i − y_k)          away from each of `negativeSamples` points k,
///
/// each coordinate of each gradient at most 4, and α falls linearly to zero. An edge of weight w is drawn
/// in the share w/max w of the epochs. Source: McInnes, Healy, Melville 2018, arXiv:1802.03426, Sec. 3.2
/// and Algorithm 5.
///
/// Every point walks along all its edges by itself, in their order, and sees the others where they were
/// when the epoch began. So blocks of points run on any number of threads and give the same bits. What
/// its neighbours' walks would have pulled it by it takes itself: a step along an edge counts twice.
/// Random points come from a counter-based generator by (epoch, point, edge).
struct Layout: Sendable {
  struct Settings: Sendable {
    var curve: LayoutCurve
    var epochs: Int
    var negativeSamples: Int
    var learningRate: Double
    var components: Int
  }

  private static let groupsPerBlock = 32

  private let graph: FuzzyGraph
  private let settings: Settings
  private let random: RandomStream
  /// Points by how much they move, sixteen a group, so that those of a group are done at the same time.
  private let order: [Int32]
  /// The share of epochs in which each edge is drawn.
  private let rates: [Float]
  private let groupSteps: [Int]

  init(_ graph: FuzzyGraph, _ settings: Settings, random: RandomStream) {
    self.graph = graph
    self.settings = settings
    self.random = random
    let greatest = graph.weights.max() ?? 1
    let rates = graph.weights.map { $0 / greatest }
    let activity = (0..<graph.count).map { row in graph.edges(row).reduce(Float(0)) { $0 + rates[$1] } }
    let order = (0..<Int32(graph.count)).sorted { a, b in
      let (x, y) = (activity[Int(a)], activity[Int(b)])
      return x != y ? x > y : a < b
    }
    self.rates = rates
    self.order = order
    groupSteps = stride(from: 0, to: order.count, by: 16).map { first in
      order[first..<min(order.count, first + 16)].map { graph.edges(Int($0)).count }.max() ?? 0
    }
  }

  /// Moves `positions`, `(count, components)`.
  func run(
    _ positions: inout [Float], _ budget: ThreadBudget, progress: (Double) -> Void = { _ in }
  ) throws {
    var next = positions
    let blocks = blockCount(groupSteps.count, size: Self.groupsPerBlock)
    for epoch in 0..<settings.epochs {
      try positions.withUnsafeBufferPointer { from in
        try next.withUnsafeMutableBufferPointer { to in
          guard let from = from.baseAddress, let to = to.baseAddress else { return }
          let (source, target) = (Shared(from), Shared(to))
          try budget.forEachBlock(blocks) { block in
            for group in blockRange(block, size: Self.groupsPerBlock, count: groupSteps.count) {
              move(group, epoch: epoch, from: source.pointer, to: target.pointer)
            }
          }
        }
      }
      swap(&positions, &next)
      progress(Double(epoch + 1) / Double(settings.epochs))
    }
  }

  /// One epoch of sixteen points.
  private func move(
    _ group: Int, epoch: Int, from: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>
  ) {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: 16 * (groupSteps[group] + 1)) { lists in
      guard let list = lists.baseAddress else { return }
      let points = UnsafeMutablePointer<Int32>.allocate(capacity: 16)
      defer { points.deallocate() }
      let lanes = min(16, order.count - 16 * group)
      for lane in 0..<16 { points[lane] = order[16 * group + min(lane, lanes - 1)] }
      let steps = draw(points, lanes, epoch, list)
      var walk = Walk(points, from, settings, epoch)
      let generator = NegativePoints(key: random.key, epoch: epoch, group: group, count: graph.count)
      for step in 0..<steps { walk.step(list + 16 * step, UInt64(step), generator) }
      walk.finish(to, lanes)
    }
  }

  /// Lists the tails of the edges drawn in this epoch, sixteen points side by side; a point that has
  /// fewer than others is its own tail. Gives the greatest number of edges.
  private func draw(
    _ points: UnsafePointer<Int32>, _ lanes: Int, _ epoch: Int, _ list: UnsafeMutablePointer<Int32>
  ) -> Int {
    let (now, then) = (Float(epoch), Float(epoch + 1))
    var counts = (0..<16).map { _ in 0 }
    rates.withUnsafeBufferPointer { rates in
      graph.tails.withUnsafeBufferPointer { tails in
        for lane in 0..<lanes {
          var place = lane
          for edge in graph.edges(Int(points[lane])) {
            list[place] = tails[edge]
            let rate = rates[edge]
            let isDrawn = Int32(then * rate) &- Int32(now * rate)
            place += isDrawn > 0 ? 16 : 0
          }
          counts[lane] = (place - lane) / 16
        }
      }
    }
    let steps = counts.max() ?? 0
    for lane in 0..<16 {
      for step in counts[lane]..<max(counts[lane], steps) { list[16 * step + lane] = points[lane] }
    }
    return steps
  }
}

/// Random points for sixteen walkers at a time.
struct NegativePoints {
  private let generator: Philox
  private let epoch: UInt64
  private let group: UInt64
  private let count: UInt64

  init(key: UInt64, epoch: Int, group: Int, count: Int) {
    generator = Philox(key: key)
    self.epoch = UInt64(epoch)
    self.group = UInt64(group)
    self.count = UInt64(count)
  }

  /// Two draws of sixteen points: `pair` 0 for the first and second negative sample, 1 for the next two…
  @inline(__always)
  func draw(step: UInt64, pair: UInt64) -> (SIMD16<Int32>, SIMD16<Int32>) {
    let lanes = Philox.Lanes(0, 1, 2, 3, 4, 5, 6, 7) &+ (pair &* 8)
    let block = generator.apply(
      Philox.Block(
        lanes, Philox.Lanes(repeating: step), Philox.Lanes(repeating: group), Philox.Lanes(repeating: epoch)))
    return (
      SIMD16(lowHalf: scaled(block.w0), highHalf: scaled(block.w2)),
      SIMD16(lowHalf: scaled(block.w1), highHalf: scaled(block.w3))
    )
  }

  /// ⌊w·count/2³²⌋ for the lower 32 bits w of a lane.
  @inline(__always)
  private func scaled(_ words: Philox.Lanes) -> SIMD8<Int32> {
    SIMD8<Int32>(truncatingIfNeeded: ((words & 0xffff_ffff) &* count) &>> 32)
  }
}
