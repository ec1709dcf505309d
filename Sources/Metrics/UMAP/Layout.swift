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

  private static let blockSize = 8 * LayoutLanes.width

  /// An edge by its end, and in which share of the epochs it is drawn, of 2³².
  private struct Edge {
    let tail: Int32
    let rate: UInt32
  }

  private let settings: Settings
  private let forces: LayoutForces
  /// Points by how much they move, so that lanes have equally much to do. Within the layout point i is
  /// `order[i]`.
  private let order: [Int32]
  private let starts: [Int]
  private let edges: [Edge]

  init(_ graph: FuzzyGraph, _ settings: Settings, random: RandomStream) {
    self.settings = settings
    forces = LayoutForces(
      a: settings.curve.a, b: settings.curve.b, negativeSamples: settings.negativeSamples, count: graph.count,
      key: random.key)
    let activity = (0..<graph.count).map { row in
      graph.edges(row).reduce(Float(0)) { $0 + graph.weights[$1] }
    }
    order = (0..<Int32(graph.count)).sorted { a, b in
      let (x, y) = (activity[Int(a)], activity[Int(b)])
      return x != y ? x > y : a < b
    }
    (starts, edges) = Self.renumbered(graph, order)
  }

  private static func renumbered(_ graph: FuzzyGraph, _ order: [Int32]) -> ([Int], [Edge]) {
    var places = [Int32](repeating: 0, count: order.count)
    for (place, point) in order.enumerated() { places[Int(point)] = Int32(place) }
    let greatest = Double(graph.weights.max() ?? 1)
    var starts = [0]
    var edges: [Edge] = []
    edges.reserveCapacity(graph.tails.count)
    for point in order {
      for edge in graph.edges(Int(point)) {
        let rate = UInt32(min(0xffff_ffff, Double(graph.weights[edge]) / greatest * 0x1p32))
        edges.append(Edge(tail: places[Int(graph.tails[edge])], rate: rate))
      }
      starts.append(edges.count)
    }
    return (starts, edges)
  }

  /// Moves `positions`, `(count, components)`.
  func run(
    _ positions: inout [Float], _ budget: ThreadBudget, progress: (Double) -> Void = { _ in }
  ) throws {
    let width = settings.components
    var now = order.flatMap { positions[Int($0) * width..<(Int($0) + 1) * width] }
    var next = now
    let blocks = blockCount(order.count, size: Self.blockSize)
    for epoch in 0..<settings.epochs {
      try now.withUnsafeBufferPointer { from in
        try next.withUnsafeMutableBufferPointer { to in
          guard let from = from.baseAddress, let to = to.baseAddress else { return }
          let (source, target) = (Shared(from), Shared(to))
          try budget.forEachBlock(blocks) { block in
            move(block, epoch: epoch, from: source.pointer, to: target.pointer)
          }
        }
      }
      swap(&now, &next)
      progress(Double(epoch + 1) / Double(settings.epochs))
    }
    for (place, point) in order.enumerated() {
      for c in 0..<width { positions[Int(point) * width + c] = now[place * width + c] }
    }
  }

  /// One epoch of a block of points.
  private func move(
    _ block: Int, epoch: Int, from: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>
  ) {
    let width = LayoutLanes.width
    let points = blockRange(block, size: Self.blockSize, count: order.count)
    let first = points.lowerBound * settings.components
    (to + first).update(from: from + first, count: points.count * settings.components)
    let rate = Float(settings.learningRate * (1 - Double(epoch) / Double(settings.epochs)))
    let lanes = LayoutLanes(forces, components: settings.components, from: from, to: to)
    let most = mostSteps(points)
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * width * (most + 1)) { lists in
      guard let walkers = lists.baseAddress else { return }
      let tails = walkers + width * (most + 1)
      for step in 0..<draw(points, epoch, walkers, tails) {
        lanes.step(
          walkers + width * step, to: tails + width * step, rate: rate, number: step, block: block,
          epoch: epoch)
      }
    }
    lanes.finish()
  }

  /// The greatest number of edges on a lane.
  private func mostSteps(_ points: Range<Int>) -> Int {
    var counts = [Int](repeating: 0, count: LayoutLanes.width)
    for point in points {
      counts[(point - points.lowerBound) % LayoutLanes.width] += starts[point + 1] - starts[point]
    }
    return counts.max() ?? 0
  }

  /// Lists the edges drawn in this epoch, a lane's points after one another, the lanes side by side; on a
  /// lane that has fewer the last point rests. Gives the number of steps.
  ///
  /// An edge is drawn when (epoch + 1)·rate passes a multiple of 2³².
  private func draw(
    _ points: Range<Int>, _ epoch: Int, _ walkers: UnsafeMutablePointer<Int32>,
    _ tails: UnsafeMutablePointer<Int32>
  ) -> Int {
    let width = LayoutLanes.width
    let time = UInt32(truncatingIfNeeded: epoch)
    var ends = (0..<width).map { $0 }
    edges.withUnsafeBufferPointer { edges in
      for point in points {
        let lane = (point - points.lowerBound) % width
        var place = ends[lane]
        for index in starts[point]..<starts[point + 1] {
          let edge = edges[index]
          walkers[place] = Int32(truncatingIfNeeded: point)
          tails[place] = edge.tail
          let phase = time &* edge.rate
          place &+= phase &+ edge.rate < phase ? width : 0
        }
        ends[lane] = place
      }
    }
    let steps = ends.enumerated().map { lane, end in (end - lane) / width }.max() ?? 0
    for lane in 0..<width {
      let first = Int32(truncatingIfNeeded: points.lowerBound)
      let last = ends[lane] > lane ? walkers[ends[lane] - width] : first
      for place in stride(from: ends[lane], to: steps * width, by: width) {
        walkers[place] = last
        tails[place] = last
      }
    }
    return steps
  }
}
