import Declarations
import Encoders
import Foundation
import Kernels
import TestSupport
import Testing

/// What a description says that this program does not do: networks are refused, preparations of pictures are said.
@Suite("Descriptions of other networks and pictures")
struct ForeignDescriptionTests {
  private let folder: ScratchFolder
  private let weights: JSONValue

  init() throws {
    folder = try ScratchFolder()
    weights = try folder.write(WeightFiles.clip())
  }

  private func write(_ json: JSONValue, _ name: String) throws {
    _ = try folder.write(Array(json.canonical.utf8), name)
  }

  private func with(_ kind: String) -> [String: JSONValue] {
    (kind == "clip" ? Tiny.clip : Tiny.encoder(kind)).merging(["weights": weights]) { $1 }
  }

  private func says(_ kind: String) -> String { sentence(kind == "clip" ? "clip" : "encoder", with(kind)) }

  private static func openCLIP(_ vision: [String: JSONValue], _ text: [String: JSONValue]) -> JSONValue {
    let sizes: [String: JSONValue] = [
      "image_size": [16, 16], "layers": 2, "width": 12, "patch_size": 8, "head_width": 4,
    ]
    let texts: [String: JSONValue] = [
      "context_length": 16, "vocab_size": 259, "width": 8, "heads": 2, "layers": 2,
    ]
    return .object([
      "model_cfg": .object([
        "embed_dim": 10, "vision_cfg": .object(sizes.merging(vision) { $1 }),
        "text_cfg": .object(texts.merging(text) { $1 }),
      ])
    ])
  }

  private static let common: [(String, JSONValue)] = [
    ("mlp_ratio", 2), ("ls_init_value", 1e-5), ("final_ln_after_pool", true), ("block_type", "other"),
    ("qk_norm", true), ("scaled_cosine_attn", true), ("scale_heads", true), ("scale_attn_inner", true),
    ("scale_attn", true), ("scale_fc", true), ("act_kwargs", .object(["approximate": "sigmoid"])),
    ("act_kwargs", .object(["inplace": true])), ("norm_kwargs", .object(["bias": false])),
  ]

  @Test(
    "keys of open_clip that make another vision tower",
    arguments: common + [
      ("pool_type", "avg"), ("no_ln_pre", true), ("attentional_pool", true), ("attentional_pool", "parallel"),
      ("pos_embed_type", "sin_cos_2d"), ("timm_model_name", "vit_base"), ("layers", [1, 1, 1, 1]),
    ])
  func vision(_ key: String, _ value: JSONValue) throws {
    try write(Self.openCLIP([key: value], [:]), "open_clip_config.json")
    for kind in ["clip", "vit"] {
      let said = says(kind)
      #expect(said.contains("open_clip_config.json: `vision_cfg.\(key)"), "\(said)")
      #expect(said.contains("which describes a different network"), "\(said)")
    }
    // The other tower is what it was.
    _ = try embed("encoder", with("text"))
  }

  @Test(
    "keys of open_clip that make another text tower",
    arguments: common + [
      ("pool_type", "last"), ("pool_type", "eos"), ("no_causal_mask", true), ("embed_cls", true),
      ("proj_bias", true), ("proj_type", "none"), ("hf_model_name", "roberta-base"),
    ])
  func text(_ key: String, _ value: JSONValue) throws {
    try write(Self.openCLIP([:], [key: value]), "open_clip_config.json")
    for kind in ["clip", "text"] {
      let said = says(kind)
      // An `eos` pool is another by the id that it looks for.
      #expect(said.contains("open_clip_config.json: `text_cfg.\(value == "eos" ? "" : key)"), "\(said)")
      #expect(said.contains("which describes a different network"), "\(said)")
    }
    _ = try embed("encoder", with("vit"))
  }

