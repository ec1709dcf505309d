import Foundation
import Kernels
import Testing

@Suite("Elementwise functions")
struct ElementwiseTests {
  /// −30…30 in steps of 0.01, an awkward count for vectors.
  private static let inputs = (0...6000).map { Float($0) * 0.01 - 30 }

  private static func reference(_ activation: Activation, _ x: Double) -> Double {
    switch activation {
    case .linear, .maxout: x
    case .relu: max(0, x)
    case .leakyRelu: x < 0 ? 0.01 * x : x
    case .sigmoid: 1 / (1 + exp(-x))
    case .tanh: tanh(x)
    case .gelu: 0.5 * x * erfc(-x / 2.0.squareRoot())
    case .quickGelu: x / (1 + exp(-1.702 * x))
    case .elu: x < 0 ? expm1(x) : x
    }
  }

  @Test("activations against libm", arguments: Activation.allCases)
  func activations(_ activation: Activation) {
    var values = Self.inputs
    values.withSlice { activation.apply(to: $0) }
    for (x, value) in zip(Self.inputs, values) {
      let expected = Self.reference(activation, Double(x))
      #expect(abs(Double(value) - expected) <= 1e-6 * max(1, abs(expected)), "at \(x)")
    }
  }

  private static func reference(_ activation: MLPActivation, _ x: Double) -> (value: Double, slope: Double) {
    switch activation {
    case .quickGelu:
      let share = 1 / (1 + exp(-1.702 * x))
      return (x * share, share * (1 + 1.702 * x * (1 - share)))
    case .gelu:
      let below = 0.5 * erfc(-x / 2.0.squareRoot())
      return (x * below, below + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot())
    case .geluTanh:
      let c = (2 / Double.pi).squareRoot()
      let t = tanh(c * (x + 0.044715 * x * x * x))
      return (
        0.5 * x * (1 + t), 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * c * (1 + 3 * 0.044715 * x * x)
      )
    }
  }

  @Test("activations of MLPs, and their slopes, against libm", arguments: MLPActivation.allCases)
  func mlpActivations(_ activation: MLPActivation) {
    let inputs = Self.inputs + (0...4000).map { Float($0) * 0.001 - 2 }
    let count = inputs.count
    var (apart, inPlace) = ([Float](repeating: .nan, count: count), inputs)
    inputs.withReadSlice { inputs in apart.withSlice { activation.apply(inputs, into: $0) } }
    inPlace.withSlice { activation.apply(to: $0) }
    #expect(apart == inPlace)
    var slopes = inputs
    var gradient = (0..<count).map { Float($0 % 5) - 1.5 }
    let changes = gradient
    slopes.withSlice { x in gradient.withSlice { activation.backward(x, gradient: $0) } }
    for index in 0..<count {
      let (value, slope) = Self.reference(activation, Double(inputs[index]))
      #expect(abs(Double(apart[index]) - value) <= 4e-7 * max(1, abs(value)), "at \(inputs[index])")
      #expect(abs(Double(gradient[index]) - value) <= 4e-7 * max(1, abs(value)), "at \(inputs[index])")
      #expect(
        abs(Double(slopes[index]) - slope * Double(changes[index])) <= 3e-6, "at \(inputs[index])")
    }
  }

  @Test("NaN is not hidden by an MLP's activation", arguments: MLPActivation.allCases)
  func mlpNaN(_ activation: MLPActivation) {
    var (values, gradient): ([Float], [Float]) = ([.nan, -.nan, 1], [1, 1, 1])
    values.withSlice { activation.apply(to: $0) }
    #expect(values[0].isNaN && values[1].isNaN && !values[2].isNaN)
    values.withSlice { x in gradient.withSlice { activation.backward(x, gradient: $0) } }
    #expect(values[0].isNaN && values[1].isNaN && !values[2].isNaN && gradient[0].isNaN)
  }

  @Test("NaN is not hidden", arguments: Activation.allCases)
  func nan(_ activation: Activation) {
    var values: [Float] = [.nan, -.nan, 1]
    values.withSlice { activation.apply(to: $0) }
    #expect(values[0].isNaN && values[1].isNaN && !values[2].isNaN)
  }

  @Test("infinity saturates", arguments: [Activation.sigmoid, .tanh])
  func infinity(_ activation: Activation) {
    var values: [Float] = [-.infinity, .infinity]
    values.withSlice { activation.apply(to: $0) }
    #expect(abs(values[0] - (activation == .tanh ? -1 : 0)) < 1e-6 && abs(values[1] - 1) < 1e-6)
  }

  @Test("maxout takes the greater piece")
  func maxout() {
    var a: [Float] = [1, -2, 3, .nan]
    a.withSlice { a in [0, -1, 5, 0].withReadSlice { Activation.joinMaximum(a, with: $0) } }
    #expect(Array(a[..<3]) == [1, -1, 5] && a[3].isNaN)
  }

  @Test("exponentials in float64")
  func exponentials() {
    let line = (0..<1001).map { -700 + Double($0) * 0.7 }
    var powers = [Double](repeating: 0, count: line.count)
    let sum = powers.withSlice { powers in
      line.withReadSlice { Kernels.exponentials($0, around: 1, 0.5, into: powers) }
    }
    for (x, power) in zip(line, powers) {
      let expected = exp((x - 1) * 0.5)
      #expect(abs(power - expected) <= 1e-14 * expected)
    }
    #expect(abs(sum - powers.reduce(0, +)) <= 1e-13 * sum)
  }

  @Test("exponentials in float32, logarithms and roots")
  func singlePrecision() {
    for step in 0...1000 {
      let x = Float(step) * 0.17 - 85
      #expect(abs(FastMath.exp(x) / exp(x) - 1) < 3e-7)
      let u = exp(x * 0.5)
      #expect(abs(FastMath.log(u) - log(u)) <= 3e-7 * max(1, abs(log(u))))
      #expect(abs(FastMath.squareRoot(u) / u.squareRoot() - 1) < 5e-7)
    }
    #expect(FastMath.squareRoot(0) == 0)
  }

  @Test("softmax and log-sum-exp survive extreme logits")
  func softmax() {
    var logits: [Float] = [1000, 999, -1e30, 998]
    logits.withSlice { Softmax.normalize($0) }
    let total = 1 + exp(-1.0) + exp(-2.0)
    for (value, expected) in zip(logits, [1 / total, exp(-1) / total, 0, exp(-2) / total]) {
      #expect(abs(Double(value) - expected) < 1e-6)
    }
    let log = [1e6, 1e6 - 1, -1e300].withReadSlice { Softmax.logSumExp($0) }
    #expect(abs(log - (1e6 + log1p(exp(-1)))) < 1e-9)
    #expect([].withReadSlice { Softmax.logSumExp($0) } == -.infinity)
  }
}
