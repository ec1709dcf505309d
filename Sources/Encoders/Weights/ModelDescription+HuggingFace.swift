import Declarations

extension ModelDescription {
  /// transformers' `config.json` of a `CLIPModel`, or of one of its towers. Nil where it is none.
  ///
  /// Absent keys mean the defaults of `CLIPVisionConfig` and `CLIPTextConfig`; the older `vision_config_dict` and
  /// `text_config_dict` win over their successors, as they do there.
  package init?(huggingFace json: JSONValue, path: String) throws {
    self.init()
    let fields = DescriptionFields(path: path)
    let type = json["model_type"]?.string
    let hasParts = json["vision_config"] != nil && json["text_config"] != nil
    let isWhole = type == "clip" || type == nil && hasParts
    guard isWhole || type == "clip_vision_model" || type == "clip_text_model" else {
      guard let type else { return nil }
      self = ModelDescription(otherType: type, json, path: path)
      return
    }
    let embedding = try fields.positive(json, "projection_dim") ?? 512
    if isWhole || type == "clip_vision_model" {
      let part = isWhole ? Self.part("vision_config", of: json) : json
      vision = try fields.huggingFace(
        part,
        defaults: [
          ("image_size", "image", 224), ("patch_size", "patch", 32), ("hidden_size", "width", 768),
          ("num_hidden_layers", "layers", 12), ("num_attention_heads", "heads", 12),
        ])
      vision["embedding"] = .number(embedding)
      let name = isWhole ? "vision_config." : ""
      visionFault =
        ForeignKeys.huggingFaceVision.fault(in: part, name, path: path)
        ?? fields.huggingFaceFault(part, name, width: vision["width"]?.number ?? 0)
    }
    if isWhole || type == "clip_text_model" {
      let part = isWhole ? Self.part("text_config", of: json) : json
      text = try fields.huggingFace(
        part,
        defaults: [
          ("vocab_size", "vocabulary", 49_408), ("max_position_embeddings", "context", 77),
          ("hidden_size", "width", 512), ("num_hidden_layers", "layers", 12),
          ("num_attention_heads", "heads", 8),
        ])
      text["embedding"] = .number(embedding)
      textFault = fields.huggingFaceFault(
        part, isWhole ? "text_config." : "", width: text["width"]?.number ?? 0)
    }
  }

  /// Where there is a `text_config_dict`, transformers completes it with the defaults and lets it replace all that
  /// `text_config` says.
  private static func part(_ name: String, of json: JSONValue) -> JSONValue {
    .object(json["\(name)_dict"]?.object ?? json[name]?.object ?? [:])
  }

  /// Of a model that is no CLIP: the little that means the same in every transformer, where it is said.
  private init(otherType type: String, _ json: JSONValue, path: String) {
    self.init()
    let fields = DescriptionFields(path: path)
    let hasParts = json["vision_config"]?.object != nil || json["text_config"]?.object != nil
    vision = fields.variant(hasParts ? json["vision_config"] ?? .null : json)
    text = fields.variant(hasParts ? json["text_config"] ?? .null : json)
    let keys = Set(vision.keys).union(text.keys).sorted().map { "`\($0)`" }.joined(separator: ", ")
    towerRemarks = [
      "\(path) describes a model of type `\(type.prefix(60))`, which is not CLIP: "
        + (keys.isEmpty
          ? "nothing of it is used"
          : "only these keys of it are used, if the config does not set them: \(keys)")
        + "; set the towers' keys if that is wrong"
    ]
  }

  /// transformers' `preprocessor_config.json`.
  package init(preprocessor json: JSONValue, path: String) throws {
    self.init()
    (preprocessing, pictureRemarks) = try DescriptionFields(path: path).preprocessor(json)
  }

  /// transformers' `processor_config.json`, whose `image_processor` is what `preprocessor_config.json` used to be. Nil
  /// where it has none.
  package init?(processor json: JSONValue, path: String) throws {
    guard let found = json["image_processor"], found != .null else { return nil }
    guard found.object != nil else {
      throw DescriptionFailure.badValue(
        path: path, key: "image_processor", found: String(found.canonical.prefix(60)), expected: "an object")
    }
    self.init()
    let fields = DescriptionFields(path: path, prefix: "image_processor.")
    (preprocessing, pictureRemarks) = try fields.preprocessor(found)
  }
}
