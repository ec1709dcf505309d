import Contracts

extension ParameterChecker {
  /// Checks a value that has no axis left in it.
  mutating func checkPlain(_ node: ConfigNode, _ type: ParameterType, path: String) -> JSONValue {
    switch type {
    case .boolean: return flag(node, path)
    case .integer(let range): return integer(node, range, path)
    case .number(let range): return number(node, path, expected: Self.describe(range), range.contains)
    case .positive: return number(node, path, expected: "a number above 0") { $0 > 0 }
    case .string: return text(node, path, expected: "a string") { _ in true }
    case .choice(let words): return choice(node, words, path)
    case .file: return file(node, path)
    case .stageReference: return text(node, path, expected: "a stage's id") { !$0.isEmpty }
    case .table: return table(node, path)
    case .selection: return selection(node, path)
    case .figures: return figureList(node, path)
    case .list(let element, let most): return list(node, element, most: most, path)
    case .oneOrMany(let element):
      return node.items == nil ? check(node, element, path: path) : list(node, element, most: 100_000, path)
    case .sweep(let range): return sweep(node, range, path)
    case .object(let parameters): return object(node, parameters, path: path)
    case .either(let first, let second): return either(node, first, second, path)
    case .tagged(let kinds): return tagged(node, kinds, path)
    }
  }

  // MARK: - Scalars

  private mutating func flag(_ node: ConfigNode, _ path: String) -> JSONValue {
    if node.value.bool != nil { return node.value }
    if node.isFromEnvironment, let text = node.value.string, let flag = Bool(text) { return .bool(flag) }
    issues.add(node, path, expected: "true or false")
    return .bool(false)
  }

  private mutating func integer(_ node: ConfigNode, _ range: ClosedRange<Int>, _ path: String) -> JSONValue {
    let expected = "an integer \(Self.describe(range))"
    let value = spelledNumber(node)
    guard let integer = value.integer, range.contains(integer) else {
      issues.add(node, path, expected: expected)
      return .number(Double(range.lowerBound))
    }
    return value
  }

  private mutating func number(
    _ node: ConfigNode, _ path: String, expected: String, _ accepts: (Double) -> Bool
  ) -> JSONValue {
    let value = spelledNumber(node)
    guard let number = value.number, accepts(number) else {
      issues.add(node, path, expected: expected)
      return .number(1)
    }
    return value
  }

  private func spelledNumber(_ node: ConfigNode) -> JSONValue {
    guard node.isFromEnvironment, let text = node.value.string, let number = Double(text), number.isFinite
    else {
      return node.value
    }
    return .number(number)
  }

  private mutating func text(
    _ node: ConfigNode, _ path: String, expected: String, _ accepts: (String) -> Bool
  ) -> JSONValue {
    guard let text = node.value.string, accepts(text) else {
      issues.add(node, path, expected: expected)
      return .string("")
    }
    return node.value
  }

  private mutating func choice(_ node: ConfigNode, _ words: [String], _ path: String) -> JSONValue {
    if let word = node.value.string, words.contains(word) { return node.value }
    issues.add(
      node, path, expected: words.count == 1 ? "\"\(words[0])\"" : "one of \(words.joined(separator: ", "))",
      suggestion: node.value.string.flatMap { nearestName(to: $0, among: words) })
    return .string(words.first ?? "")
  }

  private mutating func file(_ node: ConfigNode, _ path: String) -> JSONValue {
    guard let name = node.value.string, !name.isEmpty, !name.contains("\0") else {
      issues.add(node, path, expected: "the path of a file")
      return .string("")
    }
    let absolute = Self.absolute(name, near: node.position.file)
    note(file: absolute, node, field: path)
    return .string(absolute)
  }

  private mutating func table(_ node: ConfigNode, _ path: String) -> JSONValue {
    guard let name = node.value.string, tables.contains(name) else {
      issues.add(
        node, path, expected: "the name of a table: \(tables.sorted().joined(separator: ", "))",
        suggestion: node.value.string.flatMap { nearestName(to: $0, among: tables) })
      return .string("")
    }
    return node.value
  }

  // MARK: - Compounds

  private mutating func list(_ node: ConfigNode, _ element: ParameterType, most: Int, _ path: String)
    -> JSONValue
  {
    guard let items = node.items else {
      issues.add(node, path, expected: "a list")
      return .array([])
    }
    guard !items.isEmpty, items.count <= most else {
      issues.add(node, path, expected: items.isEmpty ? "at least one value" : "at most \(most) values")
      return .array([])
    }
    var result: [JSONValue] = []
    for (index, item) in items.enumerated() { result.append(check(item, element, path: "\(path)[\(index)]")) }
    return .array(result)
  }

