import Contracts

/// Columns that figures and claims name must be ones that their tables have, as far as the stages'
/// signatures tell.
extension ExperimentDecoder {
  /// Parameters of figures that name a column of the table beside them.
  private static let figureFields = ["x", "y", "series", "facet", "colour", "low", "high"]

  private struct Columns {
    let table: String
    let names: [String]
    /// Columns that share an axis's name, as they are called where they differ from it.
    let hidden: [String]
    /// Of what the table has further columns, `delta_2` and so on, as far as is known.
    let open: [String]
    /// Those that hold text.
    let texts: [String]

    func contain(_ name: String) -> Bool {
      names.contains(name) || hidden.contains(name) || open.contains { name.hasPrefix("\($0)_") }
    }
  }

  /// Nil where the columns are not known.
  private func columns(of table: String) -> Columns? {
    let parts = table.split(separator: ".", maxSplits: 1).map(String.init)
    guard let id = parts.first, let stage = stages.first(where: { $0.spec.id == id }) else { return nil }
    let own = stage.signature.columns(of: parts.count == 1 ? "" : parts[1]).flatMap { present($0, stage) }
    guard !own.isEmpty else { return nil }
    // What trains gives rows of its own, not of what it reads.
    let brought = stage.spec.phase == .evaluate ? coordinates(read: stage) : []
    let known = brought ?? grammar.coordinates
    var names: [String] = []
    for name in axes.map(\.name) + (own + known).map(\.name) where !names.contains(name) {
      names.append(name)
    }
    let hidden = (own + known).map(\.name).filter(axes.map(\.name).contains).map { "\(id).\($0)" }
    let texts = (own + known).filter { $0.type == .text }.map(\.name)
    return Columns(
      table: table, names: names, hidden: hidden, open: brought == nil ? known.map(\.name) : [],
      texts: texts.filter { !axes.map(\.name).contains($0) })
  }

  /// The columns that a declaration stands for with the stage's parameters.
  private func present(_ column: TableColumn, _ stage: DecodedStage) -> [TableColumn] {
    switch column.presence {
    case .always: return [column]
    case .given(let name): return stage.spec.with[name] == nil ? [] : [column]
    case .when(let condition, let takesRuns):
      return may(condition, stage) && (!takesRuns || !stage.spec.over.isEmpty) ? [column] : []
    case .numbered(let name):
      let most = values(of: name, stage).map { $0.compactMap(\.integer).max() ?? 2 } ?? 50
      return (1...max(1, most)).map { column.named("\(column.name)\($0)") }
    }
  }

  /// Whether a stage has this table beside its main one.
  func hasTable(_ suffix: String, _ stage: DecodedStage) -> Bool {
    stage.signature.sometimesTables[suffix].map { may($0, stage) } ?? true
  }

  /// Whether the parameter has one of the values, in one of the runs at least.
  private func may(_ condition: ParameterCondition, _ stage: DecodedStage) -> Bool {
    values(of: condition.parameter, stage).map { given in
      given.contains { $0.string.map(condition.values.contains) ?? false }
    } ?? true
  }

  /// The values that a parameter has in the runs; nil where they are not known.
  private func values(of name: String, _ stage: DecodedStage) -> [JSONValue]? {
    let parameter = stage.signature.parameters.first { $0.name == name }
    guard let value = stage.spec.with[name] ?? parameter?.defaultValue else { return [] }
    guard let text = value.string, let reference = Interpolation.references(in: text).first else {
      return [value]
    }
    guard reference.range == text.startIndex..<text.endIndex else { return nil }
    return axes.first { $0.name == reference.name }?.values
  }

  // MARK: - Coordinates

  /// The coordinates that the rows of an evaluation begin with; nil where something upstream could not be read.
  private func coordinates(read stage: DecodedStage) -> [TableColumn]? {
    var columns = stage.spec.from.count > 1 ? [TableColumn.from] : []
    for id in stage.spec.from {
      guard let brought = coordinates(of: id, depth: 0) else { return nil }
      for column in brought where !columns.contains(where: { $0.name == column.name }) {
        columns.append(column)
      }
    }
    return columns
  }

  /// Those of a stage's embeddings: a shift adds its own to those of what it moves, under `delta_2` where that has
  /// `delta` already.
  private func coordinates(of id: String, depth: Int) -> [TableColumn]? {
    guard depth <= stages.count, let stage = stages.first(where: { $0.spec.id == id }) else { return nil }
    let own = stage.signature.coordinates.flatMap { present($0, stage) }
    guard stage.spec.phase == .shift else { return own }
    guard let first = stage.spec.from.first, var columns = coordinates(of: first, depth: depth + 1) else {
      return nil
    }
    for column in own {
      let taken = Set(columns.map(\.name))
      let free = (2...(taken.count + 2)).lazy.map { "\(column.name)_\($0)" }.first { !taken.contains($0) }
      columns.append(taken.contains(column.name) ? column.renamed(free ?? column.name) : column)
    }
    return columns
  }

  // MARK: - Figures and claims

  /// What a figure of this kind has, with the values that it has by default; inside a figure, `column` names one.
  private func figureFields(_ node: ConfigNode) -> [(name: String, usual: String?)] {
    guard let kind = node["kind"]?.text else { return [("column", nil)] }
    let known = grammar.figures.first { $0.kind == kind }?.parameters ?? []
    return known.filter { Self.figureFields.contains($0.name) }.map { ($0.name, $0.defaultValue?.string) }
  }

  mutating func checkFigureColumns(_ node: ConfigNode, _ path: String) {
    if let table = node["table"]?.text, let columns = columns(of: table) {
      for field in figureFields(node) {
        checkColumn(node[field.name], columns, "\(path).\(field.name)")
        if node[field.name] == nil, let usual = field.usual, !columns.contain(usual) {
          issues.add(
            node, "\(path).\(field.name)", expected: Self.expected(columns),
            found: "\"\(usual)\", the default")
        }
      }
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
      for field in ["of", "over"] {
        checkColumn(check.node[field], columns, "\(place).\(field)", isNumber: true)
      }
      for (index, item) in (check.node["where"]?.items ?? []).enumerated() {
        checkSelection(item, columns, "\(place).where[\(index)]")
      }
    }
  }

  private mutating func checkColumn(
    _ node: ConfigNode?, _ columns: Columns, _ path: String, isNumber: Bool = false
  ) {
    guard let node, let name = node.text, !name.contains("${") else { return }
    if isNumber, columns.texts.contains(name) {
      issues.add(node, path, expected: "a column of numbers", found: "\"\(name)\", which holds text")
    }
    guard !columns.contain(name) else { return }
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
