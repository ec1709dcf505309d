import ConfigSupport
import Contracts
import ExperimentConfig
import ExperimentPlan
import Files
import Foundation
import Testing

/// Caches answer by key: whoever changes one without need makes every user compute everything again. What a change
/// means to alter, by a stage's `version` or a new default, is listed anew in `Corpus/Keys.txt`.
@Suite struct KeptKeysTests {
  /// The project's own configs and those of `Corpus/good`, which alone have the same text everywhere.
  private static let configs = GoodConfig.all.filter { known[$0.name] != nil }

  /// One digest of all keys of a config, by the config's name.
  private static let known: [String: String] = {
    let file = GoodConfig.here.appendingPathComponent("Corpus/Keys.txt")
    let lines = (try? String(contentsOf: file, encoding: .utf8))?.split(separator: "\n") ?? []
    return Dictionary(
      lines.filter { !$0.hasPrefix("#") }.compactMap { line in
        let words = line.split(separator: " ").map(String.init)
        return words.count == 2 ? (words[0], words[1]) : nil
      }, uniquingKeysWith: { first, _ in first })
  }()

  /// With empty files in the place of those that they name, all of one digest.
  private func digest(_ config: GoodConfig) throws -> String {
    let folder = try ConfigFolder()
    try folder.write(config.text)
    try folder.write("", to: "e.npy")
    for name in GoodConfigTests.features { try folder.write("", to: "data/features_\(name).npy") }
    var planner = Planner(try folder.load(), grammar: grammar, files: .disk.digesting { _ in "a file" })
    let keys = try planner.plan().keys()
    return Digest(of: keys.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }.joined()).hex
  }

  @Test(arguments: configs) func keysAreAsTheyWere(_ config: GoodConfig) throws {
    let found = try digest(config)
    #expect(found == Self.known[config.name], "Corpus/Keys.txt would say: \(config.name) \(found)")
  }

  @Test func thereAreConfigsToLookAt() {
    #expect(Set(Self.configs.map(\.name)) == Set(Self.known.keys) && Self.configs.count >= 20)
  }
}
