import Declarations

/// One option of a command.
package struct Option: Sendable {
  package let name: String
  /// What stands for its value in the help; nil for a flag.
  package let value: String?
  package let help: String
  package let repeats: Bool

  package static func flag(_ name: String, _ help: String) -> Option {
    Option(name: name, value: nil, help: help, repeats: false)
  }

  package static func value(_ name: String, _ value: String, _ help: String, repeats: Bool = false) -> Option
  {
    Option(name: name, value: value, help: help, repeats: repeats)
  }
}

/// A mistake on the command line; exit status 64.
package enum UsageError: Failure {
  case unknownCommand(String, known: [String])
  case unknownOption(String, command: String, known: [String])
  case missingValue(option: String, value: String, command: String)
  case unexpectedValue(option: String, command: String)
  case twice(option: String, command: String)
  case wrongCount(found: Int, expected: String, command: String)
  case badValue(option: String, found: String, expected: String, command: String)

  package var kind: FailureKind { .usage }

  package var message: String {
    switch self {
    case .unknownCommand(let name, let known):
      return
        "there is no command \"\(name)\"\(Self.hint(name, known)); the commands are \(known.joined(separator: ", "))"
    case .unknownOption(let name, let command, let known):
      return "\(command): there is no option \(name)\(Self.hint(name, known)); see modgap \(command) --help"
    case .missingValue(let option, let value, let command):
      return "\(command): \(option) needs a value: \(option) \(value)"
    case .unexpectedValue(let option, let command): return "\(command): \(option) takes no value"
    case .twice(let option, let command): return "\(command): \(option) is given twice"
    case .wrongCount(let found, let expected, let command):
      return
        "\(command): found \(counted(found, "argument")), expected \(expected); see modgap \(command) --help"
    case .badValue(let option, let found, let expected, let command):
      return "\(command): \(option): found \"\(found)\", expected \(expected)"
    }
  }

  private static func hint(_ name: String, _ known: [String]) -> String {
    nearestName(to: name, among: known).map { " (did you mean \($0)?)" } ?? ""
  }
}

/// A command's arguments, taken apart.
package struct Arguments {
  package let command: String
  package private(set) var positional: [String] = []
  private var values: [String: [String]] = [:]

  /// - Throws: `UsageError`.
  package init(_ arguments: [String], command: String, options: [Option]) throws {
    self.command = command
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" {
        positional += rest
        return
      }
      guard argument.hasBytes(first: "-"), argument != "-" else {
        positional.append(argument)
        continue
      }
      try take(argument, &rest, options)
    }
  }

  private mutating func take(_ argument: String, _ rest: inout ArraySlice<String>, _ options: [Option]) throws
  {
    let parts = argument.utf8.split(
      separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false
    )
    .map { String(decoding: $0, as: UTF8.self) }
    guard let option = options.first(where: { $0.name == parts[0] }) else {
      throw UsageError.unknownOption(parts[0], command: command, known: options.map(\.name))
    }
    if !option.repeats, values[option.name] != nil {
      throw UsageError.twice(option: option.name, command: command)
    }
    guard let value = option.value else {
      if parts.count > 1 { throw UsageError.unexpectedValue(option: option.name, command: command) }
      values[option.name] = []
      return
    }
    guard let given = parts.count > 1 ? parts[1] : rest.popFirst() else {
      throw UsageError.missingValue(option: option.name, value: value, command: command)
    }
    values[option.name, default: []].append(given)
  }

  package func has(_ name: String) -> Bool { values[name] != nil }

  package func value(_ name: String) -> String? { values[name]?.last }

  package func all(_ name: String) -> [String] { values[name] ?? [] }

  /// - Throws: `UsageError.badValue` where the text is no integer in the range.
  package func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let text = value(name) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw UsageError.badValue(
        option: name, found: text, expected: "an integer from \(range.lowerBound) to \(range.upperBound)",
        command: command)
    }
    return number
  }

  package func number(_ name: String, in range: ClosedRange<Double>) throws -> Double? {
    guard let text = value(name) else { return nil }
    guard let number = Double(text), range.contains(number) else {
      throw UsageError.badValue(
        option: name, found: text, expected: "a number from \(range.lowerBound) to \(range.upperBound)",
        command: command)
    }
    return number
  }

  /// The one positional argument.
  package func single(_ what: String) throws -> String {
    guard positional.count == 1 else {
      throw UsageError.wrongCount(found: positional.count, expected: what, command: command)
    }
    return positional[0]
  }
}
