/// Whether values that were read from a file are of the types that a stage declares.
///
/// A config is checked with all its places and rules before it is planned. A frozen plan was, too; but whoever wrote
/// the file may have written anything, and stages rely on the ranges that they declare.
extension Parameter {
  /// What does not fit, as `with.width is -5`; nil where all does.
  package static func misfit(
    of value: JSONValue, _ parameters: [Parameter], dataKinds: [String: [Parameter]], path: String
  ) -> String? {
    guard case .object(let members) = value else { return "\(path) is not an object" }
    for parameter in parameters {
      guard let member = members[parameter.name], member != .null else {
        if parameter.isRequired { return "\(path) lacks `\(parameter.name)`" }
        continue
      }
      let place = "\(path).\(parameter.name)"
      if let problem = parameter.type.misfit(of: member, dataKinds, place) { return problem }
    }
    return nil
  }
}

extension ParameterType {
  fileprivate func misfit(of value: JSONValue, _ dataKinds: [String: [Parameter]], _ path: String) -> String?
  {
    let isFit: Bool
    switch self {
    case .boolean: isFit = value.bool != nil
    case .integer(let range): isFit = value.integer.map(range.contains) ?? false
    case .number(let range): isFit = value.number.map(range.contains) ?? false
    case .positive: isFit = value.number.map { $0 > 0 } ?? false
    case .string, .file, .folder, .stageReference, .table, .column:
      isFit = value.string.map { !$0.contains("\0") } ?? false
    case .choice(let words): isFit = value.string.map { words.containsExactly($0) } ?? false
    case .selection, .figures: return nil
    case .ends:
      isFit = value.array.map { $0.count == 2 && $0.allSatisfy { $0.number != nil } } ?? false
    case .list(let element, let least, let most):
      return items(of: value, element, least...max(least, most), dataKinds, path)
    case .oneOrMany(let element):
      return value.array == nil
        ? element.misfit(of: value, dataKinds, path) : items(of: value, element, 1...100_000, dataKinds, path)
    case .sweep(let range):
      // `{from, to, by}` is made a list, or refused, where it is looked at.
      if case .object = value { return nil }
      guard value.array == nil else { return items(of: value, .number(range), 1...100_000, dataKinds, path) }
      return ParameterType.number(range).misfit(of: value, dataKinds, path)
    case .object(let parameters), .ruled(let parameters, _):
      return Parameter.misfit(of: value, parameters, dataKinds: dataKinds, path: path)
    case .either(let first, let second):
      guard first.misfit(of: value, dataKinds, path) != nil else { return nil }
      return second.misfit(of: value, dataKinds, path)
    case .named(let element): return members(of: value, element, dataKinds, path)
    case .tagged(let kinds): return tagged(value, kinds, dataKinds, path)
    case .dataset: return tagged(value, dataKinds, dataKinds, path)
    }
    return isFit ? nil : "\(path) is \(value.described), which does not fit the parameter"
  }

  private func items(
    of value: JSONValue, _ element: ParameterType, _ counts: ClosedRange<Int>,
    _ dataKinds: [String: [Parameter]],
    _ path: String
  ) -> String? {
    guard let items = value.array, counts.contains(items.count) else {
      return "\(path) is not a list of \(counts.lowerBound) to \(counts.upperBound) values"
    }
    for (index, item) in items.enumerated() {
      if let problem = element.misfit(of: item, dataKinds, "\(path)[\(index)]") { return problem }
    }
    return nil
  }

  private func members(
    of value: JSONValue, _ element: ParameterType, _ dataKinds: [String: [Parameter]], _ path: String
  ) -> String? {
    guard let members = value.object, !members.isEmpty else { return "\(path) is not an object with members" }
    for (name, member) in members.sorted(by: { $0.key < $1.key }) {
      if let problem = element.misfit(of: member, dataKinds, "\(path).\(name)") { return problem }
    }
    return nil
  }

  private func tagged(
    _ value: JSONValue, _ kinds: [String: [Parameter]], _ dataKinds: [String: [Parameter]], _ path: String
  ) -> String? {
    guard let kind = value["kind"]?.string, let parameters = kinds[kind] else {
      return "\(path) has an unknown kind"
    }
    return Parameter.misfit(of: value, parameters, dataKinds: dataKinds, path: path)
  }
}
