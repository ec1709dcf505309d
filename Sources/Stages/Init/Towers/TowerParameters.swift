import Declarations
import Encoders
import Foundation

/// A tower as the config describes it: its architecture, its sizes, where its weights come from.
struct TowerParameters: Sendable {
  let architecture: any TowerArchitecture
  /// Its sizes and variants, as far as the config or its weights say them.
  var given: [String: JSONValue]
  let weights: String?
  /// What the names of its network's tensors begin with in the file.
  let prefix: String?
  var preprocessing: Preprocessing?

  /// - Throws: `StageFailure.unknownArchitecture`; a decoding error where the keys are no tower's.
  init(_ json: JSONValue, in towers: TowerCatalog) throws {
    let name = json["architecture"]?.string ?? ""
    guard let architecture = towers[name] else {
      throw StageFailure.unknownArchitecture(name, known: towers.architectures.map(\.name))
    }
    try self.init(json, as: architecture)
  }

  /// A tower of this architecture, of what the keys say of it.
  init(_ json: JSONValue, as architecture: any TowerArchitecture) throws {
    self.architecture = architecture
    let names = Set(architecture.parameters.map(\.name))
    given = (json.object ?? [:]).filter { names.contains($0.key) && $0.value != .null }
    weights = json["weights"]?.string
    prefix = json["prefix"]?.string
    preprocessing = try json["preprocessing"].flatMap {
      try JSONDecoder().decode(Preprocessing?.self, from: Data($0.canonical.utf8))
    }
  }
}

// MARK: - What a config may say

extension TowerParameters {
  static let random = "random"

  static let weights = Parameter.defaulted(
    "weights", .either(.choice([random]), .file), .string(random),
    "`random`, or a .safetensors file with the tensor names of OpenAI, open_clip, Hugging Face, torchvision or timm."
  )

  static let prefix = Parameter.optional(
    "prefix", .string,
    "For a file with several networks: the prefix of the tensor names of the network to read, such as `ema.`; may be empty.",
    beside: "weights")

  /// The keys of no use to random weights.
  static let fileKeys = ParameterRule.onlyWithFile([prefix.name], file: weights.name, orWord: random)

  static let seed = Parameter.optional(
    "seed", .integer(0...9_007_199_254_740_991),
    "The seed of random weights; equal seeds give equal weights in all stages. By default weights depend on the experiment's seed and the stage's id."
  )
  static let data = Parameter.required(
    "data", .dataset, "The data to embed: an entry of `data`, or an object with a `kind`.")
}

extension TowerCatalog {
  /// Every key of a tower; which of them an architecture has, `keyRules` says.
  var parameters: [Parameter] {
    [
      .required("architecture", .choice(architectures.map(\.name)), "The architecture of the tower.")
    ] + ownKeys.map(merged) + [TowerParameters.weights, TowerParameters.prefix, Preprocessing.parameter]
  }

  /// That a key which not all architectures have stands beside those alone that have it, and one that says how a file
  /// is read beside a file.
  var keyRules: [ParameterRule] {
    let owners = (ownKeys + [Preprocessing.parameter.name]).map { key in
      (key, architectures.filter { has($0, key) }.map(\.name))
    }
    var rules: [(keys: [String], names: [String])] = []
    for (key, names) in owners where names.count < architectures.count {
      if let place = rules.firstIndex(where: { $0.names == names }) {
        rules[place].keys.append(key)
      } else {
        rules.append(([key], names))
      }
    }
    return rules.map { .onlyWhere(ParameterCondition("architecture", $0.names), $0.keys) }
      + [TowerParameters.fileKeys]
  }

  private func has(_ architecture: any TowerArchitecture, _ key: String) -> Bool {
    if key == Preprocessing.parameter.name { return architecture.takesPictures }
    return architecture.parameters.contains { $0.name == key }
  }

  /// In the order in which the architectures have them.
  private var ownKeys: [String] {
    architectures.flatMap { $0.parameters.map(\.name) }.reduce(into: []) {
      if !$0.contains($1) { $0.append($1) }
    }
  }

  /// A key as a tower of any architecture has it: the plan leaves it absent where the config does, and the summary says
  /// what that means.
  private func merged(_ key: String) -> Parameter {
    let all = architectures.compactMap { architecture in
      architecture.parameters.first { $0.name == key }.map { (architecture, $0) }
    }
    let sentences = all.map(\.1.summary).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    return .optional(
      key, all.first?.1.type ?? .string, (sentences + absence(of: key, all)).joined(separator: " "))
  }

  /// `Where absent: 64 for resnet18; the data's, else 512, for sequence.`
  private func absence(of key: String, _ all: [(any TowerArchitecture, Parameter)]) -> [String] {
    var groups: [(value: String, names: [String])] = []
    for (architecture, parameter) in all {
      guard let value = parameter.defaultValue.map({ "`\($0.string ?? $0.canonical)`" }) else { continue }
      let word = architecture.sizes(of: architecture.items)[key] == nil ? value : "the data's, else \(value)"
      if let place = groups.firstIndex(where: { $0.value == word }) {
        groups[place].names.append(architecture.name)
      } else {
        groups.append((word, [architecture.name]))
      }
    }
    guard let first = groups.first else { return [] }
    let source = "Default, if neither the config nor a model description gives it: "
    if groups.count == 1, first.names.count == all.count { return [source + first.value + "."] }
    return [
      source
        + groups.map { "\($0.value) for \($0.names.map { "`\($0)`" }.joined(separator: ", "))" }
        .joined(separator: "; ") + "."
    ]
  }
}

extension TowerArchitecture {
  /// Its keys of these names, as keys that must be given.
  func required(_ names: [String]) -> [Parameter] {
    parameters.filter { names.contains($0.name) }.map { .required($0.name, $0.type, $0.summary) }
  }

  /// One of its keys, as one that may be given.
  func optional(_ name: String) -> [Parameter] {
    parameters.filter { $0.name == name }.map { .optional($0.name, $0.type, $0.summary) }
  }
}
