extension Table {
  /// The rows of these places, in their order.
  package func rows(where isWanted: (Int) -> Bool) -> Table { rows((0..<rowCount).filter(isWanted)) }

  /// Its first rows, at most so many.
  package func prefix(_ count: Int) -> Table { rows(Array(0..<min(count, rowCount))) }

  private func rows(_ wanted: [Int]) -> Table {
    Table(
      columns.map { column in
        let values: Column =
          switch column.values {
          case .integers(let values): .integers(wanted.map { values[$0] })
          case .reals(let values): .reals(wanted.map { values[$0] })
          case .texts(let values): .texts(wanted.map { values[$0] })
          }
        return NamedColumn(column.name, values, column.declaration)
      })
  }
}
