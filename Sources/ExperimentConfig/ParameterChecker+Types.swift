import Declarations

extension ParameterChecker {
  /// Checks a value that has no axis left in it.
  mutating func checkPlain(_ node: ConfigNode, _ type: ParameterType, path: String) -> JSONValue {
    switch type {
    case .boolean: return flag(node, path)
    case .integer(let range): return integer(node, range, path)
    case .number(let range): return number(node, path, expected: Self.describe(range), range.contains)
    case .positive: return number(node, path, expected: "a number above 0") { $0 > 0 }
    case .string, .column: return text(node, path, expected: "a string") { _ in true }
    case .choice(let words): return choice(node, words, path)
    case .file: return file(node, path, isFolder: false)
    case .folder: return file(node, path, isFolder: true)
    case .stageReference: return text(node, path, expected: "a stage's id") { !$0.isEmpty }
    case .table: return table(node, path)
    case .selection: return selection(node, path)
    case .figures: return figureList(node, path)
    case .ends(let areApart): return ends(node, areApart: areApart, path)
    case .list(let element, let least, let most):
      let value = list(node, element, least...max(least, most), path)
      if case .integer = element { noneTwice(node, path) }
      return value
    case .oneOrMany(let element):
      if node.items == nil { return one(node, element, path) }
      let value = list(node, element, 1...100_000, path)
      noneTwice(node, path)
      return value
    case .sweep(let range): return sweep(node, range, path)
    case .object(let parameters): return object(node, parameters, path: path)
    case .ruled(let parameters, let rules): return object(node, parameters, rules: rules, path: path)
    case .either(let first, let second): return either(node, first, second, path)
    case .named(let element): return named(node, element, path)
    case .tagged(let kinds): return tagged(node, kinds, path)
    case .dataset: return dataset(node, path)
    }
  }

  // MARK: - Scalars

  private mutating func flag(_ node: ConfigNode, _ path: String) -> JSONValue {
    if node.typedValue.bool != nil { return node.typedValue }
    issues.add(node, path, expected: "true or false")
    return .bool(false)
  }

  private mutating func integer(_ node: ConfigNode, _ range: ClosedRange<Int>, _ path: String) -> JSONValue {
    let expected = "an integer \(Self.describe(range))"
    let value = node.typedValue
    guard let integer = value.integer, range.contains(integer) else {
      issues.add(node, path, expected: expected)
      return .number(Double(range.lowerBound))
    }
    return value
  }

  private mutating func number(
    _ node: ConfigNode, _ path: String, expected: String, _ accepts: (Double) -> Bool
  ) -> JSONValue {
    let value = node.typedValue
    guard let number = value.number, accepts(number) else {
      issues.add(node, path, expected: expected)
      return .number(1)
    }
    return value
  }

  private mutating func text(
    _ node: ConfigNode, _ path: String, expected: String, _ accepts: (String) -> Bool
  ) -> JSONValue {
    guard let text = node.text, accepts(text) else {
      issues.add(node, path, expected: expected)
      return .string("")
    }
    return taken(text, node)
  }

  mutating func taken(_ text: String, _ node: ConfigNode) -> JSONValue {
    issues.take(text, for: node)
    return .string(text)
  }

  private mutating func choice(_ node: ConfigNode, _ words: [String], _ path: String) -> JSONValue {
    if let word = node.text, words.contains(word) { return taken(word, node) }
    issues.add(
      node, path, expected: words.count == 1 ? "\"\(words[0])\"" : "one of \(words.joined(separator: ", "))",
      suggestion: node.text.flatMap { nearestName(to: $0, among: words) })
    return .string(words.first ?? "")
  }

  private mutating func file(_ node: ConfigNode, _ path: String, isFolder: Bool) -> JSONValue {
    guard let name = node.text, !name.isEmpty, !name.contains("\0") else {
      issues.add(node, path, expected: isFolder ? "the path of a folder" : "the path of a file")
      return .string("")
    }
    issues.take(name, for: node)
    let absolute = self.absolute(name, near: node.position.file)
    note(file: absolute, node, field: path, isFolder: isFolder)
    return .string(absolute)
  }

