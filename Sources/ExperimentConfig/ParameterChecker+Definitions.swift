import Declarations

/// Things that a value defines: data sets and figures.
extension ParameterChecker {
  /// An object with a kind of data, or the name of one in the config's data section; the name stays, for the
  /// plan to put the entry in its place.
  mutating func dataset(_ node: ConfigNode, _ path: String) -> JSONValue {
    guard let name = node.text else { return definition(node, dataKinds, path: path) }
    if let entry = data[name] {
      _ = definition(entry, dataKinds, path: "data.\(name)")
      return taken(name, node)
    }
    issues.add(
      node, path, expected: "an object with a \"kind\", or the name of an entry of \"data\"",
      suggestion: nearestName(to: name, among: data.keys.sorted()))
    return .object([:])
  }

  mutating func definition(_ node: ConfigNode, _ kinds: [String: [Parameter]], path: String) -> JSONValue {
    let names = kinds.keys.sorted()
    guard node.members != nil else {
      issues.add(node, path, expected: "an object with a \"kind\": \(names.joined(separator: ", "))")
      return .object([:])
    }
    guard let kind = node["kind"] else {
      missingKey("kind", node, path: path)
      return .object([:])
    }
    let chosen = check(kind, .choice(names), path: "\(path).kind")
    guard let word = kind.text, let parameters = kinds[word] else { return .object([:]) }
    let rest = object(node, parameters, path: path, also: ["kind"])
    noteDefaultFolders(node, parameters, path: path)
    return .object((rest.object ?? [:]).merging(["kind": chosen]) { _, new in new })
  }

  /// A folder that is not spelt out must be there as well.
  private mutating func noteDefaultFolders(_ node: ConfigNode, _ parameters: [Parameter], path: String) {
    for parameter in parameters where node[parameter.name] == nil {
      guard case .folder = parameter.type, let folder = parameter.defaultValue?.string else { continue }
      note(file: folder, node, field: "\(path).\(parameter.name)", isFolder: true)
    }
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
      issues.add(node, path, expected: "a figure, which is an object")
      return .object([:])
    }
    guard let kind = node["kind"] else {
      missingKey("kind", node, path: path)
      return .object([:])
    }
    let kinds = figures.map(\.kind)
    guard let word = kind.text, let signature = figures.first(where: { $0.kind == word }) else {
      issues.add(
        kind, "\(path).kind", expected: "one of \(kinds.joined(separator: ", "))",
        suggestion: kind.text.flatMap { nearestName(to: $0, among: kinds) })
      return .object([:])
    }
    let rest = object(node, signature.parameters, path: path, also: ["kind"] + also)
    var members = ParameterDefaults.fill(rest, signature.parameters).object ?? [:]
    members["kind"] = .string(word)
    return .object(members)
  }
}
