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

/// Points of a picture that walk along edges in lockstep, one a lane, seeing all others where they were.
///
/// Plain loops over lanes, kept beside `FastMath` so that the compiler turns them into vector code.
package final class LayoutLanes {
  package static let width = 64
  /// Random points that one block of the generator gives, 25 bits each.
  private static let drawnAtOnce = 5

  private let forces: LayoutForces
  private let generator: Philox
  private let components: Int
  private let from: UnsafePointer<Float>
  private let to: UnsafeMutablePointer<Float>
  /// Who is on each lane, and whether it has moved.
  private let points: UnsafeMutablePointer<Int32>
  private let moves: UnsafeMutablePointer<UInt32>
  private let drawn: UnsafeMutablePointer<Int32>
  /// Component after component: where the points are, differences, and sums of forces; then factors.
  private let place: UnsafeMutablePointer<Float>
  private let difference: UnsafeMutablePointer<Float>
  private let force: UnsafeMutablePointer<Float>
  private let factor: UnsafeMutablePointer<Float>

  /// Lanes without a point. Others are seen as they are in `from`; walkers end in `to`.
  package init(
    _ forces: LayoutForces, components: Int, from: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>
  ) {
    self.forces = forces
    self.components = components
    self.from = from
    self.to = to
    generator = Philox(key: forces.key)
    let width = Self.width
    points = .allocate(capacity: width)
    points.initialize(repeating: -1, count: width)
    moves = .allocate(capacity: width)
    moves.initialize(repeating: 0, count: width)
    drawn = .allocate(capacity: Self.drawnAtOnce * width)
    place = .allocate(capacity: (3 * components + 1) * width)
    place.initialize(repeating: 0, count: (3 * components + 1) * width)
    difference = place + components * width
    force = place + 2 * components * width
    factor = place + 3 * components * width
  }

  deinit {
    points.deallocate()
    moves.deallocate()
    drawn.deallocate()
    place.deallocate()
  }

  /// Writes where the points have come to that have moved.
  package func finish() {
    for lane in 0..<Self.width { leave(lane) }
  }

  private func leave(_ lane: Int) {
    guard moves[lane] != 0 else { return }
    for c in 0..<components { to[Int(points[lane]) * components + c] = place[c * Self.width + lane] }
    moves[lane] = 0
  }

  /// Lets each walker onto its lane; whoever was there before has finished.
  @inline(__always)
  private func enter(_ walkers: UnsafePointer<Int32>) {
    var changes: Int32 = 0
    for lane in 0..<Self.width { changes |= walkers[lane] ^ points[lane] }
    if changes == 0 { return }
    for lane in 0..<Self.width where walkers[lane] != points[lane] {
      leave(lane)
      points[lane] = walkers[lane]
      for c in 0..<components { place[c * Self.width + lane] = from[Int(walkers[lane]) * components + c] }
    }
  }

  /// Each walker goes along the edge to its tail, then away from random points; one that is its own tail
  /// rests. (epoch, block, number) places the step among all, and so what it draws.
  package func step(
    _ walkers: UnsafePointer<Int32>, to tails: UnsafePointer<Int32>, rate: Float, number: Int, block: Int,
    epoch: Int
  ) {
    enter(walkers)
    let counter = (UInt32(truncatingIfNeeded: number), UInt32(truncatingIfNeeded: block), UInt32(epoch))
    if components == 2 {
      step(tails, rate, counter, components: 2)
    } else {
      step(tails, rate, counter, components: components)
    }
  }

  @inline(__always)
  private func step(
    _ tails: UnsafePointer<Int32>, _ rate: Float, _ counter: (UInt32, UInt32, UInt32), components: Int
  ) {
    for lane in 0..<Self.width { moves[lane] |= tails[lane] != points[lane] ? 1 : 0 }
    attract(tails, 2 * rate, components)
    for index in 0..<components * Self.width { force[index] = 0 }
    for sample in 0..<forces.negativeSamples {
      let slot = sample % Self.drawnAtOnce
      if slot == 0 { draw(sample / Self.drawnAtOnce, counter) }
      repel(drawn + slot * Self.width, tails, components)
    }
    for index in 0..<components * Self.width { place[index] += force[index] * rate }
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
  private func attract(_ tails: UnsafePointer<Int32>, _ rate: Float, _ components: Int) {
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
    _ others: UnsafePointer<Int32>, _ tails: UnsafePointer<Int32>, _ components: Int
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
        force[line + lane] += Self.clipped(difference[line + lane] * factor[lane])
      }
    }
  }

  /// Differences to other points, and their squared lengths as factors.
  @inline(__always)
  private func measure(_ others: UnsafePointer<Int32>, _ components: Int) {
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
