import Declarations
import Kernels

/// Reads the values of a description, and says which of them make no sense.
struct DescriptionFields {
  let path: String
  /// The keys that lead to what is read, each with a dot behind it.
  var prefix = ""

  func bad(_ key: String, _ found: JSONValue, _ expected: String) -> DescriptionFailure {
    .badValue(path: path, key: prefix + key, found: String(found.canonical.prefix(60)), expected: expected)
  }

  /// A whole number from 1 on; nil where there is none of this name, or null.
  func positive(_ json: JSONValue, _ key: String) throws -> Double? {
    guard var value = json[key], value != .null else { return nil }
    // Sides of images and patches may be given as two.
    if key.hasSuffix("_size"), let sides = value.array, sides.count == 2, sides[0] == sides[1] {
      value = sides[0]
    }
    guard let number = value.integer, number >= 1 else { throw bad(key, value, "an integer of at least 1") }
    return Double(number)
  }

  /// The keys of the file that are sizes, by ours.
  func read(_ json: JSONValue, sizes: [String: String]) throws -> [String: JSONValue] {
    var found: [String: JSONValue] = [:]
    for (theirs, ours) in sizes {
      found[ours] = try positive(json, theirs).map { .number($0) }
    }
    return found
  }

  /// open_clip's `act_kwargs` and `norm_kwargs`.
  func readVariant(_ json: JSONValue, _ activation: MLPActivation, into values: inout [String: JSONValue])
    throws
  {
    let isTanh = json["act_kwargs"]?["approximate"]?.string == "tanh" && activation == .gelu
    values["activation"] = .string((isTanh ? .geluTanh : activation).rawValue)
    values["norm_epsilon"] = .number(try epsilon(json["norm_kwargs"] ?? .null, "eps") ?? 1e-5)
  }

  /// False where it is absent. What is neither true nor false means something else to every reader.
  func flag(_ json: JSONValue, _ key: String) throws -> Bool {
    guard let value = json[key], value != .null else { return false }
    guard let flag = value.bool else { throw bad(key, value, "true or false") }
    return flag
  }

  private func epsilon(_ json: JSONValue, _ key: String) throws -> Double? {
    guard let value = json[key], value != .null else { return nil }
    guard let number = value.number, number >= 0, number <= 1 else {
      throw bad(key, value, "a number from 0 to 1")
    }
    return number
  }

  func huggingFace(
    _ json: JSONValue, defaults: [(theirs: String, ours: String, value: Double)]
  ) throws -> [String: JSONValue] {
    var found: [String: JSONValue] = [:]
    for (theirs, ours, value) in defaults { found[ours] = .number(try positive(json, theirs) ?? value) }
    let given = json["hidden_act"]
    guard let word = given == nil ? "quick_gelu" : given?.string else {
      throw bad("hidden_act", given ?? .null, "the name of an activation")
    }
    guard let activation = Self.activations[word] else {
      throw DescriptionFailure.unknownActivation(path: path, word)
    }
    found["activation"] = .string(activation.rawValue)
    found["norm_epsilon"] = .number(try epsilon(json, "layer_norm_eps") ?? 1e-5)
    return found
  }

  /// transformers' `ACT2FN`.
  private static let activations: [String: MLPActivation] = [
    "quick_gelu": .quickGelu, "gelu": .gelu, "gelu_python": .gelu, "gelu_new": .geluTanh,
    "gelu_pytorch_tanh": .geluTanh, "gelu_fast": .geluTanh, "gelu_accurate": .geluTanh,
  ]

  /// What is said of these, and is known here.
  func variant(_ json: JSONValue) -> [String: JSONValue] {
    var found: [String: JSONValue] = [:]
    found["activation"] = json["hidden_act"]?.string.flatMap { Self.activations[$0] }.map {
      .string($0.rawValue)
    }
    found["norm_epsilon"] = (try? epsilon(json, "layer_norm_eps")).map { .number($0) }
    found["heads"] = (try? positive(json, "num_attention_heads")).map { .number($0) }
    return found
  }

  /// A ResNet of open_clip: its layers are a list.
  func layersFault(_ json: JSONValue) -> DescriptionFailure? {
    guard let layers = json["layers"], layers.array != nil else { return nil }
    return .otherNetwork(
      path: path, key: "vision_cfg.layers", found: String(layers.canonical.prefix(60)), expected: "one number"
    )
  }
}
