import Declarations

extension ExperimentDecoder {
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
}
