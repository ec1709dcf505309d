import Declarations
import Kernels
import Regression

/// Seeded standard normals.
struct Draws {
  private let stream: RandomStream
  private var place = 0
  private var block: [Float] = []

  init(_ name: String, seed: UInt64 = 0) {
    stream = RandomStream(seed: seed, stage: "regression-tests", name: name)
  }

  mutating func next() -> Double {
    if place % 4096 == 0 {
      block = [Float](repeating: 0, count: 4096)
      block.withSlice { stream.gaussians(into: $0, offset: place) }
    }
    defer { place += 1 }
    return Double(block[place % 4096])
  }

  mutating func next(_ count: Int) -> [Double] { (0..<count).map { _ in next() } }
}

func real(_ id: String, _ value: Double, experiment: String = "e") -> ReferenceNumber {
  ReferenceNumber(experiment: experiment, id: id, kind: .real, value: .real(value))
}

func number(_ kind: NumberKind, _ id: String, _ value: Cell) -> ReferenceNumber {
  ReferenceNumber(experiment: "e", id: id, kind: kind, value: value)
}
