import Declarations
import Kernels

/// What a file says of the networks whose weights are beside it or in it, by the keys that a config has. Names and
/// shapes of tensors do not tell these: two CLIPs may differ in nothing but their activation.
package struct ModelDescription: Sendable, Equatable {
  /// `image`, `patch`, `width`, `layers`, `heads`, `activation`, `norm_epsilon`, `embedding`.
  package var vision: [String: JSONValue] = [:]
  /// `vocabulary`, `context`, and as above.
  package var text: [String: JSONValue] = [:]
  /// Of a file of one tower that this program wrote: its `architecture`, and what that has.
  package var tower: [String: JSONValue] = [:]
  /// `mean`, `std`, `interpolation`, `size`.
  package var preprocessing: [String: JSONValue] = [:]
  /// `bytes`, `byte pairs`, `residues`.
  package var tokenizer: String?
  /// What of each tower is no network of this program's.
  package var visionFault: DescriptionFailure?
  package var textFault: DescriptionFailure?
  /// What a reader should know of the towers, and of how images are prepared, which is not done.
  package var towerRemarks: [String] = []
  package var pictureRemarks: [String] = []

  package init() {}

  /// Of a file that has the name of a description, and says nothing that is understood.
  package init(unknown path: String) {
    towerRemarks = [
      "\(path) is neither a model description of open_clip nor one of Hugging Face, so nothing of it is used; set the "
        + "towers' keys if it describes these weights"
    ]
  }

  package var isEmpty: Bool { self == ModelDescription() }

  /// Which of its parts is about a tower.
  package enum Part: Sendable, Equatable {
    case vision, text
    /// Of an architecture that only this program describes, and by its name.
    case tower

    package var values: WritableKeyPath<ModelDescription, [String: JSONValue]> & Sendable {
      switch self {
      case .vision: \.vision
      case .text: \.text
      case .tower: \.tower
      }
    }
  }

  package func fault(of part: Part) -> DescriptionFailure? {
    switch part {
    case .vision: visionFault
    case .text: textFault
    case .tower: nil
    }
  }
}

/// A description that cannot be used.
package enum DescriptionFailure: Failure, Equatable {
  case notJSON(path: String)
  case notUTF8(path: String, UTF8Check.Fault)
  /// A pipe, a folder, or a link to what is not there.
  case notRegular(path: String)
  case unknownActivation(path: String, String)
  /// A known key whose value makes no sense.
  case badValue(path: String, key: String, found: String, expected: String)
  /// A known key whose value makes a network that this program does not have; `expected` may be empty.
  case otherNetwork(path: String, key: String, found: String, expected: String)

  package var kind: FailureKind { .invalidInput }

  package var message: String {
    switch self {
    case .notJSON(let path):
      "\(path), which is beside the weights and should describe them, is not a JSON object; correct it, or move it away"
    case .notUTF8(let path, let fault):
      "\(path):\(fault.line):\(fault.column): \(fault.message), or move the file away if it does not describe the weights "
        + "beside it"
    case .notRegular(let path):
      "\(path), which is beside the weights and should describe them, is not a regular file, or is a link whose target "
        + "does not exist; replace it by a regular file, or remove it"
    case .unknownActivation(let path, let found):
      "\(path) says that the network's activation is `\(found)`, but modgap knows only "
        + MLPActivation.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        + "; if it is another name for one of these, set `activation` and move the file away"
    case .badValue(let path, let key, let found, let expected):
      "\(path): `\(key)` is \(found), but must be \(expected); correct it, or move the file away"
    case .otherNetwork(let path, let key, let found, let expected):
      "\(path): `\(key)` is \(found), which describes a different network than modgap's towers, "
        + (expected.isEmpty ? "in which it is not set" : "in which it is \(expected)")
        + "; use other weights, or move the file away if it does not describe these"
    }
  }
}

// MARK: - open_clip

