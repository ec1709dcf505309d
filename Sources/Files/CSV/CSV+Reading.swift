import Declarations

extension CSV {
  /// Reads a file of rows of equal length below a header.
  ///
  /// A column is of integers where every cell is an integer literal, of reals where every cell is a
  /// number, `nan`, `inf` or `-inf`, else of text; `types` says it for tables that must come back as
  /// they were. Lines may end in LF or CRLF; the last one may lack its end.
  /// - Parameter emptyIsNaN: whether an empty cell is a number that is none, in a column that has numbers.
  /// - Throws: `CSVFailure` with the line.
  package static func decode(
    _ bytes: [UInt8], path: String, types: [ColumnType]? = nil, emptyIsNaN: Bool = false
  ) throws -> Table {
    if types?.isEmpty == true, bytes.isEmpty { return Table([]) }
    let fields = try CSVFields(bytes, path: path)
    let names = (0..<fields.columns).map { fields.text(row: 0, column: $0) }
    if let types, types.count != names.count {
      throw fields.problem(row: 0, "found \(counted(names.count, "column")), expected \(types.count)")
    }
    if types == nil, let twice = names.firstRepeated {
      throw fields.problem(row: 0, "two columns have the name `\(twice.prefix(80))`")
    }
    return Table(
      try names.enumerated().map { index, name in
        Table.NamedColumn(
          name, emptyIsNaN ? withEmptyCells(fields, index) : try column(fields, index, types?[index]))
      })
  }

  /// Reads a CSV file.
  /// - Throws: `FileFailure`, `CSVFailure`.
  package static func read(_ path: String, emptyIsNaN: Bool = false) throws -> Table {
    try decode(try Disk.read(path), path: path, emptyIsNaN: emptyIsNaN)
  }

  /// The names of the columns, and which hold text, as far as a file's first bytes tell; none where there is no header.
  package static func columns(
    ofBeginning bytes: [UInt8], isWhole: Bool
  ) -> [(name: String, isText: Bool)] {
    if isWhole, let table = try? decode(bytes, path: "", emptyIsNaN: true) {
      return table.columns.map { ($0.name, $0.values.isText) }
    }
    var records = CSVRecords(bytes, path: "")
    guard let header = try? records.next() else { return [] }
    return header.map { (String(decoding: $0, as: UTF8.self), false) }
  }

  /// As inferred, where empty cells say nothing of a column that has others.
  private static func withEmptyCells(_ fields: CSVFields, _ index: Int) -> Column {
    let inferred = inferred(fields, index)
    guard case .texts(let texts) = inferred, texts.contains(where: { !$0.isEmpty }) else { return inferred }
    var reals: [Double] = []
    for row in 1..<max(1, fields.rows) {
      guard let field = fields.plainField(row: row, column: index) else { return inferred }
      let number = fields.withBytes { NumberLiteral(UnsafeRawBufferPointer(rebasing: $0[field])).real }
      guard let value = field.isEmpty ? .nan : number else { return inferred }
      reals.append(value)
    }
    return .reals(reals)
  }

  private static func column(_ fields: CSVFields, _ index: Int, _ type: ColumnType?) throws -> Column {
    switch type {
    case nil: return inferred(fields, index)
    case .text: return .texts(texts(fields, index))
    case .integer:
      let (values, bad) = values(fields, index) { $0.integer }
      if let bad { throw fields.mismatch(row: bad, column: index, "an integer") }
      return .integers(values)
    case .real:
      let (values, bad) = values(fields, index) { $0.real }
      if let bad { throw fields.mismatch(row: bad, column: index, "a number") }
      return .reals(values)
    }
  }

  private static func inferred(_ fields: CSVFields, _ index: Int) -> Column {
    let (integers, notInteger) = values(fields, index) { $0.integer }
    if notInteger == nil { return .integers(integers) }
    let (reals, notReal) = values(fields, index) { $0.real }
    return notReal == nil ? .reals(reals) : .texts(texts(fields, index))
  }

  private static func texts(_ fields: CSVFields, _ index: Int) -> [String] {
    (1..<max(1, fields.rows)).map { fields.text(row: $0, column: index) }
  }

  /// The values of a column below the header, and the first row that has none.
  private static func values<Value>(
    _ fields: CSVFields, _ index: Int, _ parse: (NumberLiteral) -> Value?
  ) -> (values: [Value], badRow: Int?) {
    var values: [Value] = []
    values.reserveCapacity(fields.rows - 1)
    let badRow = fields.withBytes { bytes -> Int? in
      for row in 1..<max(1, fields.rows) {
        guard let field = fields.plainField(row: row, column: index),
          let value = parse(NumberLiteral(UnsafeRawBufferPointer(rebasing: bytes[field])))
        else { return row }
        values.append(value)
      }
      return nil
    }
    return (values, badRow)
  }
}

extension Array where Element == String {
  fileprivate var firstRepeated: String? {
    var seen: Set<ExactString> = []
    return first { !seen.insert(ExactString($0)).inserted }
  }
}
