import Contracts
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

  package init() {}

  package var isEmpty: Bool { self == ModelDescription() }
}

/// A description that cannot be used.
package enum DescriptionFailure: Failure, Equatable {
  case notJSON(path: String)
  case unknownActivation(path: String, String)
  /// A known key whose value makes no sense.
  case badValue(path: String, key: String, found: String, expected: String)

  package var kind: FailureKind { .invalidInput }

  package var sentence: String {
    switch self {
    case .notJSON(let path):
      "\(path), which is beside weights and should describe them, is not a JSON object; mend it, or move it away"
    case .unknownActivation(let path, let found):
      "\(path) says that the network's activation is `\(found)`, and only "
        + MLPActivation.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        + " are known here; set `activation` if it is one of them by another name, and move the file away"
    case .badValue(let path, let key, let found, let expected):
      "\(path): `\(key)` is \(found), and must be \(expected); mend it, or move the file away"
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
    let activation: MLPActivation = model["quick_gelu"]?.bool == true ? .quickGelu : .gelu
    // ViTs of timm and texts of Hugging Face are other architectures.
    if let found = model["vision_cfg"], found["timm_model_name"] == nil {
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
    if let found = model["text_cfg"], found["hf_model_name"] == nil {
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
    preprocessing = try fields.preprocessing(json["preprocess_cfg"] ?? .null)
    tokenizer = json["modgap"]?["tokenizer"]?.string
    tower = json["modgap"]?["tower"]?.object ?? [:]
    // Two towers of different activations are more than open_clip's form can say.
    for (name, place) in [("vision", \ModelDescription.vision), ("text", \.text)] {
      self[keyPath: place].merge(json["modgap"]?[name]?.object ?? [:]) { $1 }
    }
  }
}

// MARK: - Hugging Face

extension ModelDescription {
  /// transformers' `config.json` of a `CLIPModel`, or of one of its towers. Nil where it is none.
  ///
  /// Absent keys mean the defaults of `CLIPVisionConfig` and `CLIPTextConfig`; the older `vision_config_dict` and
  /// `text_config_dict` win over their successors, as they do there.
  package init?(huggingFace json: JSONValue, path: String) throws {
    let fields = DescriptionFields(path: path)
    let type = json["model_type"]?.string
    let isWhole = type == "clip" || json["vision_config"] != nil && json["text_config"] != nil
    guard isWhole || type == "clip_vision_model" || type == "clip_text_model" else { return nil }
    if let type, isWhole, type != "clip" { return nil }
    let embedding = try fields.positive(json, "projection_dim") ?? 512
    if isWhole || type == "clip_vision_model" {
      vision = try fields.huggingFace(
        isWhole ? Self.part("vision_config", of: json) : json,
        defaults: [
          ("image_size", "image", 224), ("patch_size", "patch", 32), ("hidden_size", "width", 768),
          ("num_hidden_layers", "layers", 12), ("num_attention_heads", "heads", 12),
        ])
      vision["embedding"] = .number(embedding)
    }
    if isWhole || type == "clip_text_model" {
      text = try fields.huggingFace(
        isWhole ? Self.part("text_config", of: json) : json,
        defaults: [
          ("vocab_size", "vocabulary", 49_408), ("max_position_embeddings", "context", 77),
          ("hidden_size", "width", 512), ("num_hidden_layers", "layers", 12),
          ("num_attention_heads", "heads", 8),
        ])
      text["embedding"] = .number(embedding)
    }
  }

  private static func part(_ name: String, of json: JSONValue) -> JSONValue {
    let (new, old) = (json[name]?.object ?? [:], json["\(name)_dict"]?.object ?? [:])
    return .object(new.merging(old) { $1 })
  }

  /// transformers' `preprocessor_config.json`.
  package init(preprocessor json: JSONValue, path: String) throws {
    let fields = DescriptionFields(path: path)
    if json["do_normalize"] != .bool(false) {
      preprocessing["mean"] = try fields.channels(json, "image_mean")
      preprocessing["std"] = try fields.channels(json, "image_std")
    }
    // Pillow's numbers of filters.
    preprocessing["interpolation"] = [2: "bilinear", 3: "bicubic"][json["resample"]?.integer ?? 0]
    let sizes = [json["crop_size"], json["size"]].compactMap { size in
      size?.number ?? size?["shortest_edge"]?.number ?? size?["height"]?.number
    }
    preprocessing["size"] = sizes.first.map { .number($0) }
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
