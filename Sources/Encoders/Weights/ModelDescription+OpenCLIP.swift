import Declarations
import Kernels

extension ModelDescription {
  /// The description in the form of open_clip's `open_clip_config.json`, which `init(openCLIP:path:)` reads back.
  /// What that form cannot say is under `modgap`: the tokenizer, activations that differ between towers, and towers
  /// that are no CLIP's.
  package var openCLIP: JSONValue {
    var all: [String: JSONValue] = [:]
    var own: [String: JSONValue] = [:]
    own["tokenizer"] = tokenizer.map { .string($0) }
    if !tower.isEmpty { own["tower"] = .object(tower) }
    if !vision.isEmpty || !text.isEmpty {
      all["model_cfg"] = .object(model)
      if vision["activation"] != text["activation"] {
        for (name, values) in [("vision", vision), ("text", text)] {
          own[name] = values["activation"].map { .object(["activation": $0]) }
        }
      }
    }
    if !preprocessing.isEmpty {
      all["preprocess_cfg"] = .object(
        preprocessing.merging(["mode": .string("RGB"), "resize_mode": .string("shortest")]) { $1 })
    }
    if !own.isEmpty { all["modgap"] = .object(own) }
    return .object(all)
  }

  private var model: [String: JSONValue] {
    var seen = Self.renamed(
      vision, ["image": "image_size", "patch": "patch_size", "width": "width", "layers": "layers"])
    if let width = vision["width"]?.number, let heads = vision["heads"]?.number {
      seen["head_width"] = .number(width / heads)
    }
    let read = Self.renamed(
      text,
      [
        "vocabulary": "vocab_size", "context": "context_length", "width": "width", "heads": "heads",
        "layers": "layers",
      ])
    var model: [String: JSONValue] = [
      "vision_cfg": .object(seen.merging(Self.variant(vision)) { $1 }),
      "text_cfg": .object(read.merging(Self.variant(text)) { $1 }),
      "quick_gelu": .bool(vision["activation"]?.string == MLPActivation.quickGelu.rawValue),
    ]
    model["embed_dim"] = vision["embedding"] ?? text["embedding"]
    return model
  }

  private static func renamed(_ values: [String: JSONValue], _ names: [String: String]) -> [String: JSONValue]
  {
    var result: [String: JSONValue] = [:]
    for (ours, theirs) in names { result[theirs] = values[ours] }
    return result
  }

  private static func variant(_ values: [String: JSONValue]) -> [String: JSONValue] {
    var result: [String: JSONValue] = [:]
    if let epsilon = values["norm_epsilon"], epsilon != .number(1e-5) {
      result["norm_kwargs"] = .object(["eps": epsilon])
    }
    if values["activation"]?.string == MLPActivation.geluTanh.rawValue {
      result["act_kwargs"] = .object(["approximate": .string("tanh")])
    }
    return result
  }
}
