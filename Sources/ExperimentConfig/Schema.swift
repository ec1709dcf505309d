import Declarations

/// The grammar as JSON Schema draft-07, what editors support best.
///
/// It says all that a schema can: keys, kinds, types and ranges. Ids that exist, circles and files are
/// the validator's alone.
package struct Schema {
  private let grammar: Grammar

  package init(_ grammar: Grammar) { self.grammar = grammar }

  /// As it is published: deeply nested, so with one space a level, and half as long.
  package var text: String { json.pretty(step: 1) }

  package var json: JSONValue {
    object([
      "$schema": "http://json-schema.org/draft-07/schema#",
      "$id": "experiment.schema.json",
      "title": "A modgap experiment",
      "type": "object",
      "if": required(["extends"]),
      "then": object(["properties": object(changes)]),
      "else": merge(
        required(["name", "stages"]),
        ["properties": object(lists.merging(optional) { list, _ in list })]),
      "additionalProperties": false,
      "properties": object(
        optional.mapValues { _ in .bool(true) }.merging([
          "$schema": object(["type": "string"]),
          "$comment": .bool(true),
          "extends": described("string", "another config; this one is merged over it"),
          "name": object([
            "type": "string", "pattern": "^(?!\\.)[A-Za-z0-9._-]{1,100}$",
            "description": "the folder of the results",
          ]),
          "stages": .bool(true), "figures": .bool(true), "claims": .bool(true),
        ]) { _, own in own }),
      "definitions": object([
        "figure": figure(named: false), "data": anyOf(grammar.data.map(dataset)),
      ]),
    ])
  }

  // MARK: - Parts

  private var lists: [String: JSONValue] {
    [
      "stages": object(["type": "array", "minItems": 1, "items": stage]),
      "figures": object(["type": "array", "items": figure(named: true)]),
      "claims": object(["type": "array", "items": claim]),
    ]
  }

  private var optional: [String: JSONValue] {
    [
      "title": described("string", "the title of the report"),
      "seed": orReference(integer(0...Grammar.largestSeed)),
      "matrix": matrix(),
      "replicates": described("string", "the axis over which intervals are computed"),
      "data": object([
        "type": "object", "additionalProperties": object(["$ref": "#/definitions/data"]),
        "properties": object(["$comment": .bool(true)]),
      ]),
    ]
  }

  /// What a config may say that extends another: `null` takes away what that one has, and of an entry of
  /// `data` or an element of a list it may say as little as it changes.
  private var changes: [String: JSONValue] {
    let parts = object([
      "type": "object", "additionalProperties": object(["type": ["object", "null"]]),
      "properties": object(["$comment": .bool(true)]),
    ])
    var wider = lists.mapValues { anyOf([$0, parts]) }
    wider["data"] = parts
    wider["matrix"] = matrix(mayLack: true)
    return optional.merging(wider) { _, wider in wider }.mapValues {
      anyOf([$0, object(["type": "null"])])
    }
  }

  /// - Parameter mayLack: an axis may be `null`.
  private func matrix(mayLack: Bool = false) -> JSONValue {
    let none = mayLack ? [object(["type": "null"])] : []
    return object([
      "type": "object",
      "description": "the cross product of these lists; each combination is a run",
      "propertyNames": object(["pattern": "^([A-Za-z0-9_-]{1,100}|\\$comment)$"]),
      "additionalProperties": anyOf([axis(of: object(["not": object(["type": "null"])]))] + none),
      "properties": object([
        "$comment": .bool(true),
        "seed": anyOf([axis(of: orReference(integer(0...Grammar.largestSeed)))] + none),
      ]),
    ])
  }

  private func axis(of item: JSONValue) -> JSONValue {
    object(["type": "array", "minItems": 1, "uniqueItems": true, "items": item])
  }

  private var stage: JSONValue {
    let id = object(["type": "string", "pattern": "^[A-Za-z0-9_-]{1,100}$"])
    let names = object([
      "anyOf": .array([id, object(["type": "array", "items": id, "minItems": 1, "uniqueItems": true])])
    ])
    let phases = StagePhase.allCases.map(\.rawValue)
    return object([
      "type": "object",
      "required": ["id", "stage", "kind"],
      "additionalProperties": false,
      "properties": object([
        "$comment": .bool(true), "id": id, "stage": enumeration(phases), "kind": object(["type": "string"]),
        "from": names, "over": names,
        "with": object(["type": "object"]), "optional": object(["type": "boolean"]),
        "obtain": object(["type": "string", "minLength": 1]),
        "keep": object(["type": "boolean"]),
      ]),
      "allOf": .array(phases.map(kinds) + grammar.stages.map(variant)),
    ])
  }

  private func kinds(of phase: String) -> JSONValue {
    let names = grammar.stages.filter { $0.phase.rawValue == phase }.map(\.kind)
    var then: [String: JSONValue] = ["kind": names.isEmpty ? .bool(false) : enumeration(names)]
    if phase != StagePhase.`init`.rawValue {
      then.merge(["optional": object(["const": false]), "obtain": .bool(false)]) { $1 }
    }
    if phase != StagePhase.evaluate.rawValue {
      then["from"] = object(["maxItems": 1])
      then["over"] = .bool(false)
    }
    return rule(when: ["stage": object(["const": .string(phase)])], then: then)
  }

  private func variant(_ signature: StageSignature) -> JSONValue {
    var with = members(signature.parameters, description: signature.summary)
    apply(signature.rules, to: &with)
    var then = ["with": JSONValue.object(with)]
    if signature.input == nil { then["from"] = .bool(false) }
    if signature.output == .tables { then["keep"] = .bool(false) }
    let needs = (signature.input != nil ? ["from"] : []) + (needsWith(signature) ? ["with"] : [])
    return rule(
      when: [
        "stage": object(["const": .string(signature.phase.rawValue)]),
        "kind": object(["const": .string(signature.kind)]),
      ], then: then, required: needs)
  }

  private func needsWith(_ signature: StageSignature) -> Bool {
    signature.parameters.contains(where: \.isRequired)
      || signature.rules.contains { rule in
        switch rule {
        case .exactlyOne, .exactlyOneUnlessFile, .atLeastOne: true
        case .apart, .ascending, .between, .onlyWhere, .onlyWithFile: false
        }
      }
  }

  private func figure(named: Bool) -> JSONValue {
    let own = named ? ["name": object(["type": "string", "pattern": "^(?!\\.)[A-Za-z0-9._-]{1,100}$"])] : [:]
    let variants = grammar.figures.map { signature in
      var body = members(signature.parameters, description: signature.summary, also: own)
      body["properties"] = merge(body["properties"], ["kind": object(["const": .string(signature.kind)])])
      let required = (body["required"]?.array ?? []) + ["kind"] + own.keys.map { .string($0) }
      body["required"] = .array(required)
      return rule(when: ["kind": object(["const": .string(signature.kind)])], thenSchema: .object(body))
    }
    return object([
      "type": "object", "required": .array((["kind"] + own.keys.sorted()).map { .string($0) }),
      "properties": object(["kind": enumeration(grammar.figures.map(\.kind))]), "allOf": .array(variants),
    ])
  }

  private var claim: JSONValue {
    let checks = Dictionary(
      grammar.checks.map { signature in
        var body = members(signature.parameters, description: signature.summary)
        apply(signature.rules, to: &body)
        demand(signature.demands, in: &body)
        return (signature.name, JSONValue.object(body))
      }, uniquingKeysWith: { first, _ in first })
    var provenance = members(ClaimKeys.provenance, description: "")["properties"]?.object ?? [:]
    for key in ClaimKeys.provenance {
      // A claim names no entry of `data`.
      guard case .either(let words, .tagged(let kinds)) = key.type else { continue }
      provenance[key.name] = merge(
        anyOf([type(words), tagged(kinds)]), ["description": .string(key.summary)])
    }
    return object([
      "type": "object",
      "required": ["id", "source", "says", "table", "check", "basis"],
      "additionalProperties": false,
      "dependencies": object(["expect": ["because"]]),
      "properties": merge(
        .object(provenance),
        [
          "$comment": .bool(true),
          "id": object(["type": "string", "pattern": "^(?!\\.)[A-Za-z0-9._-]{1,100}$"]),
          "source": described("string", "the place in the paper that makes the claim"),
          "says": described("string", "the claim in words"),
          "table": object(["type": "string"]),
          "where": type(.selection),
          "check": object([
            "type": "object", "additionalProperties": false, "minProperties": 1,
            "properties": .object(checks.merging(["$comment": .bool(true)]) { a, _ in a }),
            "oneOf": .array(grammar.checks.map { object(["required": [.string($0.name)]]) }),
          ]),
        ]),
    ])
  }
}

