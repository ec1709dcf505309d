import Encoders
import Execution
import Kernels
import Testing

@Suite("Weights before any training")
struct LayoutTests {
  private let layout = ParameterLayout([
    TensorSpec("a", [3, 5], .normal(std: 2)), TensorSpec("b", [], .constant(7)),
    TensorSpec("c", [100_000], .uniform(bound: 0.5)), TensorSpec("d", [33], .constant(1), role: .statistic),
  ])

  private func draw(jobs: Int) throws -> NetworkWeights {
    try NetworkWeights(drawing: layout, budget: ThreadBudget(jobs: jobs)) {
      RandomStream(seed: 3, stage: "clip", name: $0)
    }
  }

  @Test("tensors begin at multiples of 16 and do not overlap")
  func offsets() {
    #expect(layout.offsets == [0, 16, 32, 100_032])
    #expect(layout.count == 100_032 + 48)
    #expect(layout.parameterCount == 15 + 1 + 100_000 + 33)
  }

  @Test("the same at 1, 2 and 4 jobs, whatever the order of the tensors")
  func deterministic() throws {
    let one = try draw(jobs: 1)
    #expect(try draw(jobs: 2) == one)
    #expect(try draw(jobs: 4) == one)
    let turned = try NetworkWeights(
      drawing: ParameterLayout(layout.tensors.reversed()), budget: ThreadBudget(jobs: 1)
    ) { RandomStream(seed: 3, stage: "clip", name: $0) }
    for tensor in layout.tensors { #expect(turned[tensor.name].elementsEqual(one[tensor.name])) }
  }

  @Test("values come from the distribution that the tensor names")
  func distributions() throws {
    let weights = try draw(jobs: 2)
    #expect(weights["b"].allSatisfy { $0 == 7 })
    #expect(weights["d"].allSatisfy { $0 == 1 })
    let uniform = weights["c"].map(Double.init)
    let mean = uniform.reduce(0, +) / Double(uniform.count)
    let variance = uniform.reduce(0) { $0 + $1 * $1 } / Double(uniform.count)
    #expect(uniform.allSatisfy { abs($0) <= 0.5 })
    #expect(abs(mean) < 0.005)
    #expect(abs(variance - 1.0 / 12) < 0.001)
  }
}
