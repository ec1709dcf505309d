import Execution
import Kernels

/// The forces between points of a layout that follow from the curve 1/(1 + a·d²ᵇ).
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
  fileprivate func pull(_ square: SIMD16<Float>) -> SIMD16<Float> {
    let s = square.replacing(with: 1e-30, where: square .< 1e-30)
    let power = FastMath.exp(FastMath.log(s) * b)
    return power * (-2 * a * b) / (s * (power * a + 1))
  }

  /// 2b/((0.001 + s)(1 + a·sᵇ)): what pushes two points apart.
  @inline(__always)
  fileprivate func push(_ square: SIMD16<Float>) -> SIMD16<Float> {
    let s = square.replacing(with: 1e-30, where: square .< 1e-30)
    let power = FastMath.exp(FastMath.log(s) * b)
    return (2 * b) / ((s + 0.001) * (power * a + 1))
  }
}

/// Positions of all points, `(count, components)`: as they are seen, and as they become.
package struct LayoutView: Sendable {
  package let from: FloatSlice
  package let to: FloatSlice

  package init(from: FloatSlice, to: FloatSlice) {
    precondition(from.count == to.count, "both are positions of all points")
    self.from = from
    self.to = to
  }
}

/// Points of a layout that walk along edges in lockstep, one a lane. Others are seen as they are in a view's
/// `from`; walkers begin and end in its `to`.
///
/// A step is worked through sixteen lanes at a time, and sixteen lanes of which none walks are passed over. What
/// others are seen is gathered before anything is computed, so that waiting for memory overlaps.
@usableFromInline
package final class UMAPStepSIMD {
  /// Seen through from other targets: a constant there, too.
  @inlinable @inline(__always) package static var width: Int { 64 }
  private static var group: Int { 16 }
  /// Random points that one block of the generator gives, 25 bits each.
  private static var drawnAtOnce: Int { 5 }

  private let forces: LayoutForces
  private let generator: Philox
  private let components: Int
  /// Who is on each lane, and whether it has moved.
  private let points: MemorySlice<Int32>
  private let moves: MemorySlice<Int32>
  /// Five random points of each lane, one after the other.
  private let drawn: MemorySlice<Int32>
  /// Component after component, and so of each other: where the points are, their tails, and those drawn.
  private let place: FloatSlice
  private let tail: FloatSlice
  private let others: FloatSlice
  private let arenas: (words: Arena<Int32>, floats: Arena<Float>)

  /// Lanes without a point.
  package init(_ forces: LayoutForces, components: Int) {
    self.forces = forces
    self.components = components
    generator = Philox(key: forces.key)
    let (width, all) = (Self.width, components * Self.width)
    let words = Arena<Int32>([width, width, Self.drawnAtOnce * width])
    let floats = Arena<Float>([all, all, Self.drawnAtOnce * all])
    arenas = (words, floats)
    points = words.take(width)
    moves = words.take(width)
    drawn = words.take(Self.drawnAtOnce * width)
    place = floats.take(all)
    tail = floats.take(all)
    others = floats.take(Self.drawnAtOnce * all)
    points.fill(-1)
  }

  /// - Throws: `MemoryOverrun` where something wrote beyond the lanes.
  package func verify() throws {
    try arenas.words.verify()
    try arenas.floats.verify()
  }

  /// Writes where the points have come to that have moved, and leaves no point on a lane.
  package func finish(_ view: LayoutView) {
    for lane in 0..<Self.width where moves[lane] != 0 { leave(lane, view.to, components) }
    moves.fill(0)
    points.fill(-1)
  }

  @inline(__always)
  private func leave(_ lane: Int, _ to: FloatSlice, _ components: Int) {
    let start = Int(points[lane]) &* components
    for c in 0..<components { to[start &+ c] = place[c &* Self.width &+ lane] }
  }

  /// Each walker goes along the edge to its tail, then away from random points, one after the other and each from
  /// where the one before has pushed it; one that is its own tail rests. `counter` places the step among all,
  /// and so what it draws.
  /// - Parameters:
  ///   - step: `width` walkers, each on one lane alone unless it rests on the others; then their tails.
  ///   - rate: α.
  package func step(
    _ step: MemorySlice<Int32>, _ view: LayoutView, rate: Float, counter: (UInt32, UInt32, UInt32)
  ) {
    if components == 2 {
      self.step(step, view, rate, counter, components: 2)
    } else {
      self.step(step, view, rate, counter, components: components)
    }
  }

  /// Each walker goes along the edge to its tail, and no further.
  package func pull(_ step: MemorySlice<Int32>, _ view: LayoutView, rate: Float) {
    if components == 2 {
      attract(step, view, rate, components: 2)
    } else {
      attract(step, view, rate, components: components)
    }
  }

  @inline(__always)
  private func attract(_ step: MemorySlice<Int32>, _ view: LayoutView, _ rate: Float, components: Int) {
    let tails = enter(step, view, components)
    let walking = walking(tails)
    for start in Groups(walking) { gather(tails, start, view.from, tail, components) }
    for start in Groups(walking) { attract(tails, start, rate, components) }
  }

  @inline(__always)
  private func step(
    _ step: MemorySlice<Int32>, _ view: LayoutView, _ rate: Float, _ counter: (UInt32, UInt32, UInt32),
    components: Int
  ) {
    let tails = enter(step, view, components)
    let walking = walking(tails)
    for start in Groups(walking) { gather(tails, start, view.from, tail, components) }
    let samples = forces.negativeSamples
    var done = 0
    repeat {
      let now = min(Self.drawnAtOnce, samples - done)
      if now > 0 { for start in Groups(walking) { draw(done / Self.drawnAtOnce, start, counter) } }
      for sample in 0..<now { gatherDrawn(sample, walking, view.from, components) }
      if done == 0 { for start in Groups(walking) { attract(tails, start, rate, components) } }
      for sample in 0..<now {
        for start in Groups(walking) { repel(sample, tails, start, rate, components) }
      }
      done += now
    } while done < samples
  }

  /// Lets each walker onto its lane; the one that was there before has taken all its steps. Gives the tails.
  @inline(__always)
  private func enter(
    _ step: MemorySlice<Int32>, _ view: LayoutView, _ components: Int
  ) -> MemorySlice<Int32> {
    precondition(
      step.count == 2 * Self.width && view.to.count == forces.count * components,
      "a step has a walker and a tail a lane, and positions of all points are needed")
    let tails = step.unchecked(from: Self.width)
    var changes: Int32 = 0
    for lane in 0..<Self.width { changes |= step[lane] ^ points[lane] }
    if changes != 0 {
      for lane in 0..<Self.width where step[lane] != points[lane] {
        if moves[lane] != 0 { leave(lane, view.to, components) }
        let start = Int(step[lane]) &* components
        for c in 0..<components { place[c &* Self.width &+ lane] = view.to[start &+ c] }
        points[lane] = step[lane]
        moves[lane] = 0
      }
    }
    for lane in 0..<Self.width { moves[lane] |= tails[lane] ^ points[lane] }
    return tails
  }

  /// A bit for each sixteen lanes on which someone walks.
  @inline(__always)
  private func walking(_ tails: MemorySlice<Int32>) -> UInt32 {
    var groups: UInt32 = 0
    for group in 0..<Self.width / Self.group {
      var differences: Int32 = 0
      for lane in group &* Self.group..<(group &+ 1) &* Self.group {
        differences |= tails[lane] ^ points[lane]
      }
      groups |= differences != 0 ? 1 &<< UInt32(truncatingIfNeeded: group) : 0
    }
    return groups
  }

  /// Five random points for each of sixteen lanes.
  @inline(__always)
  private func draw(_ round: Int, _ start: Int, _ counter: (UInt32, UInt32, UInt32)) {
    let width = Self.width
    let count = UInt64(forces.count)
    let first = UInt32(truncatingIfNeeded: round &* width)
    for lane in start..<start &+ Self.group {
      let words = generator.apply(
        (first &+ UInt32(truncatingIfNeeded: lane), counter.0, counter.1, counter.2))
      let low = UInt64(words.0) | UInt64(words.1) &<< 32
      let high = UInt64(words.2) | UInt64(words.3) &<< 32
      drawn[lane] = Self.scaled(low, count)
      drawn[lane &+ width] = Self.scaled(low &>> 25, count)
      drawn[lane &+ 2 &* width] = Self.scaled(low &>> 50 | high &<< 14, count)
      drawn[lane &+ 3 &* width] = Self.scaled(high &>> 11, count)
      drawn[lane &+ 4 &* width] = Self.scaled(high &>> 36, count)
    }
  }

  /// ⌊w·count/2²⁵⌋ for the lower 25 bits w.
  @inline(__always)
  private static func scaled(_ bits: UInt64, _ count: UInt64) -> Int32 {
    Int32(truncatingIfNeeded: ((bits & 0x1ff_ffff) &* count) &>> 25)
  }

  @inline(__always)
  private func gatherDrawn(_ sample: Int, _ walking: UInt32, _ from: FloatSlice, _ components: Int) {
    let drawn = drawn.unchecked(from: sample &* Self.width)
    let seen = others.unchecked(from: sample &* Self.width &* components)
    for start in Groups(walking) { gather(drawn, start, from, seen, components) }
  }

  /// Where sixteen points are seen.
  @inline(__always)
  private func gather(
    _ points: MemorySlice<Int32>, _ start: Int, _ from: FloatSlice, _ seen: FloatSlice, _ components: Int
  ) {
    for lane in start..<start &+ Self.group {
      let place = Int(points[lane]) &* components
      for c in 0..<components { seen[c &* Self.width &+ lane] = from[place &+ c] }
    }
  }

  @inline(__always)
  private func attract(_ tails: MemorySlice<Int32>, _ start: Int, _ rate: Float, _ components: Int) {
    let walks = tails.lanes(start) .!= points.lanes(start)
    let factor = forces.pull(square(tail, start, components))
    for c in 0..<components {
      let line = c &* Self.width &+ start
      let moved = Self.clipped((place.lanes(line) - tail.lanes(line)) * factor) * rate
      place.set(place.lanes(line) + SIMD16(repeating: 0).replacing(with: moved, where: walks), line)
    }
  }

  @inline(__always)
  private func repel(
    _ sample: Int, _ tails: MemorySlice<Int32>, _ start: Int, _ rate: Float, _ components: Int
  ) {
    let seen = others.unchecked(from: sample &* Self.width &* components)
    let who = drawn.lanes(sample &* Self.width &+ start)
    let acts = (tails.lanes(start) .!= points.lanes(start)) .& (who .!= points.lanes(start))
    let push = forces.push(square(seen, start, components))
    let factor = SIMD16(repeating: 0).replacing(with: push, where: acts)
    for c in 0..<components {
      let line = c &* Self.width &+ start
      let moved = Self.clipped((place.lanes(line) - seen.lanes(line)) * factor) * rate
      place.set(place.lanes(line) + moved, line)
    }
  }

  /// Squared distances of sixteen walkers to others.
  @inline(__always)
  private func square(_ seen: FloatSlice, _ start: Int, _ components: Int) -> SIMD16<Float> {
    var sum = SIMD16<Float>(repeating: 0)
    for c in 0..<components {
      let line = c &* Self.width &+ start
      let difference = place.lanes(line) - seen.lanes(line)
      sum += difference * difference
    }
    return sum
  }

  @inline(__always)
  private static func clipped(_ value: SIMD16<Float>) -> SIMD16<Float> {
    let low = value.replacing(with: -4, where: value .< -4)
    return low.replacing(with: 4, where: low .> 4)
  }
}

/// Where sixteen lanes begin, for each bit that is set.
private struct Groups: Sequence, IteratorProtocol {
  private var rest: UInt32

  @inline(__always)
  init(_ bits: UInt32) { rest = bits }

  @inline(__always)
  mutating func next() -> Int? {
    guard rest != 0 else { return nil }
    let group = rest.trailingZeroBitCount
    rest &= rest &- 1
    return group &* 16
  }
}
