import Execution
import Kernels

/// The steps of a block of points in an epoch, in each round those along their own edges, and those that others'
/// edges ask for, laid on lanes: step after step, the lanes side by side. A point keeps its lane in a round, and
/// lanes take points in turn. A lane that has fewer steps than others ends with its last point at rest, which is
/// its own tail; one that has no step at all, with the first point of the block.
///
/// One thread at a time works on a block. Epochs take the same memory, which grows where one needs more.
package final class LayoutWalks: @unchecked Sendable {
  package enum Kind: Int, Sendable, CaseIterable {
    case own, asked
  }

  private static var lists: Int { 2 * DrawnEdges.rounds }

  private let edges: LayoutEdges
  private let points: Range<Int>
  private var seats: Seats

  /// Without steps.
  package init(_ edges: LayoutEdges, points: Range<Int>) {
    self.edges = edges
    self.points = points
    let own = edges.starts[points.lowerBound]..<edges.starts[points.upperBound]
    let drawn = own.reduce(0.0) { $0 + Double(edges.rates[$1]) * 0x1p-32 }
    let even = drawn / Double(DrawnEdges.rounds * UMAPStepSIMD.width)
    seats = Seats(lists: Self.lists, capacity: Int(1.25 * even) + 2)
  }

  /// - Throws: `MemoryOverrun` where something wrote beyond the steps.
  package func verify() throws { try seats.verify() }

  /// How many steps a round has.
  package func steps(_ kind: Kind, _ round: Int) -> Int {
    Int(seats.steps[kind.rawValue * DrawnEdges.rounds + round])
  }

  /// The walkers of a step, one a lane, then their tails.
  package func step(_ kind: Kind, _ round: Int, _ step: Int) -> MemorySlice<Int32> {
    precondition(step >= 0 && step < steps(kind, round), "a round has no such step")
    return seats.row(kind.rawValue * DrawnEdges.rounds + round, step)
  }

  /// Lays out the steps of an epoch.
  package func lay(_ drawn: DrawnEdges) {
    let needed = seat(drawn)
    if needed > seats.capacity {
      seats = Seats(lists: Self.lists, capacity: needed + needed / 8)
      _ = seat(drawn)
    }
    seats.rest(resting: Int32(truncatingIfNeeded: points.lowerBound))
  }

  /// Gives each step its lane, and its place where there is one; how many steps the longest lane has.
  private func seat(_ drawn: DrawnEdges) -> Int {
    let (seats, tails, reverses, turns) = (seats, edges.tails, edges.reverses, drawn.turns)
    seats.empty()
    for point in points {
      let walker = Int32(truncatingIfNeeded: point)
      let list = drawn.list(point)
      for place in list.indices {
        let edge = Int(list[place])
        seats.add(walker, tail: tails[edge], to: Int(turns[edge]))
        seats.add(walker, tail: tails[edge], to: DrawnEdges.rounds &+ Int(turns[Int(reverses[edge])]))
      }
    }
    return seats.count()
  }
}

/// Lanes of several lists of steps, with room for `capacity` steps in each list.
private struct Seats {
  private static var width: Int { UMAPStepSIMD.width }
  /// Walkers and tails.
  private static var rowSize: Int { 2 * UMAPStepSIMD.width }

  let capacity: Int
  /// How many steps each list has, once counted.
  let steps: MemorySlice<Int32>
  private let stride: Int
  private let rows: MemorySlice<Int32>
  /// Steps of each list's lanes; its lane that was given a walker last, and this walker.
  private let heights: MemorySlice<Int32>
  private let lanes: MemorySlice<Int32>
  private let walkers: MemorySlice<Int32>
  private let arena: Arena<Int32>

  init(lists: Int, capacity: Int) {
    self.capacity = capacity
    // A cache line more than is needed, so that lists do not begin in the same set of a cache.
    stride = capacity * Self.rowSize + 16
    arena = Arena([lists, lists * stride, lists * Self.width, lists, lists])
    steps = arena.take(lists)
    rows = arena.take(lists * stride)
    heights = arena.take(lists * Self.width)
    lanes = arena.take(lists)
    walkers = arena.take(lists)
  }

  func verify() throws { try arena.verify() }

  func row(_ list: Int, _ step: Int) -> MemorySlice<Int32> {
    let start = list * stride + step * Self.rowSize
    return rows[start..<start + Self.rowSize]
  }

  func empty() {
    heights.fill(0)
    lanes.fill(-1)
    walkers.fill(-1)
  }

  /// Adds a step; all steps of a walker in a list are added one after another. One beyond the capacity is only
  /// counted.
  @inline(__always)
  func add(_ walker: Int32, tail: Int32, to list: Int) {
    let next = lanes[list] &+ (walkers[list] == walker ? 0 : 1)
    let lane = Int(next) & (Self.width - 1)
    lanes[list] = next
    walkers[list] = walker
    let height = Int(heights[list &* Self.width &+ lane])
    heights[list &* Self.width &+ lane] = Int32(truncatingIfNeeded: height &+ 1)
    guard height < capacity else { return }
    let place = list &* stride &+ height &* Self.rowSize &+ lane
    rows[place] = walker
    rows[place &+ Self.width] = tail
  }

  /// Counts each list's steps; the most of them.
  func count() -> Int {
    var most: Int32 = 0
    for list in steps.indices {
      var highest: Int32 = 0
      for lane in list * Self.width..<(list + 1) * Self.width { highest = max(highest, heights[lane]) }
      steps[list] = highest
      most = max(most, highest)
    }
    return Int(most)
  }

  /// Lets the lanes that have fewer steps than others rest.
  func rest(resting: Int32) {
    for list in steps.indices {
      let count = Int(steps[list])
      for lane in 0..<Self.width {
        let height = Int(heights[list * Self.width + lane])
        if height == count { continue }
        let start = list * stride + lane
        let last = height > 0 ? rows[start + (height - 1) * Self.rowSize] : resting
        for step in height..<count {
          rows[start + step * Self.rowSize] = last
          rows[start + step * Self.rowSize + Self.width] = last
        }
      }
    }
  }
}