  @Test("values that are this program's, and keys of training alone, pass")
  func equal() throws {
    let both: [String: JSONValue] = [
      "mlp_ratio": 4.0, "ls_init_value": .null, "final_ln_after_pool": false, "block_type": "default",
      "qk_norm": false, "output_tokens": true, "act_kwargs": .null, "norm_kwargs": .object(["eps": 1e-5]),
    ]
    let vision: [String: JSONValue] = [
      "pool_type": "tok", "no_ln_pre": false, "pos_embed_type": "learnable", "patch_dropout": 0.5,
      "timm_model_name": .null, "timm_pool": "avg", "attn_pooler_heads": 8,
    ]
    let text: [String: JSONValue] = [
      "pool_type": "argmax", "no_causal_mask": false, "embed_cls": false, "pad_id": 1, "proj_type": "linear",
      "proj_bias": false, "hf_proj_type": "mlp", "tokenizer_kwargs": .object(["clean": "lower"]),
    ]
    try write(
      Self.openCLIP(both.merging(vision) { $1 }, both.merging(text) { $1 }), "open_clip_config.json")
    let found = try embed("clip", with("clip"))
    let expected = try embed("clip", with("clip").merging(["activation": "gelu"]) { $1 })
    #expect(found == expected)
    try write(Self.openCLIP([:], ["pool_type": "eos", "eos_id": 258]), "open_clip_config.json")
    #expect(try embed("clip", with("clip")) == found)
  }

  @Test(
    "keys of transformers likewise",
    arguments: [
      ("vision_config", "num_channels", 1), ("vision_config", "intermediate_size", 24),
      ("text_config", "intermediate_size", 16), ("text_config", "eos_token_id", 7),
    ] as [(String, String, JSONValue)])
  func huggingFace(_ part: String, _ key: String, _ value: JSONValue) throws {
    func json(_ value: JSONValue?) -> JSONValue {
      var parts: [String: [String: JSONValue]] = [
        "vision_config": [
          "image_size": 16, "patch_size": 8, "hidden_size": 12, "num_hidden_layers": 2,
          "num_attention_heads": 3,
          "num_channels": 3, "intermediate_size": 48, "attention_dropout": 0.5,
        ],
        "text_config": [
          "vocab_size": 259, "max_position_embeddings": 16, "hidden_size": 8, "num_hidden_layers": 2,
          "num_attention_heads": 2, "intermediate_size": 32, "eos_token_id": 2,
        ],
      ]
      if let value { parts[part]?[key] = value }
      return .object(
        parts.mapValues { .object($0) }.merging(["model_type": "clip", "projection_dim": 10]) { $1 })
    }
    try write(json(nil), "config.json")
    _ = try embed("clip", with("clip"))
    try write(json(value), "config.json")
    #expect(says("clip").contains("config.json: `\(part).\(key)` is \(value.canonical)"), "\(says("clip"))")
  }

  @Test("a description that is a pipe, or a link to nothing, is refused")
  func notRegular() throws {
    let path = folder.path + "/config.json"
    try #require(mkfifo(path, 0o600) == 0)
    #expect(says("clip").contains("is not a regular file"))
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/nowhere/config.json")
    #expect(says("clip").contains("a link whose target does not exist"))
  }

  // MARK: - Pictures

  /// What is said of pictures of 16 pixels a side that are read from files.
  private func pictures(_ preprocessor: JSONValue?, _ openCLIP: JSONValue?) throws -> (Matrix, [String]) {
    for name in ["open_clip_config.json", "preprocessor_config.json"] {
      try? FileManager.default.removeItem(atPath: folder.path + "/" + name)
    }
    if let preprocessor { try write(preprocessor, "preprocessor_config.json") }
    if let openCLIP {
      try write(.object(["vision_cfg": .object([:]), "preprocess_cfg": openCLIP]), "open_clip_config.json")
    }
    let notes = Notes()
    let data = Tiny.data("shapes", ["normalize": "clip", "resize": "bicubic"])
    let all = with("vit").merging(["data": data, "activation": "gelu"]) { $1 }
    let found = try #require(run(.`init`, "encoder", all, notes: notes).family).bases[0].x
    return (found, notes.notices.filter { $0.contains("_config.json") })
  }

