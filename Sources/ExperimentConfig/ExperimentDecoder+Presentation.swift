import Contracts

extension ExperimentDecoder {
  private static let claimKeys = ["$comment", "id", "source", "says", "table", "where", "check"]

  /// Every table that the stages give: `loss`, `dots.histogram`.
  private var tables: [String] {
    stages.flatMap { stage -> [String] in
      guard let signature = grammar.signature(stage.phase, stage.kind), signature.output == .tables else {
        return []
      }
      return [stage.id] + signature.extraTables.map { "\(stage.id).\($0)" }
    }
  }

  mutating func decodeFigures() -> [FigureSpec] {
    guard let node = root["figures"] else { return [] }
    guard let items = node.items else {
      issues.add(node, "figures", expected: "a list of figures")
      return []
    }
    var figures: [FigureSpec] = []
    for (index, item) in items.enumerated() {
      let path = "figures[\(index)]"
      var checker = makeChecker(tables: tables)
      let parameters = checker.figure(item, path: path, also: ["name", "$comment"])
      issues = checker.issues
      let name = decodeFigureName(item, path, taken: figures.map(\.name))
      figures.append(FigureSpec(name: name, kind: parameters["kind"]?.string ?? "", parameters: parameters))
    }
    return figures
  }

  private mutating func decodeFigureName(_ node: ConfigNode, _ path: String, taken: [String]) -> String {
    guard node.members != nil else { return "" }
    guard let nameNode = node["name"] else {
      issues.add(
        ConfigIssue(at: node.position, path: "\(path).name", found: "nothing", expected: "this key"))
      return ""
    }
    guard let name = nameNode.value.string, ConfigNames.isName(name) else {
      issues.add(nameNode, "\(path).name", expected: "a name for files: letters, digits, \"-\", \"_\", \".\"")
      return ""
    }
    if taken.contains(name) {
      issues.add(nameNode, "\(path).name", expected: "a name of its own", found: "\"\(name)\" a second time")
    }
    return name
  }

  mutating func decodeClaims() -> [ClaimSpec] {
    guard let node = root["claims"] else { return [] }
    guard let items = node.items else {
      issues.add(node, "claims", expected: "a list of claims")
      return []
    }
    var claims: [ClaimSpec] = []
    for (index, item) in items.enumerated() {
      guard let claim = decodeClaim(item, path: "claims[\(index)]") else { continue }
      if claims.contains(where: { $0.id == claim.id }) {
        issues.add(
          item["id"] ?? item, "claims[\(index)].id", expected: "an id of its own",
          found: "\"\(claim.id)\" a second time")
      }
      claims.append(claim)
    }
    return claims
  }

  private mutating func decodeClaim(_ node: ConfigNode, path: String) -> ClaimSpec? {
    guard let members = node.members else {
      issues.add(node, path, expected: "a claim, an object")
      return nil
    }
    let before = issues.issues.count
    var checker = makeChecker(tables: tables)
    for member in members where !Self.claimKeys.contains(member.key) {
      checker.unknownKey(member, path: path, among: Self.claimKeys)
    }
    let texts = ["id", "source", "says"].map { key -> String in
      guard let text = node[key] else {
        checker.missingKey(key, node, path: path)
        return ""
      }
      return checker.checkPlain(text, .string, path: "\(path).\(key)").string ?? ""
    }
    let table = checkedTable(node, path, &checker)
    let selection = node["where"].map { checker.checkPlain($0, .selection, path: "\(path).where") }
    issues = checker.issues
    let (check, parameters) = decodeCheck(node, path)
    if let id = node["id"], id.value.string != nil, !ConfigNames.isName(texts[0]) {
      issues.add(id, "\(path).id", expected: "an id of letters, digits, \"-\", \"_\", \".\"")
    }
    checkColumns(table, selection, parameters, node, path)
    guard issues.issues.count == before else { return nil }
    return ClaimSpec(
      id: texts[0], source: texts[1], says: texts[2], table: table,
      selection: (selection?.object ?? [:]).mapValues { $0.array ?? [$0] }, check: check,
      parameters: parameters)
  }

  private func checkedTable(_ node: ConfigNode, _ path: String, _ checker: inout ParameterChecker) -> String {
    guard let table = node["table"] else {
      checker.missingKey("table", node, path: path)
      return ""
    }
    return checker.checkPlain(table, .table, path: "\(path).table").string ?? ""
  }

  private mutating func decodeCheck(_ node: ConfigNode, _ path: String) -> (String, JSONValue) {
    let names = grammar.checks.map(\.name)
    guard let check = node["check"] else {
      issues.add(
        ConfigIssue(at: node.position, path: "\(path).check", found: "nothing", expected: "this key"))
      return ("", .object([:]))
    }
    let given = (check.members ?? []).filter { $0.key != "$comment" }
    guard given.count == 1 else {
      issues.add(check, "\(path).check", expected: "an object with one of \(names.joined(separator: ", "))")
      return ("", .object([:]))
    }
    guard let signature = grammar.checks.first(where: { $0.name == given[0].key }) else {
      var checker = makeChecker()
      checker.unknownKey(given[0], path: "\(path).check", among: names)
      issues = checker.issues
      return ("", .object([:]))
    }
    var checker = makeChecker()
    let value = checker.object(given[0].node, signature.parameters, path: "\(path).check.\(signature.name)")
    issues = checker.issues
    return (signature.name, ParameterDefaults.fill(value, signature.parameters))
  }

  /// Columns that a claim names must be ones that its table has, as far as the signatures tell.
  private mutating func checkColumns(
    _ table: String, _ selection: JSONValue?, _ parameters: JSONValue, _ node: ConfigNode, _ path: String
  ) {
    guard let stage = stages.first(where: { $0.id == table }), stage.kind != "projection",
      let signature = grammar.signature(stage.phase, stage.kind), !signature.columns.isEmpty
    else { return }
    let known = axes.map(\.name) + Grammar.coordinates + signature.columns
    let check = node["check"]?.members?.first { $0.key != "$comment" }
    let checkPath = "\(path).check.\(check?.key ?? "")"
    for field in ["of", "over"] {
      guard let column = parameters[field]?.string, !known.contains(column) else { continue }
      unknownColumn(column, check?.node[field] ?? node, "\(checkPath).\(field)", known)
    }
    for column in (selection?.object ?? [:]).keys.sorted() where !known.contains(column) {
      unknownColumn(column, node["where"]?[column] ?? node, "\(path).where.\(column)", known)
    }
  }

  private mutating func unknownColumn(_ column: String, _ node: ConfigNode, _ path: String, _ known: [String])
  {
    issues.add(
      node, path, expected: "a column of the table: \(known.joined(separator: ", "))", found: "\"\(column)\"",
      suggestion: nearestName(to: column, among: known))
  }
}
