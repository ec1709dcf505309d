/// The forces between points of a picture that follow from the curve 1/(1 + a·d²ᵇ).
package struct LayoutForces: Sendable {
  package let a: Float
  package let b: Float
  /// Points that each edge pushes its end away from.
  package let negativeSamples: Int
  /// How many points there are to draw from.
  package let count: Int
  package let key: UInt64

  package init(a: Double, b: Double, negativeSamples: Int, count: Int, key: UInt64) {
    self.a = Float(a)
    self.b = Float(b)
    self.negativeSamples = negativeSamples
    self.count = count
    self.key = key
  }

  /// −2ab·s^(b−1)/(1 + a·sᵇ): what pulls the ends of an edge of squared length s together.
  @inline(__always)
  fileprivate func pull(_ square: Float) -> Float {
    let s = square < 1e-30 ? 1e-30 : square
    let power = FastMath.exp(FastMath.log(s) * b)
    return power * (-2 * a * b) / (s * (power * a + 1))
  }

  /// 2b/((0.001 + s)(1 + a·sᵇ)): what pushes two points apart.
  @inline(__always)
  fileprivate func push(_ square: Float) -> Float {
    let s = square < 1e-30 ? 1e-30 : square
    let power = FastMath.exp(FastMath.log(s) * b)
    return 2 * b / ((s + 0.001) * (power * a + 1))
  }
}