  @Test(
    "what is not done to pictures is said, with file, key and value",
    arguments: [
      ("resize_mode", "squash"), ("resize_mode", "longest"), ("interpolation", "lanczos"),
      ("size", [16, 20]),
    ] as [(String, JSONValue)])
  func undone(_ key: String, _ value: JSONValue) throws {
    let (_, said) = try pictures(nil, .object([key: value]))
    let expected =
      "open_clip_config.json: `preprocess_cfg.\(key)` is \(value.canonical), which modgap does not do: "
    #expect(said.contains { $0.contains(expected) }, "\(said)")
  }

  @Test(
    "likewise of transformers' preprocessors",
    arguments: [
      ("do_center_crop", false), ("do_resize", false), ("resample", 0), ("resample", 1), ("resample", 4),
      ("resample", 5), ("crop_size", .object(["height": 16, "width": 8])),
      ("size", .object(["shortest_edge": 20])),
    ] as [(String, JSONValue)])
  func undonePreprocessor(_ key: String, _ value: JSONValue) throws {
    let usual: [String: JSONValue] = ["do_center_crop": true, "crop_size": 16, "size": 16, "resample": 3]
    #expect(try pictures(.object(usual), nil).1.isEmpty)
    let (_, said) = try pictures(.object(usual.merging([key: value]) { $1 }), nil)
    let expected = "preprocessor_config.json: `\(key)` is \(value.canonical), which modgap does not do: "
    #expect(said.contains { $0.contains(expected) }, "\(said)")
  }

  @Test("another size than the data's is said", arguments: ["openCLIP", "preprocessor"])
  func size(_ form: String) throws {
    let (_, said) =
      form == "openCLIP"
      ? try pictures(nil, .object(["size": 64])) : try pictures(.object(["crop_size": 64]), nil)
    #expect(
      said.contains {
        $0.contains("_config.json says that")
          && $0.contains("images of `size` 64, but the data's `size` 16 is used")
      },
      "\(said)")
    #expect(try pictures(nil, .object(["size": [16, 16]])).1.isEmpty)
  }

  @Test("pictures that are not normalised, or not rescaled, are neither here")
  func numbers() throws {
    func close(_ a: Matrix, _ b: Matrix) -> Bool {
      zip(a.values, b.values).allSatisfy { abs($0 - $1) < 1e-4 }
    }
    func given(_ mean: Double, _ std: Double) throws -> Matrix {
      try pictures(
        .object([
          "image_mean": .array([.number(mean), .number(mean), .number(mean)]),
          "image_std": .array([.number(std), .number(std), .number(std)]),
        ]), nil
      ).0
    }
    let plain = try pictures(nil, nil).0
    let raw = try given(0, 1)
    #expect(!close(plain, raw))
    let bare = try pictures(.object(["do_normalize": false]), nil).0
    #expect(close(bare, raw))
    // (255·p − 0.5)/0.25, and (2·p − 0.5)/0.25.
    let half: [String: JSONValue] = ["image_mean": [0.5, 0.5, 0.5], "image_std": [0.25, 0.25, 0.25]]
    let bytes = try pictures(.object(half.merging(["do_rescale": false]) { $1 }), nil).0
    let small = try given(0.5 / 255, 0.25 / 255)
    #expect(close(bytes, small))
    let twice = try pictures(.object(half.merging(["rescale_factor": .number(2.0 / 255)]) { $1 }), nil).0
    let usual = try given(0.5, 0.25)
    let halved = try given(0.25, 0.125)
    #expect(close(twice, halved) && !close(twice, usual))
    let once = try pictures(.object(half.merging(["rescale_factor": .number(1.0 / 255)]) { $1 }), nil).0
    #expect(once == usual)
    for (key, value) in [("rescale_factor", 0), ("image_std", [0, 1, 1])] as [(String, JSONValue)] {
      try write(.object([key: value]), "preprocessor_config.json")
      #expect(says("vit").contains("`\(key)` is"))
    }
  }
}
