import ConfigSupport
import Declarations

/// Valid values for whatever a signature declares, so that what is listed is tested.
enum Specimens {
  /// A config for each stage kind, figure and check: with all they may have, and with what they must.
  static var configs: [(name: String, text: String)] {
    let stages = grammar.stages.flatMap { signature in
      [true, false].flatMap { isFull in
        withs(signature, isFull: isFull).enumerated().map { index, with in
          ("\(signature.name) \(isFull ? "whole" : "least") \(index)", config(stage: signature, with: with))
        }
      }
    }
    let figures = grammar.figures.flatMap { signature in
      [true, false].map { isFull in
        var figure = object(signature.parameters, isFull: isFull)
        figure["kind"] = .string(signature.kind)
        figure["name"] = "f"
        if !isFull, figure["table"] != nil { figure["table"] = tableWithDefaults(of: signature) }
        let text = config(more: ["figures": [.object(figure)]])
        return ("figure \(signature.kind) \(isFull ? "whole" : "least")", text)
      }
    }
    let checks = grammar.checks.flatMap { signature in
      let whole = object(signature.parameters, isFull: true)
      var all = [("check \(signature.name)", obeying(signature.rules, whole))]
      // And with the keys that may not stand beside one of those, in its place.
      for case .apart(let name, _) in signature.rules {
        let lonely = signature.parameters.filter { $0.companion == name }.map(\.name) + [name]
        all.append(("check \(signature.name) without \(name)", whole.filter { !lonely.contains($0.key) }))
      }
      return all.map { (title: $0.0, text: config(check: signature, $0.1)) }
    }
    return stages + figures + checks
  }

  /// A table of `base` that has the columns that the figure has by default.
  private static func tableWithDefaults(of figure: FigureSignature) -> JSONValue {
    let usual = figure.parameters.compactMap { parameter -> String? in
      guard case .column(.own, _) = parameter.type else { return nil }
      return parameter.defaultValue?.string
    }
    let tables = [("g", "gap", ""), ("h", "cosine-similarity", ""), ("h", "cosine-similarity", "histogram")]
    let found = (tables + [("p", "projection", ""), ("p", "projection", "spectrum")]).first { table in
      let columns = grammar.signature(.evaluate, table.1)?.columns(of: table.2) ?? []
      return usual.allSatisfy { name in columns.contains { $0.declares(name) } }
    }
    return found.map { .string($0.2.isEmpty ? $0.0 : "\($0.0).\($0.2)") } ?? "g"
  }

  private static let base: [JSONValue] = [
    .object(["id": "s", "stage": "init", "kind": "sphere"]),
    .object(["id": "g", "stage": "evaluate", "kind": "gap", "from": "s"]),
    .object(["id": "h", "stage": "evaluate", "kind": "cosine-similarity", "from": "s"]),
    .object(["id": "p", "stage": "evaluate", "kind": "projection", "from": "s"]),
    .object([
      "id": "r", "stage": "evaluate", "kind": "retrieval", "from": "s", "with": .object(["bootstrap": 2]),
    ]),
  ]

  private static func config(stage signature: StageSignature, with: [String: JSONValue]) -> String {
    var stages = base
    var stage: [String: JSONValue] = [
      "id": "t", "stage": .string(signature.phase.rawValue), "kind": .string(signature.kind),
      "with": .object(with),
    ]
    let named = signature.references.contains(.pairs) ? nil : signature.references.first
    if let input = signature.input ?? named {
      if signature.input != nil { stage["from"] = "u" }
      if named != nil {
        stage["with"] = .object(obeying(signature.rules, with.merging(references(signature)) { $1 }))
      }
      let upstream = grammar.stages.first {
        $0.phase == .`init` && $0.output.satisfies(input) && (named.map($0.output.satisfies) ?? true)
      }
      if let upstream {
        stages.append(
          .object([
            "id": "u", "stage": "init", "kind": .string(upstream.kind),
            "with": .object(withs(upstream, isFull: false)[0]),
          ]))
      }
    }
    stages.append(.object(stage))
    return JSONValue.object(["name": "t", "stages": .array(stages)]).pretty
  }

  /// The stage upstream, for each parameter that names one.
  private static func references(_ signature: StageSignature) -> [String: JSONValue] {
    let names = signature.parameters.compactMap { parameter -> String? in
      if case .stageReference = parameter.type { return parameter.name }
      return nil
    }
    return Dictionary(names.map { ($0, "u") }, uniquingKeysWith: { first, _ in first })
  }