extension Schema {
  /// The keywords of a strict object with these parameters.
  func members(
    _ parameters: [Parameter], description: String, also: [String: JSONValue] = [:]
  ) -> [String: JSONValue] {
    var properties = also
    properties["$comment"] = .bool(true)
    for parameter in parameters {
      var schema = type(parameter.type).object ?? [:]
      schema["description"] = .string(parameter.summary)
      if let value = parameter.defaultValue { schema["default"] = value }
      properties[parameter.name] = .object(schema)
    }
    var result: [String: JSONValue] = [
      "type": "object", "description": .string(description), "additionalProperties": false,
      "properties": .object(properties),
    ]
    let required = parameters.filter(\.isRequired).map { JSONValue.string($0.name) }
    if !required.isEmpty { result["required"] = .array(required) }
    let companions = parameters.compactMap { parameter in
      parameter.companion.map { (parameter.name, JSONValue.array([.string($0)])) }
    }
    if !companions.isEmpty {
      result["dependencies"] = .object(Dictionary(companions, uniquingKeysWith: { a, _ in a }))
    }
    return result
  }

  /// What of the rules a schema can say: not which of two numbers is larger.
  func apply(_ rules: [ParameterRule], to schema: inout [String: JSONValue]) {
    for rule in rules {
      switch rule {
      case .exactlyOne(let groups): schema["oneOf"] = .array(alternatives(groups))
      case .exactlyOneUnlessFile(let groups, let file, let word):
        var properties = absent(groups.flatMap { $0 })
        properties[file] = object(["not": object(["const": .string(word)])])
        schema["oneOf"] = .array(
          alternatives(groups) + [merge(required([file]), ["properties": .object(properties)])])
      case .atLeastOne(let names): schema["anyOf"] = .array(names.map { required([$0]) })
      case .apart(let name, let others):
        let both = others.map { object(["not": required([name, $0])]) }
        schema["allOf"] = .array((schema["allOf"]?.array ?? []) + both)
      case .ascending, .between: break
      case .onlyWhere(let condition, let names):
        let given = schema["properties"]?[condition.parameter]?["default"]
        schema["allOf"] = .array(
          (schema["allOf"]?.array ?? []) + [forbid(names, unless: condition, usual: given?.word)])
      case .onlyWithFile(let names, let file, let word):
        let nothing = object(["properties": object(absent(names))])
        schema["allOf"] = .array(
          (schema["allOf"]?.array ?? [])
            + [self.rule(when: [file: object(["const": .string(word)])], thenSchema: nothing)])
      }
    }
  }

