import Encoders
import Execution
import Kernels
import Testing

@Suite("Random multilayer perceptrons")
struct RandomMLPTests {
  /// Layers of a network whose streams are those of one seed.
  private func layers(width: Int, count: Int, _ activation: Activation, jobs: Int = 1) throws -> [Matrix] {
    let network = RandomMLP(width: width, depth: 2, activation: activation)
    return try network.layers(count: count, budget: ThreadBudget(jobs: jobs)) {
      RandomStream(seed: 3, stage: "mlp", name: $0)
    }
  }

  @Test("an input's outputs are the same whatever other inputs there are", arguments: [1, 7, 64, 100, 512])
  func company(width: Int) throws {
    for activation in [Activation.relu, .maxout] {
      let all = try layers(width: width, count: 523, activation, jobs: 2)
      for count in [1, 5, 6, 12, 241, 256, 500] {
        let some = try layers(width: width, count: count, activation)
        for (part, whole) in zip(some, all) {
          let shared = count * width
          #expect(part.values.elementsEqual(whole.values.prefix(shared)), "\(count) inputs")
        }
      }
    }
  }
}
