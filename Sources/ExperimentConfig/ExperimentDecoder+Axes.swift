import Declarations

extension ExperimentDecoder {
  mutating func decodeAxes() {
    guard let node = root["matrix"] else { return }
    guard let members = node.members else {
      issues.add(node, "matrix", expected: "an object of lists")
      return
    }
    for member in members { decodeAxis(member) }
    let count = Grammar.runs(of: axes)
    guard count > Grammar.mostRuns else { return }
    issues.add(
      node, "matrix", expected: "at most \(Grammar.mostRuns)",
      found: count == Int.max ? "too many runs to count" : "\(count) runs")
  }

  private mutating func decodeAxis(_ member: ConfigNode.Member) {
    let path = "matrix.\(member.key)"
    if !ConfigNames.isIdentifier(member.key) {
      issues.add(
        ConfigIssue(
          at: member.keyPosition, path: path, found: "an axis of this name",
          expected: ConfigNames.describedIdentifier))
    }
    guard let items = member.node.items, !items.isEmpty else {
      issues.add(member.node, path, expected: "a list of at least one value")
      return
    }
    var firstIndex: [JSONValue: Int] = [:]
    var firstReading: [String: [Bool: Int]] = [:]
    var values: [JSONValue] = []
    for (index, item) in items.enumerated() {
      let value = item.typedValue
      let place = "\(path)[\(index)]"
      if !checkAxisValue(item, value, isSeed: member.key == Grammar.seedAxis, place) { continue }
      if let first = firstIndex[value] {
        issues.add(
          item, place, expected: "each value once", found: "\(item.described), which is also [\(first)]")
      } else if let first = firstReading[Self.reading(value)]?[value.string == nil] {
        issues.add(
          item, place, expected: "values that differ in more than their type",
          found:
            "\(item.described), which looks like [\(first)], \(items[first].value.described), in tables and "
            + "names of runs")
      } else {
        firstIndex[value] = index
        firstReading[Self.reading(value), default: [:]][value.string != nil] = index
        values.append(value)
      }
    }
    axes.append(Axis(name: member.key, values: values))
  }

  /// What a reader of a table, or a `where`, takes the value for: 1 and "1", or true and "true", are one there.
  private static func reading(_ value: JSONValue) -> String {
    guard let text = value.string else { return value.canonical }
    return Double(text).flatMap { $0.isFinite ? JSONValue.spelling(of: $0) : nil } ?? text
  }

  /// - Returns: whether the value may stand in an axis.
  private mutating func checkAxisValue(_ item: ConfigNode, _ value: JSONValue, isSeed: Bool, _ place: String)
    -> Bool
  {
    if isSeed, !(value.integer.map((0...Grammar.largestSeed).contains) ?? false) {
      issues.add(item, place, expected: "a seed, which is an integer of at least 0")
      return false
    }
    if value == .null {
      issues.add(item, place, expected: "a value")
      return false
    }
    if let name = Interpolation.axes(in: value).min() {
      issues.add(item, place, expected: "a value that does not refer to an axis", found: "${\(name)}")
      return false
    }
    return true
  }
}
