import Declarations
import Encoders
import Foundation
import Kernels
import TestSupport
import Testing

@Suite("Damaged weights")
struct WeightMutationTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test("a mutated file gives embeddings or a failure that names it")
  func mutations() throws {
    let tower = VisionTransformer(image: 8, patch: 8, width: 4, layers: 1, heads: 1, embedding: 3)
    let plain = try WeightFiles.tensors(tower.layout, prefix: "visual.")
    let originals = [WeightFiles.bytes(plain), WeightFiles.bytes(plain.flatMap(WeightFiles.huggingFace))]
    let path = folder.path + "/w.safetensors"
    let sizes: [String: JSONValue] = [
      "architecture": "vit", "image": 8, "patch": 8, "width": 4, "layers": 1, "heads": 1, "embedding": 3,
      "weights": .string(path), "data": Tiny.data("noise-images", count: 2, ["size": 8]),
    ]
    var mutator = Mutator(state: 11)
    var (whole, refused) = (0, 0)
    for round in 0..<4000 {
      _ = try folder.write(mutator.change(originals[round % 2]))
      do {
        _ = try run(.`init`, "encoder", sizes, jobs: 1)
        whole += 1
      } catch let failure as any Failure {
        #expect(failure.kind == .invalidInput && !failure.message.isEmpty)
        refused += 1
      }
    }
    #expect(whole > 100 && refused > 1000, "\(whole) whole, \(refused) refused")
  }
}

/// Damage to a safetensors file: half of it in the numbers of its header.
private struct Mutator {
  var state: UInt64

  private mutating func next(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % max(1, bound)
  }

  mutating func change(_ file: [UInt8]) -> [UInt8] {
    next(2) == 0 ? changeBytes(file) : changeHeader(file)
  }

  private mutating func changeBytes(_ file: [UInt8]) -> [UInt8] {
    var bytes = file
    for _ in 0...next(3) where !bytes.isEmpty {
      let place = next(bytes.count)
      switch next(5) {
      case 0: bytes[place] ^= 1 << UInt8(next(8))
      case 1: bytes[place] = UInt8(next(256))
      case 2: bytes.remove(at: place)
      case 3: bytes.insert(bytes[place], at: place)
      default: if next(8) == 0 { bytes.removeLast(bytes.count - place) }
      }
    }
    return bytes
  }

  /// Puts other text in the place of a number or a letter, and mends the header's length.
  private mutating func changeHeader(_ file: [UInt8]) -> [UInt8] {
    let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    var header = Array(file[8..<8 + length])
    let texts = [
      "0", "1", "4", "-1", "1e3", "1.5", "9223372036854775807", "-9223372036854775808",
      "18446744073709551616",
      "[]", "null", "\"F16\"", "3,3", "", "x",
    ]
    for _ in 0...next(2) {
      let places = header.indices.filter { next(2) == 0 && header[$0] > 0x2f && header[$0] < 0x3a }
      let place = places.isEmpty || next(4) == 0 ? next(header.count) : places[next(places.count)]
      header.replaceSubrange(place...place, with: Array(texts[next(texts.count)].utf8))
    }
    return WeightFiles.bytes(String(decoding: header, as: UTF8.self), Array(file[(8 + length)...]))
  }
}