/// Points of a picture that walk along edges in lockstep, one a lane. Others are seen as they are in `from`;
/// walkers begin and end in `to`.
///
/// Plain loops over lanes, kept beside `FastMath` so that the compiler turns them into vector code.
package final class LayoutLanes {
  package static let width = 64
  /// Random points that one block of the generator gives, 25 bits each.
  private static let drawnAtOnce = 5

  private let forces: LayoutForces
  private let generator: Philox
  private let components: Int
  private let from: FloatSlice
  private let to: FloatSlice
  /// Who is on each lane, and whether it has moved.
  private let points: MemorySlice<Int32>
  private let moves: MemorySlice<Int32>
  private let drawn: MemorySlice<Int32>
  /// Component after component: where the points are, and differences; factors of each lane.
  private let place: FloatSlice
  private let difference: FloatSlice
  private let factor: FloatSlice
  private let arenas: (words: Arena<Int32>, floats: Arena<Float>)

  /// Lanes without a point.
  /// - Parameters:
  ///   - from: `(forces.count, components)`, and so `to`.
  package init(_ forces: LayoutForces, components: Int, from: FloatSlice, to: FloatSlice) {
    precondition(
      from.count == forces.count * components && to.count == from.count, "positions of all points are needed")
    self.forces = forces
    self.components = components
    self.from = from
    self.to = to
    generator = Philox(key: forces.key)
    let (width, all) = (Self.width, components * Self.width)
    let words = Arena<Int32>([width, width, Self.drawnAtOnce * width])
    let floats = Arena<Float>([all, all, width])
    arenas = (words, floats)
    points = words.take(width)
    moves = words.take(width)
    drawn = words.take(Self.drawnAtOnce * width)
    place = floats.take(all)
    difference = floats.take(all)
    factor = floats.take(width)
    points.fill(-1)
  }

  /// - Throws: `MemoryOverrun` where something wrote beyond the lanes.
  package func verify() throws {
    try arenas.words.verify()
    try arenas.floats.verify()
  }

  /// Writes where the points have come to that have moved, and leaves no point on a lane.
  package func finish() {
    for lane in 0..<Self.width {
      leave(lane)
      points[lane] = -1
    }
  }

  private func leave(_ lane: Int) {
    guard moves[lane] != 0 else { return }
    for c in 0..<components { to[Int(points[lane]) * components + c] = place[c * Self.width + lane] }
    moves[lane] = 0
  }

  /// Lets each walker onto its lane; the one that was there before has taken all its steps.
  @inline(__always)
  private func enter(_ walkers: MemorySlice<Int32>, _ tails: MemorySlice<Int32>) {
    precondition(walkers.count == Self.width && tails.count == Self.width, "a step has a point a lane")
    var changes: Int32 = 0
    for lane in 0..<Self.width { changes |= walkers[lane] ^ points[lane] }
    if changes != 0 {
      for lane in 0..<Self.width where walkers[lane] != points[lane] {
        leave(lane)
        points[lane] = walkers[lane]
        for c in 0..<components { place[c * Self.width + lane] = to[Int(walkers[lane]) * components + c] }
      }
    }
    for lane in 0..<Self.width { moves[lane] |= tails[lane] != points[lane] ? 1 : 0 }
  }

  /// Each walker goes along the edge to its tail, then away from random points, one after the other and each from
  /// where the one before has pushed it; one that is its own tail rests. `counter` places the step among all, and so what it draws.
  /// - Parameters:
  ///   - walkers: `width` points, each on one lane alone unless it rests on the others.
  ///   - rate: α.
  package func step(
    _ walkers: MemorySlice<Int32>, to tails: MemorySlice<Int32>, rate: Float,
    counter: (UInt32, UInt32, UInt32)
  ) {
    enter(walkers, tails)
    if components == 2 {
      step(tails, rate, counter, components: 2)
    } else {
      step(tails, rate, counter, components: components)
    }
  }

  /// Each walker goes along the edge to its tail, and no further.
  package func pull(
    _ walkers: MemorySlice<Int32>, to tails: MemorySlice<Int32>, rate: Float
  ) {
    enter(walkers, tails)
    if components == 2 {
      attract(tails, rate, 2)
    } else {
      attract(tails, rate, components)
    }
  }

  @inline(__always)
  private func step(
    _ tails: MemorySlice<Int32>, _ rate: Float, _ counter: (UInt32, UInt32, UInt32), components: Int
  ) {
    attract(tails, rate, components)
    for sample in 0..<forces.negativeSamples {
      let slot = sample % Self.drawnAtOnce
      if slot == 0 { draw(sample / Self.drawnAtOnce, counter) }
      repel(drawn[slot * Self.width..<(slot + 1) * Self.width], tails, rate, components)
    }
  }

  /// Five random points for each lane.
  @inline(__always)
  private func draw(_ round: Int, _ counter: (UInt32, UInt32, UInt32)) {
    let width = Self.width
    let count = UInt64(forces.count)
    let first = UInt32(truncatingIfNeeded: round * width)
    for lane in 0..<width {
      let words = generator.apply(
        (first &+ UInt32(truncatingIfNeeded: lane), counter.0, counter.1, counter.2))
      let low = UInt64(words.0) | UInt64(words.1) &<< 32
      let high = UInt64(words.2) | UInt64(words.3) &<< 32
      drawn[lane] = Self.scaled(low, count)
      drawn[lane + width] = Self.scaled(low &>> 25, count)
      drawn[lane + 2 * width] = Self.scaled(low &>> 50 | high &<< 14, count)
      drawn[lane + 3 * width] = Self.scaled(high &>> 11, count)
      drawn[lane + 4 * width] = Self.scaled(high &>> 36, count)
    }
  }

  /// ⌊w·count/2²⁵⌋ for the lower 25 bits w.
  @inline(__always)
  private static func scaled(_ bits: UInt64, _ count: UInt64) -> Int32 {
    Int32(truncatingIfNeeded: ((bits & 0x1ff_ffff) &* count) &>> 25)
  }

  @inline(__always)
  private func attract(_ tails: MemorySlice<Int32>, _ rate: Float, _ components: Int) {
    measure(tails, components)
    for lane in 0..<Self.width { factor[lane] = forces.pull(factor[lane]) }
    for c in 0..<components {
      let line = c * Self.width
      for lane in 0..<Self.width {
        let moved = Self.clipped(difference[line + lane] * factor[lane]) * rate
        place[line + lane] += tails[lane] == points[lane] ? 0 : moved
      }
    }
  }

  @inline(__always)
  private func repel(
    _ others: MemorySlice<Int32>, _ tails: MemorySlice<Int32>, _ rate: Float, _ components: Int
  ) {
    measure(others, components)
    for lane in 0..<Self.width {
      let push = forces.push(factor[lane])
      let acts = tails[lane] != points[lane] && others[lane] != points[lane]
      factor[lane] = acts ? push : 0
    }
    for c in 0..<components {
      let line = c * Self.width
      for lane in 0..<Self.width {
        place[line + lane] += Self.clipped(difference[line + lane] * factor[lane]) * rate
      }
    }
  }

  /// Differences to other points, and their squared lengths as factors.
  @inline(__always)
  private func measure(_ others: MemorySlice<Int32>, _ components: Int) {
    for lane in 0..<Self.width { factor[lane] = 0 }
    for c in 0..<components {
      let line = c * Self.width
      for lane in 0..<Self.width {
        difference[line + lane] = place[line + lane] - from[Int(others[lane]) &* components &+ c]
      }
      for lane in 0..<Self.width { factor[lane] += difference[line + lane] * difference[line + lane] }
    }
  }

  @inline(__always)
  private static func clipped(_ value: Float) -> Float {
    let low: Float = value < -4 ? -4 : value
    return low > 4 ? 4 : low
  }
}
