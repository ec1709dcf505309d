import Declarations
import Encoders
import Foundation
import Kernels
import TestSupport

/// A tensor as a file has it.
struct StoredTensor {
  var name: String
  var shape: [Int]
  var values: [Float]
  var type = "F32"
}

/// Files of weights, written by the tests.
enum WeightFiles {
  /// - Parameter wide: what a number of 64 bits is in the file.
  static func bytes(
    _ tensors: [StoredTensor], wide: (_ name: String, _ value: Double) -> Double = { $1 }
  ) -> [UInt8] {
    var data: [UInt8] = []
    var members: [String] = []
    for tensor in tensors {
      let start = data.count
      for value in tensor.values {
        data +=
          tensor.type == "F64"
          ? little(wide(tensor.name, Double(value)).bitPattern) : encoded(value, tensor.type)
      }
      members.append(
        #""\#(tensor.name)":{"dtype":"\#(tensor.type)","shape":\#(tensor.shape),"data_offsets":[\#(start),\#(data.count)]}"#
      )
    }
    return bytes("{\(members.joined(separator: ","))}", data)
  }

  static func bytes(_ header: String, _ data: [UInt8]) -> [UInt8] {
    little(UInt64(header.utf8.count)) + Array(header.utf8) + data
  }

  /// The file without its metadata.
  static func stripped(_ file: [UInt8]) throws -> [UInt8] {
    let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    var header = try JSONDecoder().decode(JSONValue.self, from: Data(file[8..<8 + length])).object ?? [:]
    header["__metadata__"] = nil
    return bytes(JSONValue.object(header).canonical, Array(file[(8 + length)...]))
  }

  private static func encoded(_ value: Float, _ type: String) -> [UInt8] {
    switch type {
    case "F16": little(Float16(value).bitPattern)
    case "BF16": little(UInt16(value.bitPattern >> 16))
    case "I64": little(Int64(value))
    default: little(value.bitPattern)
    }
  }

  private static func little<Bits: FixedWidthInteger>(_ bits: Bits) -> [UInt8] {
    withUnsafeBytes(of: bits.littleEndian) { Array($0) }
  }

  /// What is left of a value in a type of 16 bits.
  static func rounded(_ value: Float, _ type: String) -> Float {
    type == "F16" ? Float(Float16(value)) : Float(bitPattern: value.bitPattern & 0xffff_0000)
  }

  /// Values for every tensor of a layout, none of them special; variances are positive.
  static func tensors(_ layout: ParameterLayout, prefix: String = "") throws -> [StoredTensor] {
    try layout.tensors.map { tensor in
      let draws = try withBudget(jobs: 1) {
        try RandomStream(seed: 5, stage: "weights", name: prefix + tensor.name)
          .gaussianMatrix(rows: 1, columns: max(1, tensor.count), budget: $0).values
      }
      let isVariance = tensor.name.hasSuffix("running_var")
      return StoredTensor(
        name: prefix + tensor.name, shape: tensor.shape,
        values: draws.map { isVariance ? 0.5 + abs($0) : 0.3 * $0 })
    }
  }

  /// A whole CLIP of the tiny sizes, in OpenAI's naming.
  static func clip() throws -> [StoredTensor] {
    try tensors(Tiny.visionTower.layout, prefix: "visual.") + tensors(Tiny.textTower.layout)
      + [StoredTensor(name: "logit_scale", shape: [], values: [2.5])]
  }

  /// A tensor of OpenAI's naming as transformers' `CLIPModel` stores it.
  static func huggingFace(_ tensor: StoredTensor) -> [StoredTensor] {
    if tensor.name == "logit_scale" { return [tensor] }
    let isVisual = tensor.name.hasPrefix("visual.")
    let name = isVisual ? String(tensor.name.dropFirst(7)) : tensor.name
    if name == "proj" || name == "text_projection" {
      return [transposed(tensor, isVisual ? "visual_projection.weight" : "text_projection.weight")]
    }
    let full = (isVisual ? "vision_model." : "text_model.") + renamed(name)
    guard let place = full.range(of: "attn.in_proj_") else {
      return [StoredTensor(name: full, shape: tensor.shape, values: tensor.values)]
    }
    let third = tensor.values.count / 3
    return ["q_proj", "k_proj", "v_proj"].enumerated().map { index, part in
      StoredTensor(
        name: full[..<place.lowerBound] + "self_attn.\(part)." + full[place.upperBound...],
        shape: [tensor.shape[0] / 3] + tensor.shape.dropFirst(),
        values: Array(tensor.values[index * third..<(index + 1) * third]))
    }
  }

  private static func transposed(_ tensor: StoredTensor, _ name: String) -> StoredTensor {
    let (rows, columns) = (tensor.shape[0], tensor.shape[1])
    return StoredTensor(
      name: name, shape: [columns, rows],
      values: (0..<rows * columns).map { tensor.values[$0 % rows * columns + $0 / rows] })
  }

  private static func renamed(_ name: String) -> String {
    let whole = [
      "positional_embedding": "embeddings.position_embedding.weight",
      "class_embedding": "embeddings.class_embedding",
      "conv1.weight": "embeddings.patch_embedding.weight",
      "token_embedding.weight": "embeddings.token_embedding.weight",
    ]
    let parts = [
      ("transformer.resblocks", "encoder.layers"), ("attn.out_proj", "self_attn.out_proj"),
      ("ln_1", "layer_norm1"), ("ln_2", "layer_norm2"), ("c_fc", "fc1"), ("c_proj", "fc2"),
      ("ln_pre", "pre_layrnorm"), ("ln_post", "post_layernorm"), ("ln_final", "final_layer_norm"),
    ]
    return whole[name] ?? parts.reduce(name) { $0.replacing($1.0, with: $1.1) }
  }
}

/// A folder of the test's own, which goes when the test ends.
final class ScratchFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("modgap-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ bytes: [UInt8], _ name: String = "w.safetensors") throws -> String {
    let place = path + "/" + name
    try FileManager.default.createDirectory(
      atPath: (place as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: place))
    return place
  }

  func write(_ tensors: [StoredTensor], _ name: String = "w.safetensors") throws -> JSONValue {
    .string(try write(WeightFiles.bytes(tensors), name))
  }
}
