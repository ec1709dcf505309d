extension Table {
  /// The table with what is known of its columns.
  package func declaring(_ column: (_ name: String) -> TableColumn?) -> Table {
    var declared = self
    for index in declared.columns.indices {
      declared.columns[index].declaration = column(declared.columns[index].name)
    }
    return declared
  }
}