  private mutating func table(_ node: ConfigNode, _ path: String) -> JSONValue {
    let name = node.text
    if let name, tables.contains(name) || mayBeUnread(name) {
      return taken(name, node)
    }
    issues.add(
      node, path,
      expected: tables.isEmpty
        ? "the name of a table, but no stage makes one"
        : "the name of a table: \(tables.sorted().joined(separator: ", "))",
      suggestion: name.flatMap { nearestName(to: $0, among: tables) })
    return .string("")
  }

  private func mayBeUnread(_ table: String) -> Bool {
    !knowsAllStages || unreadStages.contains(String(table.prefix { $0 != "." }))
  }

  // MARK: - Compounds

  private mutating func list(
    _ node: ConfigNode, _ element: ParameterType, _ counts: ClosedRange<Int>, _ path: String
  ) -> JSONValue {
    guard let items = node.items else {
      issues.add(node, path, expected: "a list")
      return .array([])
    }
    guard counts.contains(items.count) else {
      issues.add(node, path, expected: Self.describe(counts: counts, given: items.count))
      return .array([])
    }
    var result: [JSONValue] = []
    for (index, item) in items.enumerated() { result.append(check(item, element, path: "\(path)[\(index)]")) }
    return .array(result)
  }

  /// Numbers that tell rows of a table apart: a repeated one would give two rows of the same coordinates.
  private mutating func noneTwice(_ node: ConfigNode, _ path: String) {
    var met: Set<Double> = []
    for (index, item) in (node.items ?? []).enumerated() {
      guard let number = item.typedValue.number, !met.insert(number).inserted else { continue }
      issues.add(item, "\(path)[\(index)]", expected: "each number only once")
    }
  }

  /// The low and the high end of a range.
  private mutating func ends(_ node: ConfigNode, areApart: Bool, _ path: String) -> JSONValue {
    let before = issues.count
    let number = ParameterType.number(-Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)
    let value = list(node, number, 2...2, path)
    let ends = value.array?.compactMap(\.number) ?? []
    guard issues.count == before, ends.count == 2 else { return value }
    if ends[0] > ends[1] || areApart && ends[0] == ends[1] {
      issues.add(
        node, path,
        expected: "the low end, then the high end, which is \(areApart ? "greater" : "not lower")",
        found: value.canonical)
    }
    return value
  }

  /// One value where a list of them might stand.
  private mutating func one(_ node: ConfigNode, _ element: ParameterType, _ path: String) -> JSONValue {
    let before = issues.count
    var attempt = self
    let value = attempt.check(node, element, path: path)
    if attempt.issues.count == before + 1, let issue = attempt.issues.issues.last, issue.path == path {
      issues.add(node, path, expected: "\(issue.expected), or a list of these", found: issue.found)
      return value
    }
    self = attempt
    return value
  }

  private mutating func sweep(_ node: ConfigNode, _ range: ClosedRange<Double>, _ path: String) -> JSONValue {
    if node.items != nil {
      let value = list(node, .number(range), 1...Sweep.mostPoints, path)
      noneTwice(node, path)
      return value
    }
    guard node.members != nil else {
      let expected = "\(Self.describe(range)), a list of these, or {\"from\", \"to\", \"by\"}"
      return number(node, path, expected: expected, range.contains)
    }
    let before = issues.count
    let bound = ParameterType.number(range)
    let step = ParameterType.number(-Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)
    let value = object(
      node, [.required("from", bound, ""), .required("to", bound, ""), .required("by", step, "")], path: path)
    guard issues.count == before else { return value }
    forEachCombination(of: Interpolation.axes(in: value).sorted()) { checker, axes in
      let span = Interpolation.resolve(value, axes)
      if Sweep.points(span) != nil { return true }
      checker.issues.add(
        node, path,
        expected: "a step \"by\" that leads from \"from\" to \"to\" in at most \(Sweep.mostPoints) steps",
        found: ["from", "to", "by"].map { "\($0) \(span[$0]?.canonical ?? "")" }.joined(separator: " "))
      return false
    }
    return value
  }

