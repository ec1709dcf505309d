import Declarations
import Files

/// Columns that figures and claims name must be ones that their tables have, as far as the stages' signatures tell.
/// Which of their keys name columns, and of which table, their parameters' types say.
extension ExperimentDecoder {
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
    if let id = Self.reader(table) {
      return stages.first { $0.spec.id == id }.flatMap { columnsRead(by: $0) }
    }
    guard let (id, own, brought) = stageColumns(of: table) else { return nil }
    let known = brought ?? grammar.coordinates
    let all = own + known
    let names = axes.map(\.name) + all.map(\.name)
    let hidden = all.map(\.name).filter(axes.map(\.name).contains).map { "\(id).\($0)" }
    let texts = all.filter { $0.type == .text }.map(\.name)
    return Columns(
      table: table, names: Self.once(names), hidden: hidden, open: brought == nil ? known.map(\.name) : [],
      texts: texts.filter { !axes.map(\.name).contains($0) })
  }

  private static func once(_ names: [String]) -> [String] {
    names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// Those of a table of one run: the stage's own, and coordinates of what it reads, nil where they are not known. Nil
  /// where its own are not known.
  private func stageColumns(
    of table: String, depth: Int = 0
  ) -> (id: String, own: [TableColumn], brought: [TableColumn]?)? {
    let name = TableName(table)
    guard let stage = stages.first(where: { $0.spec.id == name.stage }) else { return nil }
    let own =
      name.suffix.isEmpty && stage.signature.fileColumns != nil
      ? columnsOfFile(stage)
      : stage.signature.columns(of: name.suffix).flatMap { present($0, stage, depth) }
    guard !own.isEmpty else { return nil }
    // What trains, and what reads tables, gives rows of its own.
    let brings = stage.spec.phase == .evaluate && stage.signature.input != .tables
    return (name.stage, own, brings ? coordinates(read: stage) : [])
  }

  /// As far as the file's beginning tells.
  private func columnsOfFile(_ stage: DecodedStage) -> [TableColumn] {
    guard let file = stage.signature.fileColumns, let path = stage.spec.with[file.file]?.string,
      !path.contains("${"), let bytes = try? fileSystem.beginning(path, Self.mostOfFile)
    else { return [] }
    return CSV.columns(ofBeginning: bytes, isWhole: bytes.count < Self.mostOfFile).map { name, isText in
      file.declaration(of: name, isText: isText, with: stage.spec.with)
    }
  }

  private static let mostOfFile = 1 << 20

  // MARK: - Tables that stages read

  /// What a stage of tables reads, as the name of a table; no stage has such an id.
  private static func input(of id: String) -> String { "\(id):from" }

  private static func reader(_ table: String) -> String? {
    table.hasSuffix(":from") ? String(table.dropLast(5)) : nil
  }

  /// The columns of the tables that a stage reads, with what tells them apart; nil where they are not known.
  private func columnsRead(by stage: DecodedStage, depth: Int = 0) -> Columns? {
    guard depth <= stages.count else { return nil }
    let tables = stage.spec.from.map { columnsRead(of: $0, by: stage.signature, depth: depth + 1) }
    let known = tables.compactMap { $0.map { $0.own + ($0.brought ?? grammar.coordinates) } }.flatMap { $0 }
    guard !tables.contains(where: { $0 == nil }) else { return nil }
    let front = (stage.spec.from.count > 1 ? [TableColumn.from.name] : []) + stage.spec.over
    let isOpen = tables.contains { $0?.brought == nil }
    let texts = known.filter { $0.type == .text }.map(\.name) + (stage.spec.from.count > 1 ? ["from"] : [])
    return Columns(
      table: stage.spec.from.joined(separator: ", "), names: Self.once(front + known.map(\.name)), hidden: [],
      open: isOpen ? grammar.coordinates.map(\.name) : [],
      texts: texts.filter { !stage.spec.over.contains($0) })
  }

  /// Of a stage whose further tables are read, too, only those columns that all of them have.
  private func columnsRead(
    of id: String, by reader: StageSignature, depth: Int
  ) -> (id: String, own: [TableColumn], brought: [TableColumn]?)? {
    guard var found = stageColumns(of: id, depth: depth) else { return nil }
    for suffix in reader.readsBeside {
      let other = stageColumns(of: "\(id).\(suffix)", depth: depth)?.own.map(\.name) ?? []
      found.own.removeAll { !other.contains($0.name) }
    }
    return found
  }

  /// Columns that stages name: those of the tables that they read, or of the file that they are made of.
  mutating func checkStageColumns() {
    for stage in stages where stage.signature.input == .tables || stage.signature.fileColumns != nil {
      checkTablesBeside(stage)
      guard let with = stage.node["with"] else { continue }
      let table = stage.signature.input == .tables ? Self.input(of: stage.spec.id) : stage.spec.id
      checkColumns(with, stage.signature.parameters, table: table, "\(stage.path).with")
    }
  }

  private mutating func checkTablesBeside(_ reader: DecodedStage) {
    for suffix in reader.signature.readsBeside {
      for id in reader.spec.from {
        guard let stage = stages.first(where: { $0.spec.id == id }), stage.spec.phase == .evaluate,
          !stage.signature.extraTables.contains(suffix) || !hasTable(suffix, stage)
        else { continue }
        issues.add(
          reader.node["from"] ?? reader.node, "\(reader.path).from",
          expected: "stages that have a table \"\(suffix)\"", found: "\"\(id)\", which has none")
      }
    }
  }

  /// The columns that a declaration stands for with the stage's parameters.
  private func present(_ column: TableColumn, _ stage: DecodedStage, _ depth: Int = 0) -> [TableColumn] {
    switch column.presence {
    case .listed(let name):
      let texts = columnsRead(by: stage, depth: depth)?.texts ?? []
      let given = (values(of: name, stage) ?? []).flatMap { $0.array ?? [$0] }.compactMap(\.string)
      return given.map { TableColumn($0, .coordinate, texts.contains($0) ? .text : .real, $0) }
    case .always: return [column]
    case .given(let name): return stage.spec.with[name] == nil ? [] : [column]
    case .when(let condition, let takesRuns):
      return may(condition, stage) && (!takesRuns || !stage.spec.over.isEmpty) ? [column] : []
    case .numbered(let name):
      // An axis may have any value, which is refused elsewhere.
      let bound = mostValue(of: name, stage)
      let most = min(values(of: name, stage)?.compactMap(\.integer).max() ?? bound, bound)
      return (1...max(1, most)).map { column.named("\(column.name)\($0)") }
    }
  }

  /// Whether a stage has this table beside its main one.
  func hasTable(_ suffix: String, _ stage: DecodedStage) -> Bool {
    stage.signature.sometimesTables[suffix].map { may($0, stage) } ?? true
  }

  /// Whether the parameter has one of the values, in one of the runs at least.
  private func may(_ condition: ParameterCondition, _ stage: DecodedStage) -> Bool {
    condition.parameters.contains { parameter in
      values(of: parameter, stage).map { given in
        condition.isPresence ? !given.isEmpty : given.contains(where: condition.includes)
      } ?? true
    }
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

  /// The most that a parameter may be.
  private func mostValue(of name: String, _ stage: DecodedStage) -> Int {
    guard case .integer(let range)? = stage.signature.parameters.first(where: { $0.name == name })?.type
    else { return 1 }
    return range.upperBound
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
    let named = stage.signature.coordinatesOf.flatMap { stage.spec.with[$0]?.string }
    guard stage.spec.phase == .shift || named != nil else { return own }
    guard let first = named ?? stage.spec.from.first, var columns = coordinates(of: first, depth: depth + 1)
    else {
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

  mutating func checkFigureColumns(_ node: ConfigNode, _ path: String) {
    guard let kind = node["kind"]?.text, let figure = grammar.figures.first(where: { $0.kind == kind }) else {
      return
    }
    checkColumns(node, figure.parameters, table: nil, path)
  }

  mutating func checkClaimColumns(_ table: String, _ node: ConfigNode, _ path: String) {
    checkSelection(node["where"], columns(of: table), "\(path).where")
    for check in node["check"]?.members ?? [] {
      guard let signature = grammar.checks.first(where: { $0.name == check.key }) else { continue }
      checkColumns(check.node, signature.parameters, table: table, "\(path).check.\(check.key)")
      checkResampling(check.node, signature, table: table, "\(path).check.\(check.key)")
    }
  }

  /// Every column that an object with these parameters names.
  ///
  /// - Parameter table: the one of the nearest object around it that names one.
  private mutating func checkColumns(
    _ node: ConfigNode, _ parameters: [Parameter], table: String?, _ path: String
  ) {
    let namesTable = parameters.contains { $0.name == Self.tableKey }
    let own = namesTable ? node[Self.tableKey]?.text : table
    for parameter in parameters {
      let place = "\(path).\(parameter.name)"
      guard let value = node[parameter.name] else {
        checkDefault(of: parameter, node, own: own, place)
        continue
      }
      checkColumns(value, parameter.type, beside: node, own: own, place)
    }
  }

  private static let tableKey = "table"

  private mutating func checkColumns(
    _ value: ConfigNode, _ type: ParameterType, beside node: ConfigNode, own: String?, _ path: String
  ) {
    switch type {
    case .column(let table, let use):
      checkColumn(value, columns(of: table, beside: node, own: own), path, use)
    case .selection: checkSelection(value, own.flatMap(columns), path)
    case .list(let element, _, _), .oneOrMany(let element):
      guard let items = value.items else {
        return checkColumns(value, element, beside: node, own: own, path)
      }
      for (index, item) in items.enumerated() {
        checkColumns(item, element, beside: node, own: own, "\(path)[\(index)]")
      }
    case .object(let parameters), .ruled(let parameters, _):
      checkColumns(value, parameters, table: own, path)
    case .tagged(let kinds):
      guard let parameters = value["kind"]?.text.flatMap({ kinds[$0] }) else { return }
      checkColumns(value, parameters, table: own, path)
    case .either(let first, let second):
      for type in [first, second] { checkColumns(value, type, beside: node, own: own, path) }
    case .figures:
      for (index, item) in (value.items ?? []).enumerated() { checkFigureColumns(item, "\(path)[\(index)]") }
    case .boolean, .integer, .number, .positive, .string, .choice, .file, .folder, .stageReference, .ends,
      .sweep, .table, .named, .dataset:
      return
    }
  }

  /// Nil where the table is not named, or its columns are not known.
  private func columns(of table: ColumnTable, beside node: ConfigNode, own: String?) -> Columns? {
    switch table {
    case .own: own.flatMap(columns)
    case .named(let key): node[key]?.text.flatMap(columns)
    }
  }

  /// A column that is not named is the default, which the table must have as well.
  private mutating func checkDefault(
    of parameter: Parameter, _ node: ConfigNode, own: String?, _ path: String
  ) {
    guard case .column(let table, _) = parameter.type, let usual = parameter.defaultValue?.string,
      let columns = columns(of: table, beside: node, own: own), !columns.contain(usual)
    else { return }
    issues.add(node, path, expected: Self.expected(columns), found: "\"\(usual)\", the default")
  }

  private mutating func checkColumn(
    _ node: ConfigNode, _ columns: Columns?, _ path: String, _ use: ColumnUse
  ) {
    guard let columns, let name = node.text, !name.contains("${") else { return }
    if use == .numbers, columns.texts.contains(name) {
      issues.add(node, path, expected: "a column of numbers", found: "\"\(name)\", which holds text")
    }
    guard !columns.contain(name) else { return }
    issues.add(
      node, path, expected: Self.expected(columns), suggestion: nearestName(to: name, among: columns.names))
  }

  private mutating func checkSelection(_ node: ConfigNode?, _ columns: Columns?, _ path: String) {
    guard let columns else { return }
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