extension ModelDescription {
  /// open_clip's `open_clip_config.json`, with `model_cfg` and `preprocess_cfg`, or one of its model configs alone.
  /// Nil where it is neither.
  ///
  /// There, an absent `quick_gelu` means `nn.GELU`, an absent `head_width` 64, and norms have PyTorch's 1e-5.
  package init?(openCLIP json: JSONValue, path: String) throws {
    let model = json["model_cfg"] ?? json
    guard model["vision_cfg"] != nil || model["text_cfg"] != nil || json["modgap"]?.object != nil else {
      return nil
    }
    let fields = DescriptionFields(path: path)
    let activation: MLPActivation = try fields.flag(model, "quick_gelu") ? .quickGelu : .gelu
    if let found = model["vision_cfg"] {
      visionFault =
        ForeignKeys.openCLIPVision.fault(in: found, "vision_cfg.", path: path)
        ?? fields.kwargsFault(found, "vision_cfg.") ?? fields.layersFault(found)
    }
    // Towers of others' architectures have sizes of other meaning.
    if let found = model["vision_cfg"], visionFault == nil {
      vision = try fields.read(
        found, sizes: ["image_size": "image", "patch_size": "patch", "width": "width", "layers": "layers"])
      if let width = vision["width"]?.number {
        let head = try fields.positive(found, "head_width") ?? 64
        guard (width / head).rounded() == width / head else {
          throw DescriptionFailure.badValue(
            path: path, key: "head_width", found: "\(Int(head))",
            expected: "a divisor of the width \(Int(width))")
        }
        vision["heads"] = .number(width / head)
      }
      try fields.readVariant(found, activation, into: &vision)
    }
    if let found = model["text_cfg"] {
      textFault =
        ForeignKeys.openCLIPText.fault(in: found, "text_cfg.", path: path)
        ?? fields.kwargsFault(found, "text_cfg.") ?? fields.endFault(found)
    }
    if let found = model["text_cfg"], textFault == nil {
      text = try fields.read(
        found,
        sizes: [
          "vocab_size": "vocabulary", "context_length": "context", "width": "width", "heads": "heads",
          "layers": "layers",
        ])
      try fields.readVariant(found, activation, into: &text)
    }
    if let embedding = try fields.positive(model, "embed_dim") {
      vision["embedding"] = .number(embedding)
      text["embedding"] = .number(embedding)
    }
    (preprocessing, pictureRemarks) = try fields.preprocessing(json["preprocess_cfg"] ?? .null)
    tokenizer = json["modgap"]?["tokenizer"]?.string
    tower = json["modgap"]?["tower"]?.object ?? [:]
    // Two towers of different activations are more than open_clip's form can say.
    for (name, place) in [("vision", \ModelDescription.vision), ("text", \.text)] {
      self[keyPath: place].merge(json["modgap"]?[name]?.object ?? [:]) { $1 }
    }
  }
}

// MARK: - safetensors

extension ModelDescription {
  /// What this program's exports have under `__metadata__`: `vision.heads`, `preprocessing.mean`, …, each value as
  /// JSON.
  package init(metadata: [String: String], value: (String) -> JSONValue?) {
    for (key, spelling) in metadata {
      guard let dot = key.firstIndex(of: ".") else { continue }
      let (part, name) = (key[..<dot], String(key[key.index(after: dot)...]))
      let value = value(spelling) ?? .string(spelling)
      switch part {
      case "vision": vision[name] = value
      case "text": text[name] = value
      case "tower": tower[name] = value
      case "preprocessing": preprocessing[name] = value
      default: continue
      }
    }
    tokenizer = metadata["tokenizer"]
  }

  package var metadata: [String: String] {
    var all: [String: String] = [:]
    for (part, values) in [
      ("vision", vision), ("text", text), ("tower", tower), ("preprocessing", preprocessing),
    ] {
      for (name, value) in values { all["\(part).\(name)"] = value.string ?? value.canonical }
    }
    all["tokenizer"] = tokenizer
    return all
  }
}
