import Declarations

// How images were prepared that a network was trained on. What of it is not done here is said, since the numbers
// are others then.

extension DescriptionFields {
  /// What is not done: as a sentence, and in short for the key of what is computed, so that no result of other words
  /// answers without the sentence.
  private struct Undone {
    let path: String
    var prefix = ""
    var remarks: [String] = []
    var keys: [JSONValue] = []

    mutating func add(_ key: String, _ value: JSONValue, _ instead: String) {
      let found = value.canonical.prefix(60)
      remarks.append("\(path): `\(prefix)\(key)` is \(found), which modgap does not do: \(instead)")
      keys.append(.string("\(key) \(found)"))
    }

    func values(with found: [String: JSONValue]) -> [String: JSONValue] {
      keys.isEmpty ? found : found.merging(["undone": .array(keys)]) { $1 }
    }
  }

  private static let cutting =
    "the shorter side of an image is resized to the data's `size`, and the centre is cropped"
  private static let filters = "set the data's `resize` to \"bicubic\" or \"bilinear\", whichever is closer"

  /// open_clip's `preprocess_cfg`.
  func preprocessing(_ json: JSONValue) throws -> (values: [String: JSONValue], remarks: [String]) {
    var found: [String: JSONValue] = [:]
    var undone = Undone(path: path)
    found["mean"] = try bounded(try channels(json, "mean"), "mean", -10...10)
    found["std"] = try bounded(try deviations(json, "std"), "std", 1e-6...10)
    if let value = json["interpolation"], let word = value.string {
      // While it trains, `random` draws one of the two; else open_clip takes this.
      let used = word == "random" ? "bicubic" : word
      if ["bicubic", "bilinear"].contains(used) {
        found["interpolation"] = .string(used)
      } else {
        undone.add("preprocess_cfg.interpolation", value, Self.filters)
      }
    }
    if let value = json["resize_mode"], value != .null, value.string != "shortest" {
      undone.add("preprocess_cfg.resize_mode", value, Self.cutting)
    }
    if let value = json["mode"], value != .null, value.string != "RGB" {
      undone.add("preprocess_cfg.mode", value, "images have the channels red, green and blue")
    }
    if let value = json["size"], let sides = value.array, Set(sides.map(\.canonical)).count > 1 {
      undone.add("preprocess_cfg.size", value, Self.cutting)
    } else {
      found["size"] = try side(json["size"], "preprocess_cfg.size")
    }
    return (undone.values(with: found), undone.remarks)
  }

  /// transformers' `preprocessor_config.json`, or the `image_processor` of its `processor_config.json`.
  func preprocessor(_ json: JSONValue) throws -> (values: [String: JSONValue], remarks: [String]) {
    var (found, undone) = (try normalization(json), Undone(path: path, prefix: prefix))
    // Pillow's numbers of filters.
    let names = ["nearest", "Lanczos", "bilinear", "bicubic", "box", "Hamming"]
    if let value = json["resample"], value != .null {
      switch value.integer {
      case 2?: found["interpolation"] = "bilinear"
      case 3?: found["interpolation"] = "bicubic"
      default:
        let name = value.integer.flatMap { names.indices.contains($0) ? "that is \(names[$0]); " : nil } ?? ""
        undone.add("resample", value, name + Self.filters)
      }
    }
    for key in ["do_resize", "do_center_crop"] where json[key] == .bool(false) {
      undone.add(key, .bool(false), Self.cutting)
    }
    for key in ["do_pad", "do_flip_channel_order"] where json[key] == .bool(true) {
      undone.add(key, .bool(true), "images are not")
    }
    let crop = json["do_center_crop"] == .bool(false) ? nil : json["crop_size"]
    let sides = try [("crop_size", crop), ("size", json["size"])].compactMap { key, value in
      try side(value?["shortest_edge"] ?? value?["height"] ?? (value?.object == nil ? value : nil), key)
    }
    found["size"] = sides.first
    // transformers resizes to a height and a width, where it is given both, whatever an image's own are.
    if let size = json["size"], size["height"] != nil, size["width"] != nil, json["do_resize"] != .bool(false)
    {
      undone.add("size", size, Self.cutting)
    }
    if let crop, let height = crop["height"], let width = crop["width"], height != width {
      undone.add("crop_size", crop, Self.cutting)
    }
    if sides.count == 2, sides[0] != sides[1], let size = json["size"] {
      undone.add("size", size, "images are resized to the size of the crop, \(sides[0].canonical)")
    }
    return (undone.values(with: found), undone.remarks)
  }

