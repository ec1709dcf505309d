import Contracts

/// Columns that figures and claims name must be ones that their tables have, as far as the stages'
/// signatures tell.
extension ExperimentDecoder {
  /// Parameters of figures that name a column of the table beside them.
  private static let figureFields = ["x", "y", "series", "facet", "colour"]

  private struct Columns {
    let table: String
    let names: [String]
    /// Columns that share an axis's name, as they are called where they differ from it.
    let hidden: [String]
    /// A projection has as many of `c1`, `c2`, … as it is asked for.
    let isNumbered: Bool

    func contain(_ name: String) -> Bool {
      names.contains(name) || hidden.contains(name)
        || isNumbered && name.hasPrefix("c") && (Int(name.dropFirst()).map { $0 > 0 } ?? false)
    }
  }

  /// Nil where the columns are not known.
  private func columns(of table: String) -> Columns? {
    let parts = table.split(separator: ".", maxSplits: 1).map(String.init)
    guard let id = parts.first, let stage = stages.first(where: { $0.spec.id == id }) else { return nil }
    let isMain = parts.count == 1
    let own = isMain ? stage.signature.columns : stage.signature.extraColumns[parts[1]] ?? []
    guard !own.isEmpty else { return nil }
    // What trains gives rows of its own, not of what it reads.
    let brought = stage.spec.phase == .evaluate ? Grammar.coordinates : []
    var names: [String] = []
    let sometimes = isMain ? stage.signature.sometimesColumns : []
    for name in axes.map(\.name) + own + sometimes + brought where !names.contains(name) {
      names.append(name)
    }
    let hidden = own.filter(axes.map(\.name).contains).map { "\(id).\($0)" }
    return Columns(table: table, names: names, hidden: hidden, isNumbered: names.contains("c1"))
  }

  /// What a figure of this kind has; inside a figure, `column` names one.
  private func figureFields(_ node: ConfigNode) -> [String] {
    guard let kind = node["kind"]?.text else { return ["column"] }
    let known = grammar.figures.first { $0.kind == kind }?.parameters.map(\.name) ?? []
    return Self.figureFields.filter(known.contains)
  }

  mutating func checkFigureColumns(_ node: ConfigNode, _ path: String) {
    if let table = node["table"]?.text, let columns = columns(of: table) {
      for field in figureFields(node) { checkColumn(node[field], columns, "\(path).\(field)") }
      checkSelection(node["where"], columns, "\(path).where")
    }
    for member in node.members ?? [] {
      for (index, item) in (member.node.items ?? []).enumerated() where item.members != nil {
        checkFigureColumns(item, "\(path).\(member.key)[\(index)]")
      }
    }
  }

  mutating func checkClaimColumns(_ table: String, _ node: ConfigNode, _ path: String) {
    guard let columns = columns(of: table) else { return }
    checkSelection(node["where"], columns, "\(path).where")
    for check in node["check"]?.members ?? [] {
      let place = "\(path).check.\(check.key)"
      for field in ["of", "over"] { checkColumn(check.node[field], columns, "\(place).\(field)") }
      for (index, item) in (check.node["where"]?.items ?? []).enumerated() {
        checkSelection(item, columns, "\(place).where[\(index)]")
      }
    }
  }

  private mutating func checkColumn(_ node: ConfigNode?, _ columns: Columns, _ path: String) {
    guard let node, let name = node.text, !name.contains("${"), !columns.contain(name) else { return }
    issues.add(
      node, path, expected: Self.expected(columns), suggestion: nearestName(to: name, among: columns.names))
  }

  private mutating func checkSelection(_ node: ConfigNode?, _ columns: Columns, _ path: String) {
    for member in node?.members ?? [] where !columns.contain(member.key) {
      issues.add(
        ConfigIssue(
          at: member.keyPosition, path: "\(path).\(member.key)", found: "an unknown column",
          expected: Self.expected(columns), suggestion: nearestName(to: member.key, among: columns.names)))
    }
  }

  private static func expected(_ columns: Columns) -> String {
    "a column of \"\(columns.table)\": \(columns.names.joined(separator: ", "))"
  }
}
