/// One key that a stage reads from `with`: what the validator checks and the schema prints.
package struct Parameter: Sendable {
  package let name: String
  package let type: ParameterType
  /// What an absent key means; nil where the key must be given or may be left out (`isRequired`).
  package let defaultValue: JSONValue?
  package let isRequired: Bool
  package let summary: String
  /// The key without which nothing reads this one.
  package let companion: String?
  /// What a user who leaves out the key should be told, because it determines what the numbers mean.
  package let assumption: String?

  private init(
    _ name: String, _ type: ParameterType, _ defaultValue: JSONValue?, _ isRequired: Bool, _ summary: String,
    beside companion: String? = nil, assuming assumption: String? = nil
  ) {
    self.name = name
    self.type = type
    self.defaultValue = defaultValue
    self.isRequired = isRequired
    self.summary = summary
    self.companion = companion
    self.assumption = assumption
  }

  package static func required(_ name: String, _ type: ParameterType, _ summary: String) -> Parameter {
    Parameter(name, type, nil, true, summary)
  }

  /// - Parameter companion: the key without which this one says nothing.
  package static func optional(
    _ name: String, _ type: ParameterType, _ summary: String, beside companion: String? = nil
  ) -> Parameter {
    Parameter(name, type, nil, false, summary, beside: companion)
  }

  /// - Parameter assumption: what a user who leaves out the key should be told.
  package static func defaulted(
    _ name: String, _ type: ParameterType, _ value: JSONValue, _ summary: String,
    beside companion: String? = nil, assuming assumption: String? = nil
  ) -> Parameter {
    Parameter(name, type, value, false, summary, beside: companion, assuming: assumption)
  }
}

package indirect enum ParameterType: Sendable {
  case boolean
  case integer(ClosedRange<Int>)
  /// A finite number in the closed range.
  case number(ClosedRange<Double>)
  /// A finite number above zero.
  case positive
  case string
  case choice([String])
  /// A file, relative to the config, perhaps with `:member` behind it; enters the cache key by content.
  case file
  /// A folder that a kind of data reads, relative to the config; the files read enter the cache key.
  case folder
  /// The id of another stage, or one of these words.
  case stageReference(orWord: [String])
  /// A list of `least` to `most` values.
  case list(ParameterType, least: Int = 1, most: Int)
  /// The low and the high end of a range, which may be one where they need not be apart.
  case ends(areApart: Bool)
  /// A value, or a list of them.
  case oneOrMany(ParameterType)
  /// A number, a list of numbers, or `{from, to, by}`; the stage always sees the list.
  case sweep(ClosedRange<Double>)
  case object([Parameter])
  /// An object whose keys obey rules.
  case ruled([Parameter], [ParameterRule])
  /// The name of a table: a stage's id, or `<id>.<suffix>`.
  case table
  /// The name of a column of a table.
  case column(of: ColumnTable = .own, _ use: ColumnUse = .any)
  /// Columns of the figure's or claim's own table and the value, or list of values, that rows must have in them.
  case selection
  /// Figures inside a figure.
  case figures
  /// Either of two types.
  case either(ParameterType, ParameterType)
  /// An object whose keys are names of the user's own, each with a value of this type.
  case named(ParameterType)
  /// An object whose key `kind` chooses which other keys it may have.
  case tagged([String: [Parameter]])
  /// A data set: an object of one of the kinds of data, or the name of an entry of `data`; the stage always
  /// sees the object, its seed filled in where the items are random.
  case dataset
}

extension ParameterType {
  /// Any finite number.
  package static let anyNumber = ParameterType.number(
    -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)
}

/// The table that a column is one of.
package enum ColumnTable: Sendable, Equatable {
  /// The one that the key `table` names, beside the column or in the nearest object around it; a claim's own.
  case own
  /// The one that this key names; nothing is known of the column where the key is absent.
  case named(by: String)
}

/// What a column is looked at for.
package enum ColumnUse: Sendable, Equatable {
  /// Its values, whatever they are.
  case any
  /// Its numbers: a column of texts is refused.
  case numbers
}

/// That a parameter has one of some values.
package struct ParameterCondition: Sendable, Equatable {
  package let parameter: String
  package let values: [String]
  package private(set) var isBoolean = false
  /// Whether it is enough that the parameter is given.
  package private(set) var isPresence = false
  /// Parameters of which it is enough that one is given.
  package private(set) var parameters: [String]

  package init(_ parameter: String, _ values: [String]) {
    self.parameter = parameter
    self.values = values
    parameters = [parameter]
  }

  /// That a parameter which is true or false is this.
  package init(_ parameter: String, is value: Bool) {
    self.init(parameter, ["\(value)"])
    isBoolean = true
  }

  /// That a parameter without a default is given.
  package init(given parameter: String) {
    self.init(parameter, [])
    isPresence = true
  }

  /// That one or more of some parameters without a default are given.
  package init(givenAny parameters: [String]) {
    self.init(parameters.first ?? "", [])
    isPresence = true
    self.parameters = parameters
  }

  /// Whether it holds for parameters with their defaults filled in.
  package func holds(for parameters: JSONValue) -> Bool {
    if isPresence { return self.parameters.contains { name in parameters[name].map { $0 != .null } == true } }
    return parameters[parameter].map(includes) ?? false
  }

  /// Whether the parameter's value, or one of a list of values, is one of these.
  package func includes(_ value: JSONValue) -> Bool {
    (value.array ?? [value]).contains { $0.word.map(values.contains) ?? false }
  }

  /// Whether it holds, or may hold in some run: a value that names an axis may turn out to be any.
  package func mayHold(for parameters: JSONValue) -> Bool {
    holds(for: parameters) || parameters[parameter]?.word?.contains("${") ?? false
  }
}

extension JSONValue {
  /// What a condition compares: a text, `true` or `false`.
  package var word: String? { string ?? bool.map { "\($0)" } }
}

/// Which of several keys may stand together.
package enum ParameterRule: Sendable {
  /// Exactly one of the groups is given, each group whole: `[["path"], ["x", "y"]]`.
  case exactlyOne([[String]])
  /// The same, or none of them where a key names a file, which is any text but a word.
  case exactlyOneUnlessFile([[String]], file: String, orWord: String)
  /// One or more of the keys is given.
  case atLeastOne([String])
  /// The first stands beside none of the others.
  case apart(String, [String])
  /// The first is at most the second, either of which may have its default.
  case ascending(String, String)
  /// The number lies between the ends of a range.
  case between(String, ends: String)
  /// These keys stand only beside a parameter with one of some values, its default among them.
  case onlyWhere(ParameterCondition, [String])
  /// These keys stand only beside a key that names a file, which is any text but a word.
  case onlyWithFile([String], file: String, orWord: String)
}
