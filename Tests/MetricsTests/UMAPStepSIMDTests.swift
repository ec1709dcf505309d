import Kernels
import Metrics
import Testing

/// Lanes of a layout against one walker after another, in the same operations: every bit is the same.
@Suite("Lanes of a layout")
struct UMAPStepSIMDTests {
  private static let count = 300
  private static let rate: Float = 0.75

  private struct Twin {
    let forces: LayoutForces
    let components: Int
    let from: [Float]
    var to: [Float]

    private func seen(_ point: Int) -> ArraySlice<Float> {
      from[point * components..<(point + 1) * components]
    }

    private func square(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Float {
      let sum = zip(a, b).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      return sum < 1e-30 ? 1e-30 : sum
    }

    /// Moves a walker by a factor of its difference to what it sees of a point.
    private mutating func move(_ walker: Int, _ other: Int, _ factor: (Float) -> Float) {
      let seen = Array(seen(other))
      let own = walker * components..<(walker + 1) * components
      let factor = factor(square(to[own], seen[...]))
      for c in 0..<components {
        to[own.lowerBound + c] += max(-4, min(4, (to[own.lowerBound + c] - seen[c]) * factor)) * rate
      }
    }

    mutating func pull(_ walker: Int, _ tail: Int) {
      if walker == tail { return }
      let (a, b) = (forces.a, forces.b)
      move(walker, tail) { s in
        let power = FastMath.exp(FastMath.log(s) * b)
        return power * (-2 * a * b) / (s * (power * a + 1))
      }
    }

    mutating func step(_ walker: Int, _ tail: Int, lane: Int, _ counter: (UInt32, UInt32, UInt32)) {
      if walker == tail { return }
      pull(walker, tail)
      let (a, b) = (forces.a, forces.b)
      for sample in 0..<forces.negativeSamples {
        let other = drawn(sample, lane, counter)
        if other == walker { continue }
        move(walker, other) { s in
          let power = FastMath.exp(FastMath.log(s) * b)
          return 2 * b / ((s + 0.001) * (power * a + 1))
        }
      }
    }

    /// Five points from 25 bits each of the 128 that a counter gives.
    private func drawn(_ sample: Int, _ lane: Int, _ counter: (UInt32, UInt32, UInt32)) -> Int {
      let words = Philox(key: forces.key).apply(
        (UInt32(sample / 5 * UMAPStepSIMD.width + lane), counter.0, counter.1, counter.2))
      let all = [words.3, words.2, words.1, words.0].reduce(UInt128(0)) { $0 << 32 | UInt128($1) }
      let bits = Int((all >> (25 * UInt128(sample % 5))) & 0x1ff_ffff)
      return (bits * forces.count) >> 25
    }
  }

  /// Steps of one round: walkers on lanes of their own, some of which take several steps, rest at the end of
  /// their lane, or never walk, in whole groups of sixteen, too.
  private func steps(_ random: RandomStream) -> [[Int32]] {
    let width = UMAPStepSIMD.width
    let walkers = random.permutation(Self.count).map { Int32($0) }
    let tails = random.integers(below: Self.count, count: 4 * width)
    let ends = random.integers(below: 4, count: width)
    return (0..<4).map { step in
      let now = (0..<width).map { lane in lane < 16 || step < 2 ? walkers[lane] : walkers[lane + 2 * width] }
      return now
        + (0..<width).map { lane in
          let rests = lane >= 48 || step > ends[lane] || (step == 1 && lane >= 16 && lane < 32)
          return rests ? now[lane] : Int32(tails[step * width + lane])
        }
    }
  }

  @Test(
    "every walker comes to where it comes alone",
    arguments: [2, 1, 3, 7], [0, 1, 5, 12])
  func lanes(components: Int, negativeSamples: Int) throws {
    let random = RandomStream(seed: 4, stage: "lanes", name: "\(components) \(negativeSamples)")
    let forces = LayoutForces(
      a: 1.577, b: 0.895, negativeSamples: negativeSamples, count: Self.count, key: random.key)
    var from = [Float](repeating: 0, count: Self.count * components)
    from.withSlice { random.gaussians(into: $0, scale: 3) }
    // Two that lie on each other.
    for c in 0..<components { from[c] = from[components + c] }
    var to = from
    var twin = Twin(forces: forces, components: components, from: from, to: to)
    var steps = steps(random)
    let counters = steps.indices.map { (UInt32($0), UInt32(7), UInt32(1 << 20)) }
    for (step, counter) in zip(steps, counters) {
      for lane in 0..<UMAPStepSIMD.width {
        twin.step(Int(step[lane]), Int(step[UMAPStepSIMD.width + lane]), lane: lane, counter)
      }
    }
    for step in steps {
      for lane in 0..<UMAPStepSIMD.width { twin.pull(Int(step[lane]), Int(step[UMAPStepSIMD.width + lane])) }
    }
    let lanes = UMAPStepSIMD(forces, components: components)
    from.withSlice { from in
      to.withSlice { to in
        let view = LayoutView(from: from, to: to)
        for index in steps.indices {
          steps[index].withSlice { lanes.step($0, view, rate: Self.rate, counter: counters[index]) }
        }
        lanes.finish(view)
        for index in steps.indices { steps[index].withSlice { lanes.pull($0, view, rate: Self.rate) } }
        lanes.finish(view)
      }
    }
    try lanes.verify()
    #expect(to.map(\.bitPattern) == twin.to.map(\.bitPattern))
    #expect(to != from)
  }

  @Test("exponentials and logarithms of sixteen numbers are those of each")
  func functions() {
    let random = RandomStream(seed: 4, stage: "lanes", name: "functions")
    var values = [Float](repeating: 0, count: 16 * 500)
    values.withSlice { random.gaussians(into: $0, scale: 40) }
    values.replaceSubrange(0..<8, with: [0, -0.0, 200, -200, 88.3, -87.3, .infinity, -.infinity])
    for start in stride(from: 0, to: values.count, by: 16) {
      let own = values[start..<start + 16]
      let powers = FastMath.exp(SIMD16(own))
      let positive = own.map { FastMath.exp(max(-80, min(80, $0))) }
      let logarithms = FastMath.log(SIMD16(positive))
      for (lane, value) in own.enumerated() {
        #expect(powers[lane].bitPattern == FastMath.exp(value).bitPattern)
        #expect(logarithms[lane].bitPattern == FastMath.log(positive[lane]).bitPattern)
      }
    }
    #expect(FastMath.exp(SIMD16<Float>(repeating: .nan))[5].isNaN)
  }
}
