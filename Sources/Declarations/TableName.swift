/// A table's name taken apart: `evaluated` is the stage's own table, `evaluated.samples` another one of it.
package struct TableName: Sendable, Equatable {
  /// The stage's id.
  package let stage: String
  /// What tells a stage's tables apart; nothing for its own.
  package let suffix: String

  package init(_ name: String) {
    let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
    stage = parts.first ?? name
    suffix = parts.count > 1 ? parts[1] : ""
  }
}
