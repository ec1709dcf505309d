/// The axes of an experiment, which are the first columns of each of its tables.
package struct RunAxes: Sendable, Equatable {
  package let names: [String]
  /// The axis over which numbers are averaged.
  package let replicates: String?
  package init(_ names: [String] = [], replicates: String? = nil) {
    self.names = names
    self.replicates = replicates
  }
}

/// Which axes reach what the rows of a table were computed from: whether the values of an axis are independent
/// replicates of a row is decided by its source, not by what stands beside it in the table.
package struct RowSources: Sendable, Equatable {
  /// By the rows' column `from`, where a table has rows of several stages.
  package let byStage: [String: Set<String>]
  /// Of all other rows.
  package let common: Set<String>

  package init(common: Set<String>, byStage: [String: Set<String>] = [:]) {
    self.common = common
    self.byStage = byStage
  }

  /// - Parameter stage: what the row has in `from`; nil where there is no such column.
  package func axes(reaching stage: String?) -> Set<String> { stage.flatMap { byStage[$0] } ?? common }
}
