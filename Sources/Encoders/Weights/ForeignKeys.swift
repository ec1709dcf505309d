import Declarations

/// Keys of a description that make another network than this program's, unless they have the values that it stands for.
///
/// What matters in training alone (dropout, initialisation) is not among them.
struct ForeignKeys {
  /// The key, and what it may be: absent and null are always allowed.
  private let allowed: [(key: String, values: [JSONValue])]

  private static let offAttention: [(String, [JSONValue])] = [
    "qk_norm", "scaled_cosine_attn", "scale_heads", "scale_attn_inner", "scale_attn", "scale_fc",
  ].map { ($0, [.bool(false)]) }

  /// Of both towers. Source: open_clip 3.3, `CLIPVisionCfg`, `CLIPTextCfg`.
  private static let common: [(String, [JSONValue])] =
    offAttention + [
      ("mlp_ratio", [.number(4)]), ("ls_init_value", []), ("final_ln_after_pool", [.bool(false)]),
      ("block_type", ["default", "custom"]),
    ]

  static let openCLIPVision = ForeignKeys(
    allowed: common + [
      ("timm_model_name", []), ("attentional_pool", [.bool(false)]), ("no_ln_pre", [.bool(false)]),
      ("pos_embed_type", ["learnable"]), ("pool_type", ["tok"]),
    ])

  static let openCLIPText = ForeignKeys(
    allowed: common + [
      ("hf_model_name", []), ("embed_cls", [.bool(false)]), ("no_causal_mask", [.bool(false)]),
      ("pool_type", ["argmax", "eos"]), ("proj_bias", [.bool(false)]), ("proj_type", ["linear"]),
    ])

  /// transformers 4 and 5, `CLIPVisionConfig`, `CLIPTextConfig`: what else may change a network has a size of its own.
  static let huggingFaceVision = ForeignKeys(allowed: [("num_channels", [.number(3)])])

  /// - Returns: the first key, by its name, that has another value.
  func fault(in json: JSONValue, _ part: String, path: String) -> DescriptionFailure? {
    for (key, values) in allowed.sorted(by: { $0.key < $1.key }) {
      guard let value = json[key], value != .null, !values.contains(value) else { continue }
      return .otherNetwork(
        path: path, key: "\(part)\(key)", found: String(value.canonical.prefix(60)),
        expected: values.map(\.canonical).joined(separator: " or "))
    }
    return nil
  }
}

extension DescriptionFields {
  /// `act_kwargs` and `norm_kwargs` with what this program does not read.
  func kwargsFault(_ json: JSONValue, _ part: String) -> DescriptionFailure? {
    for (key, known) in [("act_kwargs", "approximate"), ("norm_kwargs", "eps")] {
      for (name, value) in (json[key]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
        let isKnown =
          name == known && (key == "norm_kwargs" || ["none", "tanh"].contains(value.string ?? ""))
        if !isKnown {
          return .otherNetwork(
            path: path, key: "\(part)\(key).\(name)", found: String(value.canonical.prefix(60)),
            expected: name == "approximate" ? "\"none\" or \"tanh\"" : "")
        }
      }
    }
    return nil
  }

  /// open_clip's text tower that takes the embedding at a token of its own choice, where that is not the last of the
  /// vocabulary, which ends CLIP's texts.
  func endFault(_ json: JSONValue) -> DescriptionFailure? {
    guard json["pool_type"]?.string == "eos" else { return nil }
    let last = (json["vocab_size"]?.integer ?? 49_408) - 1
    let end = json["eos_id"]?.integer ?? 2
    return end == last
      ? nil
      : .otherNetwork(path: path, key: "text_cfg.eos_id", found: "\(end)", expected: "\(last)")
  }

  /// What of transformers' config of a tower makes another network.
  func huggingFaceFault(_ json: JSONValue, _ part: String, width: Double) -> DescriptionFailure? {
    if let size = json["intermediate_size"]?.number, size != 4 * width {
      return .otherNetwork(
        path: path, key: "\(part)intermediate_size", found: JSONValue.number(size).canonical,
        expected: "\(Int(4 * width)), four times the width")
    }
    // There, 2 stands for the greatest id of a text.
    if let end = json["eos_token_id"]?.integer, part.hasPrefix("text") || json["vocab_size"] != nil {
      let last = (json["vocab_size"]?.integer ?? 49_408) - 1
      if end != 2, end != last {
        return .otherNetwork(
          path: path, key: "\(part)eos_token_id", found: "\(end)", expected: "\(last) or 2")
      }
    }
    return nil
  }
}
