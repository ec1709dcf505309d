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
/// An edge that is drawn moves both its ends, as in umap-learn. Moves are taken one after another there; here
/// an epoch has `rounds` rounds, and each edge one of them: those of a point, in the order of their tails, are
/// spread evenly over the rounds from a drawn place on. In a round every point takes the steps of its own
/// edges, then those that others' edges ask of it, and sees the others where they were when the round began.
/// So both ends of an edge move in the same round, no point runs far along its edges while its neighbours
/// stand still, and blocks of points run on any number of threads and give the same bits.
/// Random points come from a counter-based generator by (epoch, round, block, step).
struct Layout: Sendable {
  struct Settings: Sendable {
    var curve: LayoutCurve
    var epochs: Int
    var negativeSamples: Int
    var learningRate: Double
    var components: Int
  }

  /// So many that few points move in a round: a point has about eight edges in an epoch. On one set of text
  /// embeddings the silhouette of a prototype no longer changed from 32 rounds on; other sets were tried
  /// with 64 alone.
  static let rounds = 64
  /// Points of a block: as many as fill the lanes in a round.
  private static let leastBlock = 32 * LayoutLanes.width
  /// The round of an edge that is not drawn.
  private static let never = UInt8.max

  /// An edge by its end, its other direction, and in which share of the epochs it is drawn, of 2³².
  private struct Edge {
    let tail: Int32
    var reverse: Int32 = -1
    let rate: UInt32
  }

  private let settings: Settings
  private let forces: LayoutForces
  /// Points by how much they move, so that lanes have equally much to do. Within the layout point i is
  /// `order[i]`.
  private let order: [Int32]
  private let starts: [Int]
  private let edges: [Edge]
  /// How far each point's parts are ahead, in shares of 1/`rounds` of an edge.
  private let phases: [Int]
  private let blockSize: Int

  /// - Parameter phases: gives where a point's first part begins.
  init(_ graph: FuzzyGraph, _ settings: Settings, random: RandomStream, phases: RandomStream) {
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
    self.phases = phases.integers(below: Self.rounds, count: graph.count)
    let even = (graph.count / 64 + LayoutLanes.width - 1) / LayoutLanes.width * LayoutLanes.width
    blockSize = max(Self.leastBlock, even)
  }