  private mutating func sweep(_ node: ConfigNode, _ range: ClosedRange<Double>, _ path: String) -> JSONValue {
    if node.items != nil { return list(node, .number(range), most: Sweep.mostPoints, path) }
    guard node.members != nil else {
      return number(
        node, path, expected: "a number, a list of numbers, or {\"from\", \"to\", \"by\"}", range.contains)
    }
    let before = issues.issues.count
    let bound = ParameterType.number(range)
    let value = object(
      node,
      [
        .required("from", bound, ""), .required("to", bound, ""),
        .required("by", .number(-Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude), ""),
      ], path: path)
    if issues.issues.count == before, Interpolation.axes(in: value).isEmpty, Sweep.points(value) == nil {
      issues.add(
        node, path, expected: "\"by\" to lead from \"from\" to \"to\" in at most \(Sweep.mostPoints) steps",
        found: "a range that does not")
    }
    return value
  }

  private mutating func selection(_ node: ConfigNode, _ path: String) -> JSONValue {
    guard let members = node.members else {
      issues.add(node, path, expected: "an object of columns and the values that rows must have in them")
      return .object([:])
    }
    for member in members {
      let values = member.node.items ?? [member.node]
      for value in values {
        if case .scalar(let scalar) = value.content, scalar != .null { continue }
        issues.add(
          value, "\(path).\(member.key)", expected: "a number, a string, true, false, or a list of them")
      }
    }
    return node.value
  }

  private mutating func either(
    _ node: ConfigNode, _ first: ParameterType, _ second: ParameterType, _ path: String
  ) -> JSONValue {
    var attempt = self
    let value = attempt.check(node, first, path: path)
    if attempt.issues.issues.count == issues.issues.count {
      self = attempt
      return value
    }
    var other = self
    let alternative = other.check(node, second, path: path)
    if other.issues.issues.count == issues.issues.count || Self.prefersSecond(node, first) {
      self = other
      return alternative
    }
    self = attempt
    return value
  }

  /// Whose complaint to show when neither type fits: the one of the node's own shape.
  private static func prefersSecond(_ node: ConfigNode, _ first: ParameterType) -> Bool {
    switch first {
    case .list, .oneOrMany, .sweep: node.items == nil
    case .object, .tagged, .selection: node.members == nil
    default: node.items != nil || node.members != nil
    }
  }

  private mutating func tagged(_ node: ConfigNode, _ kinds: [String: [Parameter]], _ path: String)
    -> JSONValue
  {
    let names = kinds.keys.sorted()
    if let name = node.value.string, let entry = data[name] { return tagged(entry, kinds, path) }
    guard node.members != nil else {
      issues.add(node, path, expected: "an object with a \"kind\": \(names.joined(separator: ", "))")
      return .object([:])
    }
    guard let kind = node["kind"] else {
      missingKey("kind", node, path: path)
      return .object([:])
    }
    let chosen = check(kind, .choice(names), path: "\(path).kind")
    guard let word = kind.value.string, let parameters = kinds[word] else { return .object([:]) }
    let rest = object(node, parameters, path: path, also: ["kind"])
    return .object((rest.object ?? [:]).merging(["kind": chosen]) { _, new in new })
  }

  mutating func figureList(_ node: ConfigNode, _ path: String) -> JSONValue {
    guard let items = node.items, !items.isEmpty else {
      issues.add(node, path, expected: "a list of figures")
      return .array([])
    }
    var result: [JSONValue] = []
    for (index, item) in items.enumerated() {
      result.append(figure(item, path: "\(path)[\(index)]", also: []))
    }
    return .array(result)
  }

  /// A figure with its kind's parameters; `also` names the keys that the caller reads itself.
  mutating func figure(_ node: ConfigNode, path: String, also: [String]) -> JSONValue {
    guard node.members != nil else {
      issues.add(node, path, expected: "a figure, an object")
      return .object([:])
    }
    guard let kind = node["kind"] else {
      missingKey("kind", node, path: path)
      return .object([:])
    }
    let kinds = figures.map(\.kind)
    guard let word = kind.value.string, let signature = figures.first(where: { $0.kind == word }) else {
      issues.add(
        kind, "\(path).kind", expected: "one of \(kinds.joined(separator: ", "))",
        suggestion: kind.value.string.flatMap { nearestName(to: $0, among: kinds) })
      return .object([:])
    }
    let rest = object(node, signature.parameters, path: path, also: ["kind"] + also)
    var members = ParameterDefaults.fill(rest, signature.parameters).object ?? [:]
    members["kind"] = .string(word)
    return .object(members)
  }

  // MARK: - Ranges in words

  static func describe(_ range: ClosedRange<Int>) -> String {
    range.upperBound >= 1 << 53
      ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
  }

  static func describe(_ range: ClosedRange<Double>) -> String {
    let huge = Double.greatestFiniteMagnitude
    switch (range.lowerBound > -huge, range.upperBound < huge) {
    case (false, false): return "a number"
    case (true, false): return "a number of at least \(JSONValue.spelling(of: range.lowerBound))"
    case (false, true): return "a number of at most \(JSONValue.spelling(of: range.upperBound))"
    case (true, true):
      return "a number from \(JSONValue.spelling(of: range.lowerBound)) "
        + "to \(JSONValue.spelling(of: range.upperBound))"
    }
  }
}