  /// x·factor, then (x − mean)/std, of bytes x, as mean and std of pixels of [0, 1].
  private func normalization(_ json: JSONValue) throws -> [String: JSONValue] {
    var factor = 1.0
    if let value = json["rescale_factor"], value != .null {
      guard let number = value.number, number > 0, number.isFinite else {
        throw bad("rescale_factor", value, "a number above 0")
      }
      factor = number * 255
    }
    if json["do_rescale"] == .bool(false) { factor = 255 }
    if abs(factor - 1) < 1e-6 { factor = 1 }
    var (mean, std) = (try channels(json, "image_mean"), try deviations(json, "image_std"))
    if json["do_normalize"] == .bool(false) { (mean, std) = ([0, 0, 0], [1, 1, 1]) }
    var found: [String: JSONValue] = [:]
    guard factor != 1 else {
      found["mean"] = try bounded(mean, "image_mean", -10...10)
      found["std"] = try bounded(std, "image_std", 1e-6...10)
      return found
    }
    // Where they are absent, a CLIP's.
    found["mean"] = scaled(mean ?? [0.481_454_66, 0.457_827_5, 0.408_210_73], by: factor)
    found["std"] = scaled(std ?? [0.268_629_54, 0.261_302_58, 0.275_777_11], by: factor)
    do {
      _ = try bounded(found["mean"], "image_mean", -10...10)
      _ = try bounded(found["std"], "image_std", 1e-6...10)
    } catch {
      throw bad(
        "rescale_factor", json["rescale_factor"] ?? .null,
        "a factor after which `image_mean` is from -10 to 10 and `image_std` from 1e-6 to 10, for pixels of [0, 1]"
      )
    }
    return found
  }

  /// Within what a config's `preprocessing` may be.
  private func bounded(_ list: JSONValue?, _ key: String, _ range: ClosedRange<Double>) throws -> JSONValue? {
    guard let list else { return nil }
    guard list.array?.allSatisfy({ $0.number.map(range.contains) ?? false }) == true else {
      throw bad(key, list, "numbers from \(range.lowerBound) to \(range.upperBound), for pixels of [0, 1]")
    }
    return list
  }

  private func scaled(_ list: JSONValue, by factor: Double) -> JSONValue {
    .array((list.array ?? []).map { .number(($0.number ?? 0) / factor) })
  }

  /// Three numbers, one a channel.
  private func channels(_ json: JSONValue, _ key: String) throws -> JSONValue? {
    guard let value = json[key], value != .null else { return nil }
    guard let items = value.array, items.count == 3, items.allSatisfy({ $0.number?.isFinite == true }) else {
      throw bad(key, value, "three numbers, one per channel")
    }
    return value
  }

  private func deviations(_ json: JSONValue, _ key: String) throws -> JSONValue? {
    guard let value = try channels(json, key) else { return nil }
    guard value.array?.allSatisfy({ $0.number ?? 0 > 0 }) == true else {
      throw bad(key, value, "three numbers above 0, one per channel")
    }
    return value
  }

  private func side(_ value: JSONValue?, _ key: String) throws -> JSONValue? {
    guard let value = value?.array?.first ?? value, value != .null else { return nil }
    guard let number = value.integer, number >= 1 else { throw bad(key, value, "an integer of at least 1") }
    return .number(Double(number))
  }
}
