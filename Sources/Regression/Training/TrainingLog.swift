import Declarations
import Statistics

/// A training's log as numbers: its quantities by step.
package struct TrainingLog: Sendable, Equatable {
  /// Of each quantity, in the order of the steps.
  package let quantities: [String: [Double]]
  package let steps: Int

  /// - Parameter table: with its columns declared; those named `step` and `epoch` are never quantities.
  package init(_ table: Table) {
    steps = table.rowCount
    quantities = table.columns.reduce(into: [:]) { found, column in
      let isKey = column.isKey || column.name == "step" || column.name == "epoch"
      if !isKey { found[column.name] = (0..<table.rowCount).map { column.values.cell($0).number ?? .nan } }
    }
  }

  /// What a canary training is judged by: means over the last tenth of the log, of one step at least.
  package var tailMeans: [String: Double] {
    let first = steps - max(1, (steps + 9) / 10)
    return quantities.mapValues { $0.isEmpty ? .nan : Summary(of: Array($0[max(0, first)...])).mean }
  }
}

/// The level at which a family of statistical rules may be wrong in one night.
package enum FamilyLevel {
  /// As of the canary: one night in a thousand for each family, before it is confirmed.
  package static let night = 0.001
}
