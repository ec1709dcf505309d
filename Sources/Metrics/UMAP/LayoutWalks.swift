import Kernels

/// The steps of a round, laid on lanes: step after step, the lanes side by side. A point keeps its lane, and
/// lanes take points in turn. A lane that has fewer steps than others ends with its last point at rest.
struct LayoutWalks: Sendable {
  private static let width = LayoutLanes.width

  private var walkers: [Int32] = []
  private var tails: [Int32] = []
  private var counts = [Int](repeating: 0, count: LayoutLanes.width)
  private var lane = -1
  private var last: Int32 = -1
  /// Who rests on a lane that has no step at all.
  private let resting: Int32

  init(resting: Int32) { self.resting = resting }

  var steps: Int { walkers.count / Self.width }

  /// Adds a step of `walker` along its edge to `tail`; all steps of a walker are added one after another.
  mutating func append(_ walker: Int32, tail: Int32) {
    if walker != last {
      lane = (lane + 1) % Self.width
      last = walker
    }
    let place = counts[lane] * Self.width + lane
    if place >= walkers.count {
      let room = [Int32](repeating: -1, count: Self.width)
      walkers += room
      tails += room
    }
    walkers[place] = walker
    tails[place] = tail
    counts[lane] += 1
  }

  /// Lets the lanes that have fewer steps rest: a walker that is its own tail.
  mutating func fill() {
    for lane in 0..<Self.width {
      let last = counts[lane] > 0 ? walkers[(counts[lane] - 1) * Self.width + lane] : resting
      for place in stride(from: counts[lane] * Self.width + lane, to: walkers.count, by: Self.width) {
        walkers[place] = last
        tails[place] = last
      }
    }
  }

  /// The walkers and tails of a step, one a lane.
  func withStep(_ step: Int, _ body: (_ walkers: MemorySlice<Int32>, _ tails: MemorySlice<Int32>) -> Void) {
    let range = step * Self.width..<(step + 1) * Self.width
    walkers.withReadSlice { walkers in
      tails.withReadSlice { tails in body(walkers[range], tails[range]) }
    }
  }
}
