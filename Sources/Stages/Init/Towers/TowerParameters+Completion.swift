import Declarations
import Encoders

// What weights say of themselves is filled in when the plan is made: it is in the manifest and in the key, and a
// stage opens no file that its parameters do not name.

extension TowerParameters {
  private static func file(_ weights: JSONValue?) -> String? {
    guard let path = weights?.string, path != random, !path.contains("${") else { return nil }
    return path
  }

  /// A tower's parameters with what its weights say and the config does not.
  ///
  /// - Parameter hasEmbedding: whether `embedding` is a key of the tower.
  /// - Throws: `DescriptionFailure`.
  static func completed(_ tower: JSONValue, hasEmbedding: Bool, in towers: TowerCatalog) throws -> JSONValue {
    guard case .object(var values) = tower, let path = file(values["weights"]),
      let architecture = values["architecture"]?.string.flatMap({ towers[$0] })
    else { return tower }
    let description = try WeightDescription(of: path)
    if let fault = description.fault(of: architecture.described) { throw fault }
    let keys = architecture.keys
    let found = description.values(architecture.described.values).filter { key, _ in
      let isSize = !TowerKeys.variants.contains(key)
      return keys.contains(key) && (hasEmbedding || key != "embedding")
        && !(isSize && values["preset"] != nil)
    }
    let isOther =
      architecture.described == .tower
      && description.values(\.tower)["architecture"] != .string(architecture.name)
    if !isOther { try fill(&values, with: found, architecture, path) }
    if architecture.takesPictures { try fillPreprocessing(&values, description) }
    return .object(values)
  }

  /// The parameters of a `clip` likewise. Sizes are filled in where the config has none.
  ///
  /// - Throws: `DescriptionFailure`.
  static func completedCLIP(_ parameters: JSONValue) throws -> JSONValue {
    guard case .object(var values) = parameters, let path = file(values["weights"]) else { return parameters }
    let description = try WeightDescription(of: path)
    let hasSizes = values["preset"] != nil || values["vision"] != nil
    for (name, architecture) in CLIPStage.towers {
      if let fault = description.fault(of: architecture.described) { throw fault }
      let keys = architecture.keys
      let found = description.values(architecture.described.values).filter { key, _ in
        let isSize = !TowerKeys.variants.contains(key)
        return keys.contains(key) && key != "embedding"
          && (isSize ? !hasSizes : values[key] == nil)
      }
      var tower = values[name]?.object ?? [:]
      try fill(&tower, with: found, architecture, path)
      if !tower.isEmpty { values[name] = .object(tower) }
    }
    if !hasSizes {
      let size = description.values(\.vision)["embedding"] ?? description.values(\.text)["embedding"]
      try fill(&values, with: size.map { ["embedding": $0] } ?? [:], CLIPStage.towers[0].architecture, path)
    }
    try fillPreprocessing(&values, description)
    return .object(values)
  }

  private static func fill(
    _ values: inout [String: JSONValue], with found: [String: JSONValue],
    _ architecture: any TowerArchitecture, _ path: String
  ) throws {
    for (key, value) in found where values[key] == nil {
      let parameter = architecture.parameters.first { $0.name == key }
      guard let parameter, parameter.type.allows(value) else {
        throw DescriptionFailure.badValue(
          path: path, key: key, found: value.described, expected: "a value that the config's key allows")
      }
      values[key] = value
    }
  }

  private static func fillPreprocessing(
    _ values: inout [String: JSONValue], _ description: WeightDescription
  ) throws {
    let found = description.values(\.preprocessing)
    if values["preprocessing"] == nil, !found.isEmpty { values["preprocessing"] = .object(found) }
  }
}

extension ParameterType {
  /// Whether a plain value is one of this type.
  fileprivate func allows(_ value: JSONValue) -> Bool {
    switch self {
    case .integer(let range): value.integer.map(range.contains) ?? false
    case .number(let range): value.number.map(range.contains) ?? false
    case .choice(let words): value.string.map(words.contains) ?? false
    default: false
    }
  }
}