  /// Keys without which a check decides nothing.
  private func demand(_ demands: [(name: String, beside: String?)], in schema: inout [String: JSONValue]) {
    for (name, beside) in demands {
      if let beside {
        var needs = schema["dependencies"]?.object ?? [:]
        needs[beside] = .array((needs[beside]?.array ?? []) + [.string(name)])
        schema["dependencies"] = .object(needs)
      } else {
        schema["required"] = .array((schema["required"]?.array ?? []) + [.string(name)])
      }
    }
  }

  /// One of the groups whole, and nothing of the others.
  private func alternatives(_ groups: [[String]]) -> [JSONValue] {
    groups.map { group in
      let others = groups.filter { $0 != group }.flatMap { $0 }
      return merge(required(group), ["properties": .object(absent(others))])
    }
  }

  private func absent(_ names: [String]) -> [String: JSONValue] {
    Dictionary(names.map { ($0, JSONValue.bool(false)) }, uniquingKeysWith: { a, _ in a })
  }

  /// - Parameter usual: the parameter's value where it is absent.
  private func forbid(_ names: [String], unless condition: ParameterCondition, usual: String?) -> JSONValue {
    let fitting = anyOf([
      enumeration(condition.values, areBooleans: condition.isBoolean),
      object(["type": "string", "pattern": "\\$\\{[^}]+\\}"]),
    ])
    let nothing = object(["properties": object(absent(names))])
    guard let usual, !condition.values.contains(usual) else {
      return rule(when: [condition.parameter: object(["not": fitting])], thenSchema: nothing)
    }
    let isFitting = merge(
      required([condition.parameter]), ["properties": object([condition.parameter: fitting])])
    return object(["if": isFitting, "else": nothing])
  }

  func required(_ names: [String]) -> JSONValue { object(["required": .array(names.map { .string($0) })]) }

  func rule(when: [String: JSONValue], then: [String: JSONValue], required: [String] = []) -> JSONValue {
    var body: [String: JSONValue] = ["properties": .object(then)]
    if !required.isEmpty { body["required"] = .array(required.map { .string($0) }) }
    return rule(when: when, thenSchema: .object(body))
  }

  func rule(when: [String: JSONValue], thenSchema: JSONValue) -> JSONValue {
    object([
      "if": object([
        "properties": .object(when), "required": .array(when.keys.sorted().map { .string($0) }),
      ]),
      "then": thenSchema,
    ])
  }

  func object(_ members: [String: JSONValue]) -> JSONValue { .object(members) }

  func enumeration(_ words: [String], areBooleans: Bool = false) -> JSONValue {
    object(["enum": .array(words.map { areBooleans ? .bool($0 == "true") : .string($0) })])
  }

  func described(_ type: String, _ text: String) -> JSONValue {
    object(["type": .string(type), "description": .string(text)])
  }

  func merge(_ schema: JSONValue?, _ more: [String: JSONValue]) -> JSONValue {
    .object((schema?.object ?? [:]).merging(more) { _, new in new })
  }
}
