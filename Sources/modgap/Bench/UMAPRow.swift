import Execution
import Kernels
import Metrics

extension BenchRow {
  static let umap = BenchRow(
    name: "umap", what: "UMAP projection of 25,000 × 512 in 25 clusters", warmsUp: false
  ) { settings, _ in try picture(rows: 25_000, settings) }

  static let largeUMAP = BenchRow(
    name: "umap-large", what: "the same of 125,000 × 512", warmsUp: false
  ) { settings, _ in try picture(rows: 125_000, settings) }

  /// Trustworthiness, which umap-learn does not compute, is timed, too.
  private static func picture(rows: Int, _ settings: BenchSettings) throws -> () throws -> Double {
    let budget = ThreadBudget(jobs: settings.jobs)
    let stream: @Sendable (String) -> RandomStream = { RandomStream(seed: 0, stage: "bench", name: $0) }
    budget.acquire()
    defer { budget.release() }
    let centres = try stream("centres").gaussianMatrix(rows: 25, columns: 512, budget: budget)
    var points = try stream("points").gaussianMatrix(rows: rows, columns: 512, scale: 0.3, budget: budget)
    for row in 0..<rows { for column in 0..<512 { points[row, column] += centres[row % 25, column] } }
    let data = points
    return {
      budget.acquire()
      defer { budget.release() }
      let started = ContinuousClock.now
      _ = try UMAP(UMAPParameters(), progress: { _ in }, random: stream).run(data, budget)
      return (ContinuousClock.now - started) / .seconds(1)
    }
  }
}
