/// A table whose columns are those of a file: texts are labels, numbers are quantities but for those that a parameter
/// lists as keys.
package struct FileColumns: Sendable, Equatable {
  /// The parameter that names the file.
  package let file: String
  /// The one that lists the keys.
  package let keys: String

  package init(of file: String, keys: String) {
    self.file = file
    self.keys = keys
  }

  /// What is known of a column of such a table.
  package func declaration(of column: String, isText: Bool, with parameters: JSONValue) -> TableColumn {
    let given = parameters[keys]
    let isKey = (given?.array ?? given.map { [$0] } ?? []).contains {
      $0.string.map(column.isExactly) ?? false
    }
    return TableColumn(
      column, isText ? .label : isKey ? .key : .quantity, isText ? .text : .real,
      column.replacingBytes("_", with: " "))
  }
}
