import Execution
import Foundation
import Kernels
import Testing

@Suite("Random streams")
struct RandomStreamTests {
  private let stream = RandomStream(seed: 7, stage: "tests", name: "numbers")

  private func gaussians(_ count: Int, offset: Int = 0, scale: Float = 1) -> [Float] {
    var values = [Float](repeating: .nan, count: count)
    values.withSlice { stream.gaussians(into: $0, offset: offset, scale: scale) }
    return values
  }

  @Test("any block draws what the whole would", arguments: [1, 5, 32, 255, 256, 257, 1000])
  func blocks(size: Int) {
    let whole = gaussians(3000)
    var joined: [Float] = []
    for start in stride(from: 0, to: 3000, by: size) {
      joined += gaussians(min(size, 3000 - start), offset: start)
    }
    #expect(joined == whole)
  }

  @Test("uniform numbers, too, do not depend on blocks")
  func uniformBlocks() {
    var whole = [Float](repeating: .nan, count: 1000)
    whole.withSlice { stream.uniforms(into: $0) }
    var part = [Float](repeating: .nan, count: 321)
    part.withSlice { stream.uniforms(into: $0, offset: 500) }
    #expect(Array(whole[500..<821]) == part)
    #expect(whole.allSatisfy { $0 >= 0 && $0 < 1 })
  }

  /// With n = 1M the standard errors are 0.001, 0.0014, 0.0024 and 0.0049.
  @Test("moments of a million normals")
  func moments() {
    let values = gaussians(1_000_000).map(Double.init)
    let n = Double(values.count)
    let moment = { (power: Int) in values.reduce(0) { $0 + pow($1, Double(power)) } / n }
    #expect(abs(moment(1)) < 0.005)
    #expect(abs(moment(2) - 1) < 0.007)
    #expect(abs(moment(3)) < 0.012)
    #expect(abs(moment(4) - 3) < 0.03)
  }

  /// The normal distribution function at nine places, to five standard errors of a million draws.
  @Test("distribution of a million normals", arguments: [-3, -2, -1, -0.5, 0, 0.5, 1, 2, 3])
  func distribution(at z: Double) {
    let values = gaussians(1_000_000)
    let share = Double(values.count { Double($0) < z }) / 1e6
    let expected = 0.5 * erfc(-z / 2.0.squareRoot())
    #expect(abs(share - expected) < 5 * (expected * (1 - expected) / 1e6).squareRoot())
  }

  @Test("neighbours are not correlated", arguments: [1, 2, 31, 32, 64, 127, 128, 256])
  func correlation(lag: Int) {
    let values = gaussians(500_000)
    let sum = (0..<values.count - lag).reduce(0.0) { $0 + Double(values[$1] * values[$1 + lag]) }
    #expect(abs(sum / Double(values.count - lag)) < 5 / 500_000.0.squareRoot())
  }

  @Test("a scale multiplies")
  func scale() {
    let unit = gaussians(100)
    for (a, b) in zip(unit, gaussians(100, scale: 0.25)) { #expect(abs(a * 0.25 - b) <= 1e-6 * abs(b)) }
  }

  @Test("streams of other names, stages and seeds differ")
  func names() {
    let others = [
      RandomStream(seed: 8, stage: "tests", name: "numbers"),
      RandomStream(seed: 7, stage: "test", name: "snumbers"),
      RandomStream(seed: 7, stage: "tests", name: "number"),
    ]
    for other in others { #expect(other.key != stream.key) }
  }

  @Test("integers are even over their range")
  func integers() {
    let drawn = stream.integers(below: 10, count: 100_000)
    let counts = (0..<10).map { value in drawn.count { $0 == value } }
    #expect(counts.reduce(0, +) == 100_000)
    for count in counts { #expect(abs(count - 10_000) < 500) }
    #expect(stream.integers(below: 10, count: 20, offset: 50) == Array(drawn[50..<70]))
    #expect(stream.integers(below: 0, count: 5).isEmpty)
  }

  @Test("a permutation holds every number once", arguments: [0, 1, 2, 17, 1000])
  func permutation(count: Int) {
    let order = stream.permutation(count)
    #expect(order.sorted() == Array(0..<count))
    if count == 1000 { #expect(order != order.sorted()) }
  }

  @Test("a matrix is the same at any number of threads", arguments: [1, 2, 4])
  func threads(jobs: Int) throws {
    let budget = ThreadBudget(jobs: jobs)
    budget.acquire()
    let matrix = try stream.gaussianMatrix(rows: 300, columns: 511, budget: budget)
    #expect(matrix.values == gaussians(300 * 511))
  }
}
