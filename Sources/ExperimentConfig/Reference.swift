import Declarations

/// The grammar as a page of Markdown: every stage, kind of data, figure and check with its keys, from the declarations
/// that the validator checks against.
package struct Reference {
  private let grammar: Grammar
  private let transforms: [TransformDeclaration]

  package init(_ grammar: Grammar, transforms: [TransformDeclaration]) {
    self.grammar = grammar
    self.transforms = transforms
  }

  package var markdown: String {
    let parts = [
      Self.head, part("Stages", grammar.stages.map(section)),
      part("Kinds of data", grammar.data.map(section)), part("Figures", grammar.figures.map(section)),
      part("Checks", grammar.checks.map(section)), shownTransforms,
    ]
    return parts.joined(separator: "\n\n") + "\n"
  }

  private static let head = """
    # Reference

    Every stage, kind of data, figure and check, with every key. `make docs` generates this page from the program.
    [config.md](config.md) and [figures-and-claims.md](figures-and-claims.md) explain how the keys work together. Numbers
    and words may also be `${axis}`, except in figures and claims.
    """

  private func part(_ title: String, _ sections: [String]) -> String {
    (["## \(title)"] + sections).joined(separator: "\n\n")
  }

  /// What shifts do to rows, for readers of HDF5 files.
  private var shownTransforms: String {
    let rows = transforms.map { transform in
      let names = transform.fields.map { "`\($0)`" }.joined(separator: ", ")
      let effect = transform.effect
      let cells = ["`\(transform.kind)`", names, effect.x, effect.y, effect.then]
      return "| " + cells.map(Self.cell).joined(separator: " | ") + " |"
    }
    let table = ["| kind | fields | x | y | then |", "|---|---|---|---|---|"] + rows
    return """
      ## Transforms

      The groups `moves/0`, `moves/1`, … of an `embeddings.h5` are applied in this order to the rows of `base` divided by
      their norms. Numbers have an entry for each member of a sweep; a vector that all members share is stored once.

      \(table.joined(separator: "\n"))
      """
  }

  // MARK: - Sections

  private func section(_ stage: StageSignature) -> String {
    var facts: [String] = []
    if let input = stage.input {
      let types = ([input] + stage.alsoAccepts).map(\.rawValue)
      facts.append("Input: \(types.joined(separator: ", or ")).")
    }
    let output = stage.preservesInputType ? "its input, shifted" : stage.output.rawValue
    let other = stage.outputWhere.map { ", or \($0.output.rawValue) if \(Self.words($0.condition))" }
    facts.append("Output: \(output)\(other ?? "").")
    if stage.isRandom {
      let place = stage.drawsWhere.map { " if \(Self.words($0))" }
      facts.append("Draws random numbers\(place ?? (stage.draws == nil ? "" : " with some keys")).")
    }
    return section("`\(stage.phase.rawValue)` `\(stage.kind)`", stage.summary, facts, columns(of: stage))
      + keys(stage.parameters, stage.rules)
  }

  private func section(_ data: DataSignature) -> String {
    section("`\(data.kind)`", data.summary, ["Its items are \(Self.words(data.source))."], [])
      + keys(data.parameters, [])
  }

  private func section(_ figure: FigureSignature) -> String {
    section("`\(figure.kind)`", figure.summary, [], []) + keys(figure.parameters, [])
  }

  private func section(_ check: CheckSignature) -> String {
    section("`\(check.name)`", check.summary, [], []) + keys(check.parameters, check.rules)
  }

  private func section(_ title: String, _ summary: String, _ facts: [String], _ lines: [String]) -> String {
    let sentence = summary.prefix(1).uppercased() + summary.dropFirst() + (summary.hasSuffix(".") ? "" : ".")
    let lines = lines.isEmpty ? "" : "\n\n" + lines.joined(separator: "\n\n")
    return "### \(title)\n\n" + ([sentence] + facts).joined(separator: " ") + lines
  }

  private func columns(of stage: StageSignature) -> [String] {
    let suffixes =
      stage.extraTables + stage.sometimesTables.keys.sorted().filter { !stage.extraTables.contains($0) }
    let more = suffixes.map { suffix in
      let place = stage.sometimesTables[suffix].map { ", if \(Self.words($0))" }
      return ("Table `\(suffix)`\(place ?? "")", stage.columns(of: suffix))
    }
    let ofFile = stage.fileColumns.map { ["The table has the columns of the file `\($0.file)`."] } ?? []
    let all = [("Table", stage.columns), ("Coordinates that it adds", stage.coordinates)] + more
    return ofFile + all.filter { !$1.isEmpty }.map { "\($0):\n\n\(Self.listing($1))" }
  }

  private static func listing(_ columns: [TableColumn]) -> String {
    let rows = columns.map { column in
      let name =
        switch column.presence {
        case .numbered: "`\(column.name)1`, `\(column.name)2`, `…`"
        case .listed(let parameter): "columns of `\(parameter)`"
        case .always, .given, .when, .ofItems: "`\(column.name)`"
        }
      let cells = [
        name, column.role.rawValue, column.label, column.unit ?? "", words(column.presence),
      ]
      return "| " + cells.map(cell).joined(separator: " | ") + " |"
    }
    return (["| column | role | what it is | unit | present |", "|---|---|---|---|---|"] + rows).joined(
      separator: "\n")
  }

  private static func words(_ presence: TableColumn.Presence) -> String {
    switch presence {
    case .always: "always"
    case .given(let name): "if `\(name)` is given"
    case .when(let condition, let takesRuns):
      "if " + words(condition)
        + (takesRuns ? ", and runs are combined with `over`" : "")
    case .numbered(let name): "as many as `\(name)`"
    case .listed(let name): "if `\(name)` is given"
    case .ofItems(let text): "if the items have `\(text.key)`"
    }
  }

  // MARK: - Keys

  private func keys(_ parameters: [Parameter], _ rules: [ParameterRule]) -> String {
    guard !parameters.isEmpty else { return "\n\nIt has no keys." }
    let rows = parameters.flatMap { self.rows($0, prefix: "") }
    let table = (["| key | value | default | what it is |", "|---|---|---|---|"] + rows).joined(
      separator: "\n")
    let rules = rules.map { "- \(Self.sentence($0))" }.joined(separator: "\n")
    return "\n\n" + table + (rules.isEmpty ? "" : "\n\n" + rules)
  }

  /// The key's own row, and below it those of the objects that are its value.
  private func rows(_ parameter: Parameter, prefix: String) -> [String] {
    let name = prefix + parameter.name
    let usual = parameter.isRequired ? "*required*" : parameter.defaultValue.map { "`\($0.canonical)`" } ?? ""
    let beside = parameter.companion.map { " Only together with `\($0)`." } ?? ""
    let cells = ["`\(name)`", Self.words(parameter.type), usual, parameter.summary + beside]
    let own = "| " + cells.map(Self.cell).joined(separator: " | ") + " |"
    return [own]
      + Self.members(of: parameter.type).flatMap { rows($0.parameter, prefix: "\(name).\($0.kind)") }
  }

  private static func members(of type: ParameterType) -> [(kind: String, parameter: Parameter)] {
    switch type {
    case .object(let parameters), .ruled(let parameters, _): parameters.map { ("", $0) }
    case .tagged(let kinds):
      kinds.sorted { $0.key < $1.key }.flatMap { kind, parameters in parameters.map { ("\(kind).", $0) } }
    case .list(let element, _, _), .oneOrMany(let element): members(of: element)
    case .either(let first, let second): members(of: first) + members(of: second)
    default: []
    }
  }

  /// A bar ends a cell of a table.
  private static func cell(_ text: String) -> String {
    String(decoding: text.utf8.flatMap { $0 == UInt8(ascii: "|") ? Array("\\|".utf8) : [$0] }, as: UTF8.self)
  }
}
