/// A text that a user gives every item of embeddings or of data.
///
/// Its name is that of a column of tables and of a dataset in HDF5 files.
package enum ItemText: String, Sendable, CaseIterable {
  /// What the item is called: no two items have the same.
  case id
  /// What the item is, such as its class.
  case label

  /// The key that names a file of them.
  package var key: String {
    switch self {
    case .id: "ids"
    case .label: "labels"
    }
  }
}

extension TableColumn {
  /// The id of the item that a row is about, in a table of a stage whose embeddings have ids.
  package static let itemID = TableColumn(
    ItemText.id.rawValue, .label, .text, "Id of the item", presence: .ofItems(.id))

  /// The label of the item that a row is about.
  package static let itemLabel = TableColumn(
    ItemText.label.rawValue, .label, .text, "Label of the item", presence: .ofItems(.label))
}
