import Execution
import Kernels

/// Moves points of the layout along their edges, and away from random others, for some epochs.
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
/// an epoch has `DrawnEdges.rounds`, and each edge one of them: those of a point, in the order of their tails, are
/// spread evenly over the rounds from a drawn place on. In a round every point takes the steps of its own
/// edges, then those that others' edges ask of it, and sees the others where they were when the round began.
/// So both ends of an edge move in the same round, no point runs far along its edges while its neighbours
/// stand still, and blocks of points run on any number of threads and give the same bits.
/// Random points come from a counter-based generator by (epoch, round, block, step).
struct UMAPOptimizer: Sendable {
  struct Settings: Sendable {
    var curve: LayoutCurve
    var epochs: Int
    var negativeSamples: Int
    var learningRate: Double
    var components: Int
  }

  /// Points of a block: as many as fill the lanes in a round.
  private static let leastBlock = 32 * UMAPStepSIMD.width

  private let settings: Settings
  private let forces: LayoutForces
  /// Points by how much they move, so that lanes have equally much to do. Within the layout point i is
  /// `order[i]`.
  private let order: [Int32]
  private let edges: LayoutEdges
  /// How far each point's parts are ahead, in shares of 1/`DrawnEdges.rounds` of an edge.
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
    edges = LayoutEdges(graph, order: order)
    self.phases = phases.integers(below: DrawnEdges.rounds, count: graph.count)
    let even = (graph.count / 64 + UMAPStepSIMD.width - 1) / UMAPStepSIMD.width * UMAPStepSIMD.width
    blockSize = max(Self.leastBlock, even)
  }

  private var blocks: Int { blockCount(order.count, size: blockSize) }
  private func points(_ block: Int) -> Range<Int> { blockRange(block, size: blockSize, count: order.count) }

  /// Moves `positions`, `(count, components)`.
  func run(
    _ positions: inout [Float], _ budget: ThreadBudget, progress: (Double) -> Void = { _ in }
  ) throws {
    let width = settings.components
    let arena = Arena<Float>([positions.count, positions.count])
    var (now, next) = (arena.take(positions.count), arena.take(positions.count))
    for (place, point) in order.enumerated() {
      for c in 0..<width { now[place * width + c] = positions[Int(point) * width + c] }
    }
    let drawn = DrawnEdges(edges, phases: phases)
    let movers = (0..<blocks).map { block in
      BlockMover(block, points(block), walks: LayoutWalks(edges, points: points(block)), settings, forces)
    }
    for epoch in 0..<settings.epochs {
      try budget.forEachBlock(blocks) { block in drawn.draw(epoch, points(block)) }
      try budget.forEachBlock(blocks) { block in movers[block].walks.lay(drawn) }
      for round in 0..<DrawnEdges.rounds {
        let view = LayoutView(from: now, to: next)
        try budget.forEachBlock(blocks) { block in movers[block].move(epoch, round, view) }
        swap(&now, &next)
      }
      progress(Double(epoch + 1) / Double(settings.epochs))
    }
    try arena.verify()
    try edges.verify()
    try drawn.verify()
    for mover in movers { try mover.verify() }
    for (place, point) in order.enumerated() {
      for c in 0..<width { positions[Int(point) * width + c] = now[place * width + c] }
    }
  }
}

/// Moves the points of a block. One thread at a time works on it.
private final class BlockMover: @unchecked Sendable {
  private let block: Int
  private let points: Range<Int>
  let walks: LayoutWalks
  private let settings: UMAPOptimizer.Settings
  private let lanes: UMAPStepSIMD

  init(
    _ block: Int, _ points: Range<Int>, walks: LayoutWalks, _ settings: UMAPOptimizer.Settings,
    _ forces: LayoutForces
  ) {
    self.block = block
    self.points = points
    self.walks = walks
    self.settings = settings
    lanes = UMAPStepSIMD(forces, components: settings.components)
  }

  /// - Throws: `MemoryOverrun` where something wrote beyond the block's memory.
  func verify() throws {
    try walks.verify()
    try lanes.verify()
  }

  /// Takes the steps of a round.
  func move(_ epoch: Int, _ round: Int, _ view: LayoutView) {
    let own = points.lowerBound * settings.components..<points.upperBound * settings.components
    view.to[own].update(from: view.from[own])
    let rate = Float(settings.learningRate * (1 - Double(epoch) / Double(settings.epochs)))
    let number = UInt32(truncatingIfNeeded: epoch * DrawnEdges.rounds + round)
    for step in 0..<walks.steps(.own, round) {
      lanes.step(
        walks.step(.own, round, step), view, rate: rate,
        counter: (UInt32(truncatingIfNeeded: step), UInt32(truncatingIfNeeded: block), number))
    }
    lanes.finish(view)
    for step in 0..<walks.steps(.asked, round) {
      lanes.pull(walks.step(.asked, round, step), view, rate: rate)
    }
    lanes.finish(view)
  }
}