  /// What asks for samples of the pairs is asked of a mean over pairs.
  private static func config(check signature: CheckSignature, _ keys: [String: JSONValue]) -> String {
    let isResampled = signature.resampling(with: .object(keys)) != nil
    let keys = keys.merging(isResampled ? ["of": "recall"] : [:]) { $1 }
    let claim: [String: JSONValue] = [
      "id": "c", "source": "s", "says": "t", "table": isResampled ? "r" : "g", "basis": "paper",
      "where": value(of: .selection), "check": .object([signature.name: .object(keys)]),
    ]
    return config(more: ["claims": [.object(claim)]])
  }

  private static func config(more: [String: JSONValue]) -> String {
    JSONValue.object(more.merging(["name": "t", "stages": .array(base)]) { a, _ in a }).pretty
  }

  /// One for each way to obey the rules.
  private static func withs(_ signature: StageSignature, isFull: Bool) -> [[String: JSONValue]] {
    let whole = obeying(signature.rules, object(signature.parameters, isFull: isFull))
    return signature.rules.reduce([whole]) { partial, rule in
      guard let groups = groups(of: rule) else { return partial }
      return partial.flatMap { with in
        groups.map { group in
          var with = with
          for name in groups.flatMap({ $0 }) { with[name] = nil }
          for parameter in signature.parameters where group.contains(parameter.name) {
            with[parameter.name] = value(of: parameter.type)
          }
          return with
        }
      }
    }
  }

  private static func groups(of rule: ParameterRule) -> [[String]]? {
    switch rule {
    case .exactlyOne(let groups), .exactlyOneUnlessFile(let groups, _, _): groups
    default: nil
    }
  }

  /// Without the keys that may not stand beside what the object says.
  private static func obeying(_ rules: [ParameterRule], _ with: [String: JSONValue]) -> [String: JSONValue] {
    rules.reduce(into: with) { with, rule in
      if case .apart(let name, let others) = rule, with[name] != nil {
        for other in others { with[other] = nil }
      }
      if case .onlyWithFile(let names, let file, let word) = rule, with[file]?.string == word {
        for name in names { with[name] = nil }
      }
      guard case .onlyWhere(let condition, let names) = rule,
        let value = with[condition.parameter]?.string, !condition.values.contains(value)
      else { return }
      for name in names { with[name] = nil }
    }
  }

  private static func object(_ parameters: [Parameter], isFull: Bool) -> [String: JSONValue] {
    Dictionary(
      parameters.filter { isFull || $0.isRequired }.map { ($0.name, value(of: $0.type)) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Columns are `distance`, which the table that they are asked of has.
  private static func value(of type: ParameterType) -> JSONValue {
    switch type {
    case .boolean: true
    case .integer(let range): .number(Double(range.lowerBound))
    case .number(let range): .number(min(max(0, range.lowerBound), range.upperBound))
    case .positive: 0.5
    // A prompt must say where the class goes.
    case .string: "distance [class]"
    case .choice(let words): .string(words.last ?? "")
    case .file: "e.npy"
    case .folder: "."
    // Whose sizes no config tells, so that any tower fits.
    case .dataset: .object(["kind": "tensors", "images": "e.npy"])
    case .stageReference: "s"
    case .ends: [0, 1]
    // Names must differ.
    case .list(.string, let least, _): .array((0..<least).map { .string("distance [class] \($0)") })
    case .list(let element, let least, _): .array(Array(repeating: value(of: element), count: least))
    case .oneOrMany(let element): .array([value(of: element)])
    case .sweep(let range):
      .object([
        "from": .number(max(0, range.lowerBound)), "to": .number(min(1, range.upperBound)), "by": 0.5,
      ])
    case .object(let parameters): .object(object(parameters, isFull: true))
    case .ruled(let parameters, let rules): .object(obeying(rules, object(parameters, isFull: true)))
    case .table: "g"
    case .column: "distance"
    case .selection: .object(["distance": [1, 2]])
    case .figures: [.object(["kind": "lines", "table": "g", "x": "distance", "y": "l2i"])]
    case .either(let first, _): value(of: first)
    case .named(let element): .object(["name": value(of: element)])
    case .tagged(let kinds):
      .object(
        kinds.sorted { $0.key < $1.key }.first.map { kind, parameters in
          object(parameters, isFull: true).merging(["kind": .string(kind)]) { _, kind in kind }
        } ?? [:])
    }
  }
}