  private mutating func selection(_ node: ConfigNode, _ path: String) -> JSONValue {
    guard let members = node.members else {
      issues.add(node, path, expected: "an object of columns with the values that rows must have in them")
      return .object([:])
    }
    var result: [String: JSONValue] = [:]
    for member in members {
      let place = "\(path).\(member.key)"
      let items = member.node.items
      if items?.isEmpty == true { issues.add(member.node, place, expected: "at least one value") }
      let values = (items ?? [member.node]).enumerated().map { index, item in
        cell(item, items == nil ? place : "\(place)[\(index)]")
      }
      result[member.key] = items == nil ? values[0] : .array(values)
    }
    return .object(result)
  }

  private mutating func named(_ node: ConfigNode, _ element: ParameterType, _ path: String) -> JSONValue {
    guard let members = node.members, !members.isEmpty else {
      issues.add(node, path, expected: "an object with at least one name of your own")
      return .object([:])
    }
    var result: [String: JSONValue] = [:]
    for member in members {
      result[member.key] = check(member.node, element, path: "\(path).\(member.key)")
    }
    return .object(result)
  }

  /// A value that a column may hold.
  private mutating func cell(_ node: ConfigNode, _ path: String) -> JSONValue {
    guard case .scalar(let scalar) = node.content, scalar != .null else {
      issues.add(node, path, expected: "a number, a string, true, false, or a list of them")
      return .null
    }
    if scalar.string != nil { _ = check(node, .string, path: path) }
    return node.typedValue
  }

  private mutating func either(
    _ node: ConfigNode, _ first: ParameterType, _ second: ParameterType, _ path: String
  ) -> JSONValue {
    let before = issues.count
    var attempt = self
    let value = attempt.check(node, first, path: path)
    guard attempt.issues.count > before else {
      self = attempt
      return value
    }
    var other = self
    let alternative = other.check(node, second, path: path)
    guard other.issues.count > before else {
      if case .choice(let words) = first, case .file = second { other.mayBeWords(words, from: files.count) }
      self = other
      return alternative
    }
    let complaints = (attempt.issues.issues[before...], other.issues.issues[before...])
    if let one = complaints.0.first, let two = complaints.1.first,
      complaints.0.count + complaints.1.count == 2,
      one.path == path, two.path == path, one.found == two.found, !one.found.isEmpty
    {
      issues.add(node, path, expected: "\(one.expected), or \(two.expected)", found: one.found)
      return value
    }
    self = Self.prefersSecond(node, first) ? other : attempt
    return value
  }

  /// Whose complaint to show when neither type fits: the one of the node's own shape.
  private static func prefersSecond(_ node: ConfigNode, _ first: ParameterType) -> Bool {
    switch first {
    case .list, .oneOrMany, .sweep: node.items == nil
    case .object, .ruled, .named, .tagged, .selection: node.members == nil
    default: node.items != nil || node.members != nil
    }
  }

  /// An object with a kind, or the name of one in the config's data section.
  private mutating func tagged(_ node: ConfigNode, _ kinds: [String: [Parameter]], _ path: String)
    -> JSONValue
  {
    guard let name = node.text else { return definition(node, kinds, path: path) }
    if isPresentation {
      issues.add(node, path, expected: "an object with a \"kind\"")
      return .object([:])
    }
    if !isAxis(node), let entry = data[name] {
      return definition(entry, kinds, path: "data.\(name)")
    }
    issues.add(
      node, path, expected: "an object with a \"kind\", or the name of an entry of \"data\", without ${…}",
      suggestion: nearestName(to: name, among: data.keys.sorted()))
    return .object([:])
  }

  private func isAxis(_ node: ConfigNode) -> Bool {
    if case .axis = node.origin { return true }
    return false
  }

  // MARK: - Ranges in words

  static func describe(_ range: ClosedRange<Int>) -> String {
    range.upperBound >= 1 << 53
      ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
  }

  static func describe(counts: ClosedRange<Int>, given: Int) -> String {
    if counts.count == 1 { return "exactly \(counted(counts.lowerBound, "value"))" }
    guard given < counts.lowerBound else { return "at most \(counted(counts.upperBound, "value"))" }
    return counts.lowerBound == 1 ? "at least one value" : "at least \(counts.lowerBound) values"
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
