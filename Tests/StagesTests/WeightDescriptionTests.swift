import Contracts
import Declarations
import Encoders
import Foundation
import Kernels
import Stages
import TestSupport
import Testing

/// Two networks of equal names and shapes may differ in activation, heads and norms: what tells is read.
@Suite("What describes weights")
struct WeightDescriptionTests {
  private let folder: ScratchFolder
  private let weights: JSONValue

  init() throws {
    folder = try ScratchFolder()
    weights = try folder.write(WeightFiles.clip())
  }

  private func write(_ json: String, _ name: String) throws { _ = try folder.write(Array(json.utf8), name) }

  private func clip(_ more: [String: JSONValue] = [:], _ notes: Notes? = nil) throws -> Embeddings {
    let with = Tiny.clip.merging(["weights": weights]) { $1 }.merging(more) { $1 }
    return try #require(run(.`init`, "clip", with, notes: notes).family).bases[0]
  }

  private func aboutWeights(_ notes: Notes) -> [String] {
    notes.notices.filter { $0.contains(folder.path) || $0.contains("weights") }
  }

  private static let openCLIP = """
    { "model_cfg": { "embed_dim": 10,
        "vision_cfg": { "image_size": 16, "layers": 2, "width": 12, "patch_size": 8, "head_width": 4 },
        "text_cfg": { "context_length": 16, "vocab_size": 259, "width": 8, "heads": 2, "layers": 2 } },
      "preprocess_cfg": { "mean": [0.48145466, 0.4578275, 0.40821073], "std": [0.26862954, 0.26130258, 0.27577711],
        "interpolation": "bicubic", "size": [16, 16] } }
    """

  private static func huggingFace(_ activation: String, epsilon: String = "1e-05", heads: Int = 3) -> String {
    """
    { "model_type": "clip", "projection_dim": 10,
      "vision_config": { "image_size": 16, "patch_size": 8, "hidden_size": 12, "num_hidden_layers": 2,
        "num_attention_heads": \(heads), "hidden_act": "\(activation)", "layer_norm_eps": \(epsilon) },
      "text_config": { "vocab_size": 259, "max_position_embeddings": 16, "hidden_size": 8, "num_hidden_layers": 2,
        "num_attention_heads": 2, "hidden_act": "\(activation)", "layer_norm_eps": \(epsilon) } }
    """
  }

