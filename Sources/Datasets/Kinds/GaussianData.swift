import Declarations
import Execution
import Kernels

/// `gaussian`: vectors of independent standard normal numbers.
struct GaussianData: NumberSource {
  let shape: [Int]
  private let stream: RandomStream

  init(shape: [Int], seed: UInt64, name: String) {
    self.shape = shape
    stream = RandomStream(seed: seed, stage: "data", name: name)
  }

  func write(_ index: Int, into out: UnsafeMutablePointer<Float>) {
    let size = shape.reduce(1, *)
    stream.gaussians(into: FloatSlice(out, count: size), offset: index * size)
  }

  static let kind = DatasetKind(
    "gaussian", "vectors of independent standard normal random numbers",
    [
      .defaulted(
        "count", .integer(2...10_000_000), .number(Double(Parameter.usualCount)),
        "the number of standard normal vectors"),
      .defaulted("dimensions", .integer(1...1_000_000), 512, "the dimension of a vector"),
    ], source: .drawn,
    sides: { DeclaredSides(x: .numbers([try $0.integer("dimensions")]), y: .none) },
    make: { parameters in
      let shape = [try parameters.integer("dimensions")]
      let source = GaussianData(shape: shape, seed: try parameters.seed(), name: "gaussian")
      return PairedData(count: try parameters.integer("count"), x: .numbers(source))
    })
}
