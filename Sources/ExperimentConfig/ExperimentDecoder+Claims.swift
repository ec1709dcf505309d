import Declarations

extension ExperimentDecoder {
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
      for member in members where !ClaimKeys.all.contains(member.key) {
        checker.unknownKey(member, path: path, among: ClaimKeys.all)
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
    let provenance = decodeProvenance(node, path)
    if let id = node["id"], let text = id.text, !ConfigNames.isName(text) {
      issues.add(id, "\(path).id", expected: ConfigNames.describedName)
    }
    let (check, parameters) = decodeCheck(node, path)
    checkClaimColumns(texts[3], node, path)
    guard issues.count == before else { return nil }
    return ClaimSpec(
      id: texts[0], source: texts[1], says: texts[2], table: texts[3],
      selection: (selection?.object ?? [:]).mapValues { $0.array ?? [$0] }, check: check,
      parameters: parameters, basis: provenance["basis"]?.string.flatMap(ClaimBasis.init),
      boundFrom: BoundSource(provenance["bound_from"], because: provenance["because"]?.string),
      differsBecause: provenance["expect"] == nil ? nil : provenance["because"]?.string,
      conditions: provenance["conditions"]?.string, statement: provenance["statement"]?.string)
  }

  private mutating func decodeProvenance(_ node: ConfigNode, _ path: String) -> [String: JSONValue] {
    let values = checking(presentation: true) { checker in
      ClaimKeys.provenance.reduce(into: [String: JSONValue]()) { values, key in
        guard let given = node[key.name] else { return }
        values[key.name] = checker.check(given, key.type, path: "\(path).\(key.name)")
      }
    }
    if let expect = node["expect"], node["because"] == nil {
      issues.add(
        ConfigIssue(
          at: expect.position, path: "\(path).expect", found: "",
          expected: "\"because\" must say why the statement is not expected to hold"))
    }
    if let bound = node["bound_from"], bound.text == "design", node["because"] == nil {
      issues.add(
        ConfigIssue(
          at: bound.position, path: "\(path).bound_from", found: "",
          expected: "a bound by design needs its reason: {\"kind\": \"design\", \"reason\": \"…\"}"))
    }
    return values
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

extension BoundSource {
  /// What a validated `bound_from` says; nil where there is none.
  init?(_ json: JSONValue?, because: String?) {
    guard let json else { return nil }
    if let word = json.string {
      self = Self.words.first { $0.word == word }?.source ?? .design(reason: because ?? "")
    } else {
      self = .design(reason: json["reason"]?.string ?? "")
    }
  }
}
