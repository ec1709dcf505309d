import Declarations

extension Schema {
  /// The schema of one parameter type; every value may also be a `${…}` reference.
  func type(_ type: ParameterType) -> JSONValue {
    switch type {
    case .boolean: orReference(object(["type": "boolean"]))
    case .integer(let range): orReference(integer(range))
    case .number(let range): orReference(number(range))
    case .positive: orReference(object(["type": "number", "exclusiveMinimum": 0]))
    case .string, .table, .column, .stageReference: object(["type": "string"])
    case .file, .folder: object(["type": "string", "minLength": 1])
    case .choice(let words): orReference(enumeration(words))
    case .ends:
      list(.number(-Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude), least: 2, most: 2)
    case .list(let element, let least, let most): list(element, least: least, most: most)
    case .oneOrMany(let element): anyOf([self.type(element), list(element, most: 100_000)])
    case .sweep(let range): sweep(range)
    case .object(let parameters): orReference(.object(members(parameters, description: "")))
    case .ruled(let parameters, let rules): orReference(.object(ruled(parameters, rules)))
    case .named(let element): named(element)
    case .tagged(let kinds): anyOf([object(["type": "string"]), tagged(kinds)])
    case .dataset: anyOf([object(["type": "string"]), object(["$ref": "#/definitions/data"])])
    case .either(let first, let second): anyOf([self.type(first), self.type(second)])
    case .selection: selection
    case .figures:
      object(["type": "array", "minItems": 1, "items": object(["$ref": "#/definitions/figure"])])
    }
  }

  private func ruled(_ parameters: [Parameter], _ rules: [ParameterRule]) -> [String: JSONValue] {
    var body = members(parameters, description: "")
    apply(rules, to: &body)
    return body
  }

  func orReference(_ schema: JSONValue) -> JSONValue {
    anyOf([schema, object(["type": "string", "pattern": "\\$\\{[^}]+\\}"])])
  }

  func integer(_ range: ClosedRange<Int>) -> JSONValue {
    object([
      "type": "integer", "minimum": .number(Double(range.lowerBound)),
      "maximum": .number(Double(range.upperBound)),
    ])
  }

  func tagged(_ kinds: [String: [Parameter]]) -> JSONValue {
    anyOf(kinds.sorted { $0.key < $1.key }.map { tagged($0.key, $0.value, description: "") })
  }

  func dataset(_ signature: DataSignature) -> JSONValue {
    tagged(signature.kind, signature.parameters, description: signature.summary)
  }

  private func tagged(_ kind: String, _ parameters: [Parameter], description: String) -> JSONValue {
    var body = members(parameters, description: description)
    body["properties"] = merge(body["properties"], ["kind": object(["const": .string(kind)])])
    body["required"] = .array((body["required"]?.array ?? []) + ["kind"])
    return .object(body)
  }

  func anyOf(_ schemas: [JSONValue]) -> JSONValue { object(["anyOf": .array(schemas)]) }

  private func number(_ range: ClosedRange<Double>) -> JSONValue {
    var schema: [String: JSONValue] = ["type": "number"]
    if range.lowerBound > -.greatestFiniteMagnitude { schema["minimum"] = .number(range.lowerBound) }
    if range.upperBound < .greatestFiniteMagnitude { schema["maximum"] = .number(range.upperBound) }
    return .object(schema)
  }

  private func list(_ element: ParameterType, least: Int = 1, most: Int) -> JSONValue {
    object([
      "type": "array", "minItems": .number(Double(least)), "maxItems": .number(Double(most)),
      "items": self.type(element),
    ])
  }

  private func sweep(_ range: ClosedRange<Double>) -> JSONValue {
    let bound = type(.number(range))
    let step = type(.number(-Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude))
    let span = object([
      "type": "object", "additionalProperties": false, "required": ["from", "to", "by"],
      "properties": object(["from": bound, "to": bound, "by": step, "$comment": .bool(true)]),
    ])
    return anyOf([bound, list(.number(range), most: Sweep.mostPoints), span])
  }

  private func named(_ element: ParameterType) -> JSONValue {
    object([
      "type": "object", "minProperties": 1, "properties": object(["$comment": .bool(true)]),
      "additionalProperties": type(element),
    ])
  }

  private var selection: JSONValue {
    let scalar = object(["type": ["number", "string", "boolean"]])
    return object([
      "type": "object",
      "properties": object(["$comment": .bool(true)]),
      "additionalProperties": anyOf([scalar, object(["type": "array", "items": scalar, "minItems": 1])]),
    ])
  }
}