  /// The graph with its points renamed; both directions of an edge know each other.
  private static func renumbered(_ graph: FuzzyGraph, _ order: [Int32]) -> ([Int], [Edge]) {
    var places = [Int32](repeating: 0, count: order.count)
    for (place, point) in order.enumerated() { places[Int(point)] = Int32(place) }
    let greatest = Double(graph.weights.max() ?? 1)
    var starts = [0]
    var edges: [Edge] = []
    edges.reserveCapacity(graph.tails.count)
    for point in order {
      edges += graph.edges(Int(point)).map { edge in
        Edge(
          tail: places[Int(graph.tails[edge])],
          rate: UInt32(min(0xffff_ffff, Double(graph.weights[edge]) / greatest * 0x1p32)))
      }.sorted { $0.tail < $1.tail }
      starts.append(edges.count)
    }
    // Tails ascend, so the edges into a point come in the order in which it has the edges back.
    var next = starts
    for point in 0..<order.count {
      for index in starts[point]..<starts[point + 1] {
        let back = next[Int(edges[index].tail)]
        next[Int(edges[index].tail)] += 1
        precondition(Int(edges[back].tail) == point, "a fuzzy graph is symmetric")
        edges[index].reverse = Int32(truncatingIfNeeded: back)
      }
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
    var turns = [UInt8](repeating: Self.never, count: edges.count)
    for epoch in 0..<settings.epochs {
      try draw(epoch, into: &turns, budget)
      let walks = try budget.map(blocks: blocks) { [turns] block in self.walks(points(block), turns) }
      for round in 0..<Self.rounds {
        try move(LayoutTime(epoch: epoch, round: round), walks, from: now, to: &next, budget)
        swap(&now, &next)
      }
      progress(Double(epoch + 1) / Double(settings.epochs))
    }
    for (place, point) in order.enumerated() {
      for c in 0..<width { positions[Int(point) * width + c] = now[place * width + c] }
    }
  }

  private struct LayoutTime: Sendable {
    let epoch: Int
    let round: Int
  }

  /// The steps of a block in a round: along its points' own edges, and those that others' edges ask for.
  private struct RoundWalks: Sendable {
    var own: LayoutWalks
    var asked: LayoutWalks
  }

  private var blocks: Int { blockCount(order.count, size: blockSize) }
  private func points(_ block: Int) -> Range<Int> { blockRange(block, size: blockSize, count: order.count) }

  /// Draws the edges of an epoch, those for which (epoch + 1)·rate passes a multiple of 2³², and gives each
  /// its round.
  private func draw(_ epoch: Int, into turns: inout [UInt8], _ budget: ThreadBudget) throws {
    let time = UInt32(truncatingIfNeeded: epoch)
    try turns.withSlice { turns in
      try budget.forEachBlock(blocks) { block in
        for point in points(block) {
          let list = starts[point]..<starts[point + 1]
          var count = 0
          for index in list {
            let phase = time &* edges[index].rate
            let isDrawn = phase &+ edges[index].rate < phase
            turns[index] = isDrawn ? 0 : Self.never
            count += isDrawn ? 1 : 0
          }
          var drawn = 0
          for index in list where turns[index] != Self.never {
            turns[index] = UInt8(truncatingIfNeeded: round(drawn, of: count, phase: phases[point]))
            drawn += 1
          }
        }
      }
    }
  }

  /// The round r of the edge number `index` of `count`: ⌊(count·r + phase)/rounds⌋ passes it there.
  private func round(_ index: Int, of count: Int, phase: Int) -> Int {
    (Self.rounds * (index + 1) - phase + count - 1) / count - 1
  }

  private func walks(_ points: Range<Int>, _ turns: [UInt8]) -> [RoundWalks] {
    let empty = LayoutWalks(resting: Int32(truncatingIfNeeded: points.lowerBound))
    var rounds = [RoundWalks](repeating: RoundWalks(own: empty, asked: empty), count: Self.rounds)
    for point in points {
      let walker = Int32(truncatingIfNeeded: point)
      for index in starts[point]..<starts[point + 1] where turns[index] != Self.never {
        let edge = edges[index]
        rounds[Int(turns[index])].own.append(walker, tail: edge.tail)
        rounds[Int(turns[Int(edge.reverse)])].asked.append(walker, tail: edge.tail)
      }
    }
    for round in rounds.indices {
      rounds[round].own.fill()
      rounds[round].asked.fill()
    }
    return rounds
  }

  private func move(
    _ time: LayoutTime, _ walks: [[RoundWalks]], from: [Float], to: inout [Float], _ budget: ThreadBudget
  ) throws {
    try from.withReadSlice { from in
      try to.withSlice { to in
        try budget.forEachBlock(blocks) { block in
          try move(block, time, walks[block][time.round], from: from, to: to)
        }
      }
    }
  }

  /// One round of a block of points.
  private func move(
    _ block: Int, _ time: LayoutTime, _ walks: RoundWalks, from: FloatSlice, to: FloatSlice
  ) throws {
    let points = points(block)
    let width = settings.components
    let own = points.lowerBound * width..<points.upperBound * width
    to[own].update(from: from[own])
    let rate = Float(settings.learningRate * (1 - Double(time.epoch) / Double(settings.epochs)))
    let lanes = LayoutLanes(forces, components: width, from: from, to: to)
    let number = UInt32(truncatingIfNeeded: time.epoch * Self.rounds + time.round)
    for step in 0..<walks.own.steps {
      walks.own.withStep(step) { walkers, tails in
        lanes.step(
          walkers, to: tails, rate: rate,
          counter: (UInt32(truncatingIfNeeded: step), UInt32(truncatingIfNeeded: block), number))
      }
    }
    lanes.finish()
    for step in 0..<walks.asked.steps {
      walks.asked.withStep(step) { lanes.pull($0, to: $1, rate: rate) }
    }
    lanes.finish()
    try lanes.verify()
  }
}
