import Declarations

extension Reference {
  static func words(_ values: [String]) -> String { values.map { "`\($0)`" }.joined(separator: ", ") }

  static func words(_ condition: ParameterCondition) -> String {
    condition.isPresence
      ? condition.parameters.map { "`\($0)`" }.joined(separator: " or ") + " is given"
      : "`\(condition.parameter)` is \(words(condition.values))"
  }

  static func words(_ source: DataSource) -> String {
    switch source {
    case .drawn: "generated"
    case .read: "read from files"
    case .drawnUnless(let name): "generated, or read from files if `\(name)` is given"
    }
  }

  /// What a value of this type is.
  static func words(_ type: ParameterType) -> String {
    switch type {
    case .boolean: "`true` or `false`"
    case .integer(let range): "an integer " + ParameterChecker.describe(range)
    case .number(let range): ParameterChecker.describe(range)
    case .positive: "a number above 0"
    case .string: "a text"
    case .choice(let choices): words(choices)
    case .file: "a file"
    case .folder: "a folder"
    case .stageReference(let others):
      "the id of a stage" + (others.isEmpty ? "" : ", or \(words(others))")
    case .list(let element, let least, let most):
      "a list of " + (least == most ? "\(least)" : "\(least) to \(most)") + ": \(words(element))"
    case .ends(let areApart): "the low and the high end" + (areApart ? "" : ", which may be equal")
    case .oneOrMany(let element): "\(words(element)); or a list of them"
    case .sweep(let range): "\(ParameterChecker.describe(range)), a list of them, or `{from, to, by}`"
    case .object, .ruled: "an object with the keys below"
    case .table: "the name of a table"
    case .column(let table, let use):
      "a column" + (use == .numbers ? " of numbers" : "") + words(table)
    case .selection: "columns, each with a value or a list of values"
    case .figures: "a list of figures"
    case .either(let first, let second): "\(words(first)), or \(words(second))"
    case .named(let element): "names of your own, each with \(words(element))"
    case .tagged(let kinds): "an object whose `kind` is \(words(kinds.keys.sorted()))"
    case .dataset: "an entry of `data`, or such an object"
    }
  }

  private static func words(_ table: ColumnTable) -> String {
    switch table {
    case .own: ""
    case .named(let key): " of the table that `\(key)` names"
    }
  }

  static func sentence(_ rule: ParameterRule) -> String {
    switch rule {
    case .exactlyOne(let groups): "Either \(alternatives(groups))."
    case .exactlyOneUnlessFile(let groups, let file, let word):
      "Either \(alternatives(groups)); or neither, if `\(file)` is not `\(word)`."
    case .atLeastOne(let names): "At least one of \(words(names))."
    case .apart(let name, let others): "`\(name)` not together with \(words(others))."
    case .ascending(let low, let high): "`\(low)` is at most `\(high)`."
    case .between(let name, let ends):
      "`\(name)` is between the two numbers of `\(ends)`."
    case .onlyWhere(let condition, let names):
      "\(words(names)) only if `\(condition.parameter)` is \(words(condition.values))."
    case .onlyWithFile(let names, let file, let word):
      "\(words(names)) only if `\(file)` is a file, not `\(word)`."
    }
  }

  private static func alternatives(_ groups: [[String]]) -> String {
    groups.map { group in group.map { "`\($0)`" }.joined(separator: " and ") }.joined(separator: ", or ")
  }
}
