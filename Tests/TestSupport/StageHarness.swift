import Contracts
import Declarations
import Execution

/// Runs work the way the runner does: holding one token of a budget.
package func withBudget<R>(jobs: Int, _ body: (ThreadBudget) throws -> R) rethrows -> R {
  let budget = ThreadBudget(jobs: jobs)
  budget.acquire()
  defer { budget.release() }
  return try body(budget)
}

extension Artefact {
  /// The table of this suffix; the main one by default.
  package func table(_ suffix: String = "") -> Table? {
    namedTables.first { $0.suffix == suffix }?.table
  }

  package var family: EmbeddingFamily? { embeddings }
}

extension Table {
  /// A column as numbers; empty where there is no such column.
  package func numbers(_ name: String) -> [Double] {
    guard let column = self[name] else { return [] }
    return (0..<column.count).map { column.cell($0).number ?? .nan }
  }

  package func texts(_ name: String) -> [String] {
    guard let column = self[name] else { return [] }
    return (0..<column.count).map { column.cell($0).plain }
  }
}
