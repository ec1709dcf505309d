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
