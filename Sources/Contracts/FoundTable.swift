/// The table a claim or a figure asks for: there, perhaps with runs left out, or absent for a reason.
package enum FoundTable: Sendable, Equatable {
  /// `absent` lists the runs that were not made because their optional data are missing; `sources` says which
  /// axes reach which rows, nil where that is not known.
  case present(Table, absent: [AbsentRun] = [], sources: RowSources? = nil)
  /// The sentence says what is missing and the command that gets it.
  case missing(String)
}

/// A run whose rows are not in a table, and why.
package struct AbsentRun: Sendable, Equatable {
  /// The run's value on each axis.
  package let values: [String: Cell]
  package let reason: String
  /// A whole run would have it: it failed, or was not come to. Numbers that leave it out are not those asked for.
  package let isDue: Bool
  package init(values: [String: Cell], reason: String, isDue: Bool = false) {
    self.values = values
    self.reason = reason
    self.isDue = isDue
  }
}

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
