import Kernels

/// Sixteen points on their way through one epoch, in lockstep.
struct Walk {
  private typealias Lanes = SIMD16<Float>

  private let components: Int
  private let points: SIMD16<Int32>
  private let from: UnsafePointer<Float>
  private let a: Float
  private let b: Float
  private let rate: Float
  private let negativeSamples: Int
  /// Where the points are, one vector a component; then differences, then the sum of forces.
  private let place: UnsafeMutablePointer<SIMD16<Float>>
  private var difference: UnsafeMutablePointer<SIMD16<Float>> { place + components }
  private var force: UnsafeMutablePointer<SIMD16<Float>> { place + 2 * components }

  init(
    _ points: UnsafePointer<Int32>, _ from: UnsafePointer<Float>, _ settings: Layout.Settings, _ epoch: Int
  ) {
    components = settings.components
    self.points = UnsafeRawPointer(points).loadUnaligned(as: SIMD16<Int32>.self)
    self.from = from
    a = Float(settings.curve.a)
    b = Float(settings.curve.b)
    rate = Float(settings.learningRate * (1 - Double(epoch) / Double(settings.epochs)))
    negativeSamples = settings.negativeSamples
    place = .allocate(capacity: 3 * components)
    place.initialize(repeating: Lanes(repeating: 0), count: 3 * components)
    for c in 0..<components { place[c] = Self.gather(from + c, self.points, components) }
  }

  /// Writes the places of the first `lanes` points and ends the walk.
  func finish(_ to: UnsafeMutablePointer<Float>, _ lanes: Int) {
    for lane in 0..<lanes {
      for c in 0..<components { to[Int(points[lane]) * components + c] = place[c][lane] }
    }
    place.deallocate()
  }

  /// Each point goes along the edge to its tail, then away from random points; one that is its own tail
  /// rests.
  @inline(__always)
  mutating func step(_ tails: UnsafePointer<Int32>, _ number: UInt64, _ random: NegativePoints) {
    let tails = UnsafeRawPointer(tails).loadUnaligned(as: SIMD16<Int32>.self)
    let walks = tails .!= points
    attract(tails, walks)
    for c in 0..<components { force[c] = Lanes(repeating: 0) }
    var sample = 0
    while sample < negativeSamples {
      let (first, second) = random.draw(step: number, pair: UInt64(sample / 2))
      repel(first, walks)
      if sample + 1 < negativeSamples { repel(second, walks) }
      sample += 2
    }
    for c in 0..<components { place[c] += force[c] * rate }
  }

  @inline(__always)
  private func attract(_ tails: SIMD16<Int32>, _ walks: SIMDMask<SIMD16<Int32>>) {
    let square = measure(tails)
    let power = VectorMath.exp(VectorMath.log(square) * b)
    let pull = (power * (-2 * a * b)) / (square * (power * a + 1))
    let factor = Lanes(repeating: 0).replacing(with: pull, where: walks)
    for c in 0..<components { place[c] += Self.clipped(difference[c] * factor) * (2 * rate) }
  }

  @inline(__always)
  private func repel(_ others: SIMD16<Int32>, _ walks: SIMDMask<SIMD16<Int32>>) {
    let square = measure(others)
    let power = VectorMath.exp(VectorMath.log(square) * b)
    let push = (2 * b) / ((square + 0.001) * (power * a + 1))
    let factor = Lanes(repeating: 0).replacing(with: push, where: walks .& (others .!= points))
    for c in 0..<components { force[c] += Self.clipped(difference[c] * factor) }
  }

  /// The differences to other points, and their squared lengths, at least 1e-30.
  @inline(__always)
  private func measure(_ others: SIMD16<Int32>) -> Lanes {
    var square = Lanes(repeating: 0)
    for c in 0..<components {
      let lanes = place[c] - Self.gather(from + c, others, components)
      difference[c] = lanes
      square += lanes * lanes
    }
    return square.replacing(with: Lanes(repeating: 1e-30), where: square .< 1e-30)
  }

  @inline(__always)
  private static func clipped(_ lanes: Lanes) -> Lanes {
    lanes.replacing(with: Lanes(repeating: 4), where: lanes .> 4)
      .replacing(with: Lanes(repeating: -4), where: lanes .< -4)
  }

  @inline(__always)
  private static func gather(_ base: UnsafePointer<Float>, _ rows: SIMD16<Int32>, _ stride: Int) -> Lanes {
    let p = rows &* Int32(truncatingIfNeeded: stride)
    return Lanes(
      base[Int(p[0])], base[Int(p[1])], base[Int(p[2])], base[Int(p[3])], base[Int(p[4])], base[Int(p[5])],
      base[Int(p[6])], base[Int(p[7])], base[Int(p[8])], base[Int(p[9])], base[Int(p[10])],
      base[Int(p[11])], base[Int(p[12])], base[Int(p[13])], base[Int(p[14])], base[Int(p[15])])
  }
}