  @Test("an activation that nothing tells is an assumption, which is said")
  func assumed() throws {
    let notes = Notes()
    let plain = try clip([:], notes)
    let said = notes.notices.filter { $0.contains("modgap assumes QuickGELU") }
    #expect(
      !said.isEmpty && said[0].contains("set \"activation\": \"gelu\" for the models of LAION"),
      "\(notes.notices)")
    let told = Notes()
    #expect(try clip(["activation": "quick-gelu"], told) == plain)
    #expect(aboutWeights(told).isEmpty, "\(told.notices)")
    #expect(try clip(["activation": "gelu"]) != plain)
    #expect(told.facts["tower of x"]?.contains("activation quick-gelu") == true)
  }

  @Test(
    "open_clip's config means GELU unless it says quick_gelu",
    arguments: ["open_clip_config.json", "config.json"])
  func openCLIP(_ name: String) throws {
    let (plain, gelu) = (try clip(), try clip(["activation": "gelu"]))
    try write(Self.openCLIP, name)
    let notes = Notes()
    #expect(try clip([:], notes) == gelu)
    #expect(aboutWeights(notes).isEmpty, "\(notes.notices)")
    try write(
      Self.openCLIP.replacing("\"embed_dim\": 10", with: "\"embed_dim\": 10, \"quick_gelu\": true"), name)
    #expect(try clip() == plain)
  }

  /// Others read them by Python's truth of a value, or not at all.
  @Test(arguments: ["1", "\"true\"", "[true]", "0"]) func openCLIPsActivationIsTrueOrFalse(_ value: String)
    throws
  {
    let found = Self.openCLIP.replacing(
      "\"embed_dim\": 10", with: "\"embed_dim\": 10, \"quick_gelu\": \(value)")
    try write(found, "open_clip_config.json")
    let with = Tiny.clip.merging(["weights": weights]) { $1 }
    let said = sentence("clip", with)
    #expect(said.contains("open_clip_config.json") && said.contains("quick_gelu"), "\(said)")
    #expect(said.contains("true or false"), "\(said)")
  }

  @Test(arguments: ["null", "[\"gelu\"]", "1"]) func huggingFacesActivationIsAName(_ value: String) throws {
    try write(Self.huggingFace("gelu").replacing("\"gelu\"", with: value), "config.json")
    let with = Tiny.clip.merging(["weights": weights]) { $1 }
    let said = sentence("clip", with)
    #expect(said.contains("hidden_act") && said.contains("the name of an activation"), "\(said)")
  }

  @Test("Hugging Face's hidden_act, and its epsilon")
  func huggingFace() throws {
    let (plain, gelu) = (try clip(), try clip(["activation": "gelu"]))
    let tanh = try clip(["activation": "gelu-tanh"])
    let loose = try clip(["activation": "gelu", "norm_epsilon": 0.25])
    #expect(Set([plain, gelu, tanh, loose].map(\.x.values)).count == 4)
    for (word, expected) in [
      ("quick_gelu", plain), ("gelu", gelu), ("gelu_pytorch_tanh", tanh), ("gelu_new", tanh),
    ] {
      try write(Self.huggingFace(word), "config.json")
      #expect(try clip() == expected, "\(word)")
    }
    try write(Self.huggingFace("gelu", epsilon: "0.25"), "config.json")
    #expect(try clip() == loose)
    #expect(try clip(["norm_epsilon": 1e-5]) == gelu)
    // As other readers of JSON take it: no double is so small.
    try write(Self.huggingFace("gelu", epsilon: "1e-400"), "config.json")
    let least = try clip()
    try write(Self.huggingFace("gelu", epsilon: "0"), "config.json")
    #expect(try clip() == least)
    try write(Self.huggingFace("swish"), "config.json")
    let with = Tiny.clip.merging(["weights": weights]) { $1 }
    #expect(sentence("clip", with).contains("activation is `swish`"))
  }

  @Test("a tower alone follows the same files", arguments: ["vit", "text"])
  func towers(_ architecture: String) throws {
    func tower(_ more: [String: JSONValue]) throws -> Matrix {
      try embed("encoder", Tiny.encoder(architecture, ["weights": weights]).merging(more) { $1 }).x
    }
    let (plain, gelu) = (try tower([:]), try tower(["activation": "gelu"]))
    #expect(plain != gelu)
    try write(Self.huggingFace("gelu"), "config.json")
    #expect(try tower([:]) == gelu)
    #expect(try tower(["activation": "quick-gelu"]) == plain)
    let pair = Tiny.pair("vit", "text", Tiny.data("shapes")).mapValues { value -> JSONValue in
      guard case .object(var tower) = value, tower["architecture"] != nil else { return value }
      tower["weights"] = weights
      return .object(tower)
    }
    let both = try embed("dual-encoder", pair)
    #expect((architecture == "vit" ? both.x : both.y) == gelu)
  }

  @Test("sizes come from the file where the config has none, heads among them", arguments: [3, 6])
  func sizes(_ heads: Int) throws {
    try write(Self.huggingFace("gelu", heads: heads), "config.json")
    var vision = Tiny.vision
    vision["heads"] = .number(Double(heads))
    let expected = try clip(["vision": .object(vision), "activation": "gelu"])
    let found = try embed("clip", ["weights": weights, "data": Tiny.data("shapes")])
    #expect(found == expected)
    try FileManager.default.removeItem(atPath: folder.path + "/config.json")
    let said = sentence("clip", ["weights": weights, "data": Tiny.data("shapes")])
    #expect(said.contains("gives the sizes of its towers; set `preset`"), "\(said)")
  }

  @Test("what the config says wins, and that it differs is said")
  func contradiction() throws {
    let plain = try clip()
    try write(Self.huggingFace("gelu", heads: 4), "config.json")
    let notes = Notes()
    #expect(try clip(["activation": "quick-gelu"], notes) == plain)
    #expect(notes.notices.contains { $0.hasSuffix("`activation` is \"gelu\", but \"quick-gelu\" is used") })
    #expect(notes.notices.contains { $0.hasSuffix("`heads` is 4, but 3 is used") }, "\(notes.notices)")
  }

  @Test(
    "descriptions that make no sense are refused, others than of CLIPs passed over",
    arguments: [
      ("{", "is not a JSON object"), ("[1]", "is not a JSON object"),
      ("{\"vision_config\": {\"hidden_size\": -1}, \"text_config\": {}}", "`hidden_size` is -1"),
      ("{\"vision_cfg\": {\"layers\": 1e12, \"width\": 12, \"head_width\": 4}}", "`layers` is 1000000000000"),
      ("{\"vision_cfg\": {\"width\": 12, \"head_width\": 5}}", "`head_width` is 5"),
    ])
  func broken(_ json: String, _ expected: String) throws {
    try write(json, "config.json")
    let said = sentence("clip", ["weights": weights, "data": Tiny.data("shapes")])
    #expect(said.contains(expected), "\(said)")
  }

  @Test("a config of another architecture that says nothing is not believed, which is said")
  func others() throws {
    let plain = try clip()
    try write("{\"model_type\": \"siglip\", \"vision_config\": {}, \"text_config\": {}}", "config.json")
    let notes = Notes()
    #expect(try clip([:], notes) == plain)
    #expect(
      notes.notices.contains { $0.contains("type `siglip`") && $0.contains("nothing of it is used") })
    let assumed = notes.notices.filter { $0.contains("modgap assumes QuickGELU") }
    #expect(!assumed.isEmpty && !assumed[0].contains("beside the weights"), "\(assumed)")
  }

  @Test(
    "of one that tells activation, epsilon and heads, these are believed, which is said",
    arguments: ["metaclip_2", "siglip", "vision-text-dual-encoder"])
  func otherTypes(_ type: String) throws {
    let expected = try clip(["activation": "gelu", "norm_epsilon": 0.25])
    let tower = "{ \"hidden_act\": \"gelu\", \"layer_norm_eps\": 0.25 }"
    try write(
      "{ \"model_type\": \"\(type)\", \"vision_config\": \(tower), \"text_config\": \(tower) }", "config.json"
    )
    let notes = Notes()
    #expect(try clip([:], notes) == expected)
    #expect(!notes.notices.contains { $0.contains("modgap assumes QuickGELU") }, "\(notes.notices)")
    let said = notes.notices.first { $0.contains("type `\(type)`") } ?? ""
    #expect(
      said.contains(
        "only these keys of it are used, if the config does not set them: `activation`, `norm_epsilon`"),
      "\(notes.notices)")
  }

  // MARK: - Bytes

  private static let names = [
    "w.config.json", "open_clip_config.json", "config.json", "processor_config.json",
    "preprocessor_config.json",
  ]

  @Test("a byte order mark is none of a description's characters", arguments: names)
  func byteOrderMark(_ name: String) throws {
    let isOfPictures = name.hasSuffix("processor_config.json")
    let numbers = #"{"image_mean": [0.1, 0.2, 0.3], "image_std": [0.5, 0.5, 0.5]}"#
    let text =
      switch name {
      case "processor_config.json": #"{"image_processor": \#(numbers)}"#
      case "preprocessor_config.json": numbers
      default: Self.openCLIP
      }
    let plain = try clip(["data": Tiny.data("shapes", ["normalize": "clip"])])
    try write(text, name)
    let expected = try clip(["data": Tiny.data("shapes", ["normalize": "clip"])])
    #expect(expected.x != plain.x)
    _ = try folder.write([0xEF, 0xBB, 0xBF] + Array(text.utf8), name)
    let notes = Notes()
    #expect(try clip(["data": Tiny.data("shapes", ["normalize": "clip"])], notes) == expected)
    let assumed = notes.notices.filter { $0.contains("modgap assumes QuickGELU") }
    #expect(isOfPictures || assumed.isEmpty, "\(notes.notices)")
  }

  @Test("what is not UTF-8 is refused with its place, and nothing is assumed", arguments: names)
  func otherBytes(_ name: String) throws {
    let text = name.hasSuffix("processor_config.json") ? "{\"a\": 1}" : Self.huggingFace("gelu")
    func bigEndian(_ mark: [UInt8]) -> [UInt8] {
      mark + text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    }
    func littleEndian(_ mark: [UInt8]) -> [UInt8] {
      mark + text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    }
    let start = Array("{\n \"_name_or_path\": \"caf".utf8) + [0xE9]
    let latin = start + Array("\",".utf8) + text.utf8.dropFirst()
    for (bytes, place) in [
      (littleEndian([0xFF, 0xFE]), ":1:1: the byte 0xFF"), (bigEndian([0xFE, 0xFF]), ":1:1: the byte 0xFE"),
      (littleEndian([]), ":1:2: there is a NUL byte"), (bigEndian([]), ":1:1: there is a NUL byte"),
      (latin, ":2:23: the byte 0xE9"), (Array(text.utf8) + [0], "there is a NUL byte"),
      ([0xEF, 0xBB, 0xBF] + latin, "the byte 0xE9"),
    ] {
      _ = try folder.write(bytes, name)
      let said = sentence("clip", Tiny.clip.merging(["weights": weights]) { $1 })
      #expect(said.contains("\(name):") && said.contains(place), "\(said)")
      #expect(said.contains("save") && said.contains("UTF-8"), "\(said)")
    }
  }

  @Test(
    "a file of the name that describes nothing is told of",
    arguments: ["{}", "{\"architecture\": \"vit\"}"])
  func undescribing(_ json: String) throws {
    let plain = try clip()
    try write(json, "config.json")
    let notes = Notes()
    #expect(try clip([:], notes) == plain)
    #expect(
      notes.notices.contains {
        $0.contains("config.json is neither") && $0.contains("nothing of it is used")
      },
      "\(notes.notices)")
    #expect(notes.notices.contains { $0.contains("modgap assumes QuickGELU") })
    // Beside one that describes them, it says nothing.
    try write(Self.openCLIP, "open_clip_config.json")
    let told = Notes()
    _ = try clip([:], told)
    #expect(aboutWeights(told).isEmpty, "\(told.notices)")
  }

  // MARK: - Preprocessing

  @Test("transformers' processor_config.json, and that it wins over the older file")
  func processor() throws {
    func data(_ normalize: JSONValue) -> JSONValue { Tiny.data("shapes", ["normalize": normalize]) }
    func near(_ a: Embeddings, _ b: Embeddings) -> Bool {
      zip(a.x.values, b.x.values).allSatisfy { abs($0 - $1) < 1e-4 }
    }
    let (plain, right) = (try clip(["data": data("clip")]), try clip(["data": data("imagenet")]))
    #expect(!near(plain, right))
    let imagenet = """
      {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225], "resample": 2, "size": 16}
      """
    try write(#"{"image_mean": [0, 0, 0], "image_std": [1, 1, 1]}"#, "preprocessor_config.json")
    let older = try clip(["data": data("clip")])
    #expect(!near(older, plain) && !near(older, right))
    try write(
      #"{"image_processor": \#(imagenet), "processor_class": "CLIPProcessor"}"#, "processor_config.json")
    #expect(near(try clip(["data": data("clip")]), right))
    // One without an image processor leaves it to the older file.
    for other in [#"{"processor_class": "CLIPProcessor"}"#, #"{"image_processor": null}"#] {
      try write(other, "processor_config.json")
      #expect(try clip(["data": data("clip")]) == older)
    }
    try write(#"{"image_processor": "CLIPImageProcessor"}"#, "processor_config.json")
    let with = Tiny.clip.merging(["weights": weights]) { $1 }
    #expect(sentence("clip", with).contains("processor_config.json: `image_processor` is"))
    try write(#"{"image_processor": {"image_std": [0, 1, 1]}}"#, "processor_config.json")
    #expect(sentence("clip", with).contains("processor_config.json: `image_processor.image_std` is [0,1,1]"))
    try write(#"{"image_processor": {"resample": 1}}"#, "processor_config.json")
    let notes = Notes()
    _ = try clip(["data": Tiny.data("shapes", ["resize": "bicubic", "normalize": "clip"])], notes)
    let undone = "`image_processor.resample` is 1, which modgap does not do"
    #expect(notes.notices.filter { $0.contains(undone) }.count == 1, "\(notes.notices)")
  }

  @Test("random weights get pictures of a preprocessing, too, and are said to")
  func randomWeights() throws {
    let data = Tiny.data("shapes", ["normalize": "clip"])
    let own: JSONValue = .object(["mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]])
    let plain = try embed("clip", Tiny.clip.merging(["data": data]) { $1 })
    let notes = Notes()
    let with = Tiny.clip.merging(["data": data, "preprocessing": own]) { $1 }
    let found = try #require(run(.`init`, "clip", with, notes: notes).family).bases[0]
    #expect(found.x != plain.x)
    let said = notes.notices.filter { $0.contains("each channel is converted to its mean (0.5, 0.5, 0.5)") }
    #expect(said.count == 1 && !said[0].contains("trained"), "\(notes.notices)")
  }

  @Test("pictures that the data normalise otherwise are brought to the weights'")
  func preprocessing() throws {
    func data(_ normalize: JSONValue) -> JSONValue { Tiny.data("shapes", ["normalize": normalize]) }
    let right = try clip(["data": data("imagenet")])
    let imagenet: JSONValue = .object(["mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]])
    for name in ["clip", "none", "imagenet"] {
      let notes = Notes()
      let found = try clip(["data": data(.string(name)), "preprocessing": imagenet], notes)
      #expect(zip(found.x.values, right.x.values).allSatisfy { abs($0 - $1) < 1e-4 }, "\(name)")
      #expect(
        notes.notices.contains { $0.contains("each channel is converted to its mean (0.485") }
          == (name != "imagenet"))
    }
    try write(
      "{\"image_mean\": [0.485, 0.456, 0.406], \"image_std\": [0.229, 0.224, 0.225], \"resample\": 2, \"size\": 16}",
      "preprocessor_config.json")
    let found = try clip(["data": data("clip")])
    #expect(zip(found.x.values, right.x.values).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  // MARK: - Texts

  @Test("a vocabulary that the tokens do not use, and cut texts, are said")
  func texts() throws {
    let notes = Notes()
    var text = Tiny.text
    text["vocabulary"] = 49_408
    let with = Tiny.clip.merging(["text": .object(text)]) { $1 }
    _ = try run(.`init`, "clip", with, notes: notes)
    #expect(notes.facts["tokenizer"] == "bytes, 259 ids")
    #expect(notes.notices.contains { $0.contains("vocabulary of 49408, but the data's tokens are bytes") })
    // Captions of drawn shapes have more than 14 bytes.
    #expect(notes.notices.contains { $0.hasPrefix("6 of 6 ") }, "\(notes.notices)")
  }
}
