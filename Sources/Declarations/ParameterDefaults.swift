/// The points of a sweep: a number, a list, or `{from, to, by}` with both ends included.
package enum Sweep {
  package static let mostPoints = 100_000

  /// - Returns: nil where `by` does not lead from `from` to `to`, or takes too many steps.
  package static func points(_ value: JSONValue) -> [Double]? {
    if let number = value.number { return [number] }
    if let items = value.array { return items.compactMap(\.number) }
    guard let from = value["from"]?.number, let to = value["to"]?.number, let by = value["by"]?.number else {
      return nil
    }
    // A hair of slack, so that 0.1 steps reach an end that is not a whole number of them in binary.
    let steps = (to - from) / by + 1e-9
    guard by != 0, steps.isFinite, steps >= 0, steps < Double(mostPoints) else { return nil }
    let slack = 4 * max(abs(from), abs(to)).ulp
    return (0...Int(steps)).map { step in
      // 0.1 steps are meant to meet 0.3, not 0.30000000000000004.
      let point = from + Double(step) * by
      let rounded = (point * 1e9).rounded() / 1e9
      return abs(rounded - point) <= slack ? rounded : point
    }
  }
}

/// Fills in what a checked object leaves out, and gives values their one form, so that a config that
/// spells a default out has the same cache key as one that does not, and whoever reads the object needs to know no
/// default: what is declared in `Parameter.defaulted` is the only place where one is said.
package enum ParameterDefaults {
  package static func fill(_ value: JSONValue, _ parameters: [Parameter]) -> JSONValue {
    var members = value.object ?? [:]
    for parameter in parameters {
      guard let given = members[parameter.name] ?? parameter.defaultValue else { continue }
      members[parameter.name] = normal(given, parameter.type)
    }
    return .object(members)
  }

  private static func normal(_ value: JSONValue, _ type: ParameterType) -> JSONValue {
    switch type {
    case .sweep: return Sweep.points(value).map { .array($0.map { .number($0) }) } ?? value
    case .oneOrMany(let element):
      return .array((value.array ?? [value]).map { normal($0, element) })
    case .list(let element, _, _): return .array((value.array ?? []).map { normal($0, element) })
    case .object(let parameters), .ruled(let parameters, _): return fill(value, parameters)
    case .tagged(let kinds):
      guard let kind = value["kind"]?.string, let parameters = kinds[kind] else { return value }
      return fill(value, parameters)
    case .named(let element):
      return .object((value.object ?? [:]).mapValues { normal($0, element) })
    case .either(let first, let second): return normalEither(value, first, second)
    default: return value
    }
  }

  private static func normalEither(_ value: JSONValue, _ first: ParameterType, _ second: ParameterType)
    -> JSONValue
  {
    switch (value, first) {
    case (.object, .object), (.object, .tagged), (.array, .list), (.array, .oneOrMany): normal(value, first)
    case (.object, _), (.array, _): normal(value, second)
    default: value
    }
  }
}
