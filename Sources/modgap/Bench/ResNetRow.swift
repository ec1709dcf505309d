import Encoders
import Execution
import Kernels

extension BenchRow {
  static let resNet18 = BenchRow(
    name: "resnet18", what: "features of 32 images of 224 × 224 by a random ResNet-18"
  ) { settings, _ in
    let budget = ThreadBudget(jobs: settings.jobs)
    let stream = { RandomStream(seed: 0, stage: "bench", name: $0) }
    let tower = ResNet(depth: .eighteen)
    budget.acquire()
    defer { budget.release() }
    let prepared = try tower.prepare(
      try NetworkWeights(drawing: tower.layout, budget: budget, stream: stream), budget: budget)
    let numbers = try stream("pictures").gaussianMatrix(rows: 32, columns: 3 * 224 * 224, budget: budget)
    let batch = TowerBatch(numbers: numbers, shape: [3, 224, 224])
    return {
      budget.acquire()
      defer { budget.release() }
      let started = ContinuousClock.now
      _ = try prepared.encode(batch, budget: budget)
      return (ContinuousClock.now - started) / .seconds(1)
    }
  }
}
