import Declarations

extension ExperimentDecoder {
  private static let claimKeys = ["id", "source", "says", "table", "where", "check"]

  // MARK: - Figures

  mutating func decodeFigures() -> [FigureSpec] {
    guard let node = root["figures"] else { return [] }
    guard let items = node.items else {
      issues.add(node, "figures", expected: "a list of figures")
      return []
    }
    var figures: [FigureSpec] = []
    var names: Set<String> = []
    for (index, item) in items.enumerated() {
      let path = "figures[\(index)]"
      let parameters = checking(presentation: true) { $0.figure(item, path: path, also: ["name"]) }
      let name = decodeFigureName(item, path, taken: &names)
      checkFigureColumns(item, path)
      figures.append(FigureSpec(name: name, kind: parameters["kind"]?.string ?? "", parameters: parameters))
    }
    return figures
  }

  private mutating func decodeFigureName(_ node: ConfigNode, _ path: String, taken: inout Set<String>)
    -> String
  {
    guard node.members != nil else { return "" }
    guard let nameNode = node["name"] else {
      checking { $0.missingKey("name", node, path: path) }
      return ""
    }
    guard let name = nameNode.text, ConfigNames.isName(name) else {
      issues.add(nameNode, "\(path).name", expected: ConfigNames.describedName)
      return ""
    }
    issues.take(name, for: nameNode)
    if !taken.insert(name).inserted {
      issues.add(nameNode, "\(path).name", expected: "a unique name", found: "\"\(name)\" a second time")
    }
    return name
  }

  // MARK: - Claims

  mutating func decodeClaims() -> [ClaimSpec] {
    guard let node = root["claims"] else { return [] }
    guard let items = node.items else {
      issues.add(node, "claims", expected: "a list of claims")
      return []
    }
    var claims: [ClaimSpec] = []
    var ids: Set<String> = []
    for (index, item) in items.enumerated() {
      let path = "claims[\(index)]"
      if let claim = decodeClaim(item, path: path) { claims.append(claim) }
      if let id = item["id"], let text = id.text, !ids.insert(text).inserted {
        issues.add(id, "\(path).id", expected: "a unique id", found: "\"\(text)\" a second time")
      }
    }
    return claims
  }

  private mutating func decodeClaim(_ node: ConfigNode, path: String) -> ClaimSpec? {
    guard let members = node.members else {
      issues.add(node, path, expected: "a claim, which is an object")
      return nil
    }
    let before = issues.count
    let (texts, selection) = checking(presentation: true) { checker in
      for member in members where !Self.claimKeys.contains(member.key) {
        checker.unknownKey(member, path: path, among: Self.claimKeys)
      }
      let texts = ["id", "source", "says", "table"].map { key -> String in
        guard let text = node[key] else {
          checker.missingKey(key, node, path: path)
          return ""
        }
        return checker.check(text, key == "table" ? .table : .string, path: "\(path).\(key)").string ?? ""
      }
      return (texts, node["where"].map { checker.check($0, .selection, path: "\(path).where") })
    }
    if let id = node["id"], let text = id.text, !ConfigNames.isName(text) {
      issues.add(id, "\(path).id", expected: ConfigNames.describedName)
    }
    let (check, parameters) = decodeCheck(node, path)
    checkClaimColumns(texts[3], node, path)
    guard issues.count == before else { return nil }
    return ClaimSpec(
      id: texts[0], source: texts[1], says: texts[2], table: texts[3],
      selection: (selection?.object ?? [:]).mapValues { $0.array ?? [$0] }, check: check,
      parameters: parameters)
  }

  private mutating func decodeCheck(_ node: ConfigNode, _ path: String) -> (String, JSONValue) {
    let nothing = ("", JSONValue.object([:]))
    let names = grammar.checks.map(\.name)
    guard let check = node["check"] else {
      checking { $0.missingKey("check", node, path: path) }
      return nothing
    }
    let list = names.sorted().joined(separator: ", ")
    guard let members = check.members, members.count == 1, let given = members.first else {
      let kinds = (check.members ?? []).map(\.key).joined(separator: " and ")
      issues.add(
        check, "\(path).check", expected: "an object with one check: \(list)",
        found: kinds.isEmpty ? nil : kinds)
      return nothing
    }
    guard let signature = grammar.checks.first(where: { $0.name == given.key }) else {
      checking { $0.unknownKey(given, path: "\(path).check", among: names, kind: "check") }
      return nothing
    }
    let place = "\(path).check.\(signature.name)"
    let value = checking(presentation: true) {
      $0.object(given.node, signature.parameters, rules: signature.rules, path: place)
    }
    return (signature.name, ParameterDefaults.fill(value, signature.parameters))
  }
}
