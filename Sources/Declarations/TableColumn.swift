/// A column of a stage's tables, declared where the stage is: the planner, claims, figures, summaries and the
/// documentation know of a column what stands here, and nothing else.
package struct TableColumn: Sendable, Equatable {
  package enum Role: String, Sendable {
    /// A value of the matrix.
    case axis
    /// Where the embeddings come from that a row is about: a shift's δ, a layer.
    case coordinate
    /// Which of a stage's rows it is: a temperature, the k of a recall.
    case key
    /// The same in words: a modality, a direction.
    case label
    /// What was measured: it is averaged over replicates.
    case quantity
    /// How a row was measured, in words: neither tells it apart nor is averaged.
    case note
  }

  package enum ValueType: String, Sendable { case integer, real, text }

  /// With which parameters a table has the column.
  package enum Presence: Sendable, Equatable {
    case always
    /// Where the parameter is given.
    case given(String)
    /// Where the parameter has one of these values, and, where `takesRuns`, where runs are taken together.
    case when(ParameterCondition, takesRuns: Bool)
    /// Several, `c1`, `c2` and so on for the name `c`, as many as the parameter says.
    case numbered(by: String)
    /// Those columns of the table that the stage reads which the parameter lists; the name is the parameter's.
    case listed(by: String)
  }

  package let name: String
  package let role: Role
  package let type: ValueType
  /// What an axis of a figure calls it, without its unit.
  package let label: String
  package let unit: String?
  package let presence: Presence

  package init(
    _ name: String, _ role: Role, _ type: ValueType, _ label: String, unit: String? = nil,
    presence: Presence = .always
  ) {
    self.name = name
    self.role = role
    self.type = type
    self.label = label
    self.unit = unit
    self.presence = presence
  }

  /// `Contrastive loss (nats)`.
  package var title: String { unit.map { "\(label) (\($0))" } ?? label }

  /// Says which row it is, rather than what was measured.
  package var isKey: Bool { role != .quantity && role != .note }

  /// `from`, which tells the stages apart that are read together.
  package static let from = TableColumn("from", .coordinate, .text, "Stage")

  /// The columns of the table that is read which the parameter of this name lists.
  package static func listed(by parameter: String) -> TableColumn {
    TableColumn(
      parameter, .coordinate, .text, "Columns of the table that is read", presence: .listed(by: parameter))
  }

  /// Whether the column of a table is this one: `c7` is of those that are numbered.
  package func declares(_ column: String) -> Bool {
    switch presence {
    case .numbered: break
    case .listed: return false
    case .always, .given, .when: return name.isExactly(column)
    }
    guard column.hasBytes(first: name), let number = Int(column.droppingBytes(name.utf8.count)) else {
      return false
    }
    return number > 0 && column.isExactly("\(name)\(number)")
  }

  /// The same under another name, as `delta_2` for the coordinate of a second shift.
  package func renamed(_ name: String) -> TableColumn {
    TableColumn(name, role, type, label, unit: unit, presence: presence)
  }

  /// The column itself, of those that are numbered.
  package func named(_ column: String) -> TableColumn {
    guard case .numbered = presence else { return self }
    let number = column.droppingBytes(name.utf8.count)
    return TableColumn(column, role, type, "\(label) \(number)", unit: unit)
  }
}
