import Declarations

/// Keys that evaluations of tables share.
extension Parameter {
  static let quantity = Parameter.required("of", .column(.numbers), "The column of the quantity.")
  static let by = Parameter.optional(
    "by", .oneOrMany(.column()), "Columns whose different values make groups: a row of the result for each.")
  static let level = Parameter.defaulted(
    "level", .number(0.01...0.999_999), .number(0.95), "Confidence level of the interval.")
  static let pairBy = Parameter.optional(
    "pair_by", .oneOrMany(.column()),
    "Columns whose values tell which rows of the two selections are a pair. Without it the samples are independent."
  )
  static let twoSelections = Parameter.required(
    "where", .list(.selection, least: 2, most: 2),
    "The two selections: columns, and the values that rows must have in them.")
}

/// Columns that several evaluations of tables have.
extension TableColumn {
  static let firstCount = TableColumn("n_first", .quantity, .integer, "Rows of the first selection")
  static let secondCount = TableColumn("n_second", .quantity, .integer, "Rows of the second selection")
  static let firstMean = TableColumn("first", .quantity, .real, "First selection")
  static let secondMean = TableColumn("second", .quantity, .real, "Second selection")
  static let low = TableColumn("low", .quantity, .real, "Lower end of the interval")
  static let high = TableColumn("high", .quantity, .real, "Upper end of the interval")
}
