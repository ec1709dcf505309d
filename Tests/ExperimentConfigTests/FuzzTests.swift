import ConfigSupport
import Contracts
import ExperimentConfig
import ExperimentPlan
import Foundation
import Testing

/// SplitMix64: the same mutations on every machine.
private struct Generator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// No input, however broken, traps: it is an experiment, or a list of problems with places.
@Suite struct FuzzTests {
  private static let tokens = [
    "{", "}", "[", "]", ",", ":", "\"", "null", "true", "-1", "1e308", "0.5", "\"${t}\"", "\"${\"",
    "\"${env:X}\"",
    "\\", "\\u0000", "\u{0}", "é", "[[]]", "{\"from\": 1}", "\"s\"", "\"..\"", "\"$comment\": 1,", "\"kind\"",
    "1e999", "9007199254740993", "\"extends\": \"c.json\",", "\n", "\"seed\": [1, 1.0],",
  ]

  private static func mutate(_ bytes: [UInt8], _ random: inout Generator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      let end = min(bytes.count, place + Int.random(in: 0...40, using: &random))
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.removeSubrange(place...)
      case 2: bytes.removeSubrange(place..<end)
      case 3:
        bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
      case 4: bytes.insert(contentsOf: (tokens.randomElement(using: &random) ?? "").utf8, at: place)
      default: replaceValue(in: &bytes, near: place, &random)
      }
    }
    return bytes
  }

  /// Puts another token where a scalar stood, so that most results are still JSON.
  private static func replaceValue(in bytes: inout [UInt8], near place: Int, _ random: inout Generator) {
    guard let colon = bytes[place...].firstIndex(of: UInt8(ascii: ":")),
      let end = bytes[colon...].firstIndex(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}") })
    else { return }
    bytes.replaceSubrange((colon + 1)..<end, with: (tokens.randomElement(using: &random) ?? "").utf8)
  }

  @Test(arguments: ["example.json", "comments.json", "references.json"]) func mutationsNeverTrap(
    _ name: String
  ) throws {
    let original = Array(try #require(GoodConfig.all.first { $0.name == name }).text.utf8)
    let folder = try ConfigFolder()
    try folder.write("", to: "data/features_clip.npy")
    var random = Generator(state: 2022)
    var valid = 0
    for _ in 0..<3000 {
      let bytes = Self.mutate(original, &random)
      try folder.write(Data(bytes))
      do {
        var planner = Planner(try folder.load(), grammar: grammar)
        _ = try planner.plan().keys()
        valid += 1
      } catch let error as ConfigError {
        let isPlaced = error.issues.allSatisfy { issue in
          issue.position.map { $0.line > 0 && $0.column > 0 } ?? false
        }
        #expect(!error.issues.isEmpty && isPlaced, "\(String(decoding: bytes, as: UTF8.self))")
      }
    }
    #expect(valid > 10 && valid < 2900)
  }

  @Test func settingsNeverTrap() throws {
    let folder = try ConfigFolder()
    try folder.write(try #require(GoodConfig.all.first { $0.name == "comments.json" }).text)
    var random = Generator(state: 7)
    let paths = [
      "name", "seed", "matrix", "matrix.seed", "matrix.seed[0]", "stages", "stages[0]", "stages.s.with",
      "data",
      "data.noise", "figures[0].where", "claims[0].check", "stages[99999999999999999999]", "stages[-1].id",
      "a.b.c",
      "stages.mlp.with.inputs.count", "$comment", "extends", "stages.s.from",
    ]
    for _ in 0..<1500 {
      let argument =
        "\(paths.randomElement(using: &random) ?? "")=\(Self.tokens.randomElement(using: &random) ?? "")"
      do {
        _ = try folder.load(sets: [argument])
      } catch let error as ConfigError {
        #expect(error.issues.allSatisfy { $0.position != nil }, "\(argument)")
      } catch is OverrideError {
      }
    }
  }
}
