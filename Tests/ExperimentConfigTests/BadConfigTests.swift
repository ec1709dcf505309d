import ConfigSupport
import Contracts
import ExperimentConfig
import Foundation
import Testing

/// Error messages are part of the interface: each is held to its exact words.
@Suite struct BadConfigTests {
  /// What stands in the place of the corpus's lists: these, in this order, and whatever comes to be added.
  @Test(arguments: [
    ("<kinds of init>", "embeddings, mlp, clip, dual-encoder, encoder, sphere"),
    ("<kinds of figure>", "lines, intervals, scatter, histogram, arrows, sphere, panels"),
    ("<checks>", "argmax, argmin, equivalent, greater, local-minima, monotone, range, ratio, value"),
    ("<architectures>", "resnet18, resnet50, vit, text, sequence, video"),
    (
      "<keys of a tower of two>",
      "activation, architecture, context, frames, heads, image, layers, norm_epsilon, patch, pooling, prefix, "
        + "preprocessing, preset, temporal_layers, vocabulary, weights, width"
    ),
    (
      "<kinds of data>",
      "captioned-images, cifar, coco, gaussian, idx, image-folder, moving-shapes, noise-images, openclipart, proteins, "
        + "random-tokens, shapes, tensors"
    ),
  ])
  func noKindIsMissingInItsList(placeholder: String, known: String) {
    let words = BadConfig.listing(placeholder).components(separatedBy: ", ")
    let expected = known.components(separatedBy: ", ")
    #expect(words.filter(expected.contains) == expected)
  }

  @Test(arguments: BadConfig.all) func saysAllThatIsWrong(_ config: BadConfig) throws {
    let folder = try ConfigFolder()
    for (name, text) in config.files { try folder.write(text, to: name) }
    #expect(try folder.problems(environment: config.environment, sets: config.sets) == config.error)
  }

  @Test func titlesAreTheirOwn() {
    #expect(Set(BadConfig.all.map(\.title)).count == BadConfig.all.count)
    #expect(BadConfig.all.count >= 200)
  }

  @Test func aFileOf100MBIsRefusedUnread() throws {
    let folder = try ConfigFolder()
    try folder.write("{")
    let handle = try #require(FileHandle(forWritingAtPath: "\(folder.path)/c.json"))
    try handle.truncate(atOffset: 100 << 20)
    try handle.close()
    #expect(
      try folder.problems()
        == "c.json:1:1: found a file of more than 8 MB, expected a config of at most 8 MB")
  }

  @Test(arguments: ["[", "{\"a\":"]) func nestingOf10_000IsRefused(_ opening: String) throws {
    let folder = try ConfigFolder()
    let closing = opening == "[" ? "]" : "}"
    let nested = String(repeating: opening, count: 10_000) + "1" + String(repeating: closing, count: 10_000)
    try folder.write("{\"name\": \(nested)}")
    let column = 10 + 100 * opening.count
    #expect(
      try folder.problems()
        == "c.json:1:\(column): found lists and objects nested more than 100 deep, expected at most 100 levels"
    )
  }

  @Test func aFolderOrNothingIsNoConfig() throws {
    let folder = try ConfigFolder()
    try folder.write("", to: "sub/x")
    #expect(
      try folder.problems("sub") == "sub:1:1: found the folder sub, expected the config of an experiment")
    #expect(
      try folder.problems("none.json")
        == "none.json:1:1: found no file none.json, expected the config of an experiment")
  }

  @Test func bytesThatAreNotUTF8() throws {
    let folder = try ConfigFolder()
    try folder.write(Data("{\"name\": \"a".utf8) + [0xff, 0x22, 0x7d])
    #expect(try folder.problems() == "c.json:1:10: name: found a string that is not UTF-8, expected UTF-8")
    try folder.write(Data("{\"name\": ".utf8) + [0xff, 0x7d])
    #expect(try folder.problems() == "c.json:1:10: name: found the byte 0xff, expected a JSON value")
    try folder.write(try #require("{\"name\": \"t\"}".data(using: .utf16)))
    #expect(try folder.problems() == "c.json:1:1: found the byte 0xff, expected a JSON value")
  }

  @Test func aChainOfConfigsEnds() throws {
    let folder = try ConfigFolder()
    for index in 0..<20 { try folder.write("{\"extends\": \"\(index + 1).json\"}", to: "\(index).json") }
    #expect(
      try folder.problems("0.json")
        == "15.json:1:13: extends: found more than 16 configs that extend each other, expected at most 16")
  }

  @Test func thousandsOfProblemsAreCut() throws {
    let folder = try ConfigFolder()
    let keys = (0..<5000).map { "\"k\($0)\": 1" }.joined(separator: ",")
    try folder.write("{\"name\": \"t\", \(keys)}")
    let lines = try folder.problems().split(separator: "\n")
    #expect(lines.count == 201)
    #expect(lines.last == "… and 4801 more")
  }

  @Test func longValuesAreCut() throws {
    let folder = try ConfigFolder()
    try folder.write("{\"name\": \"\(String(repeating: "x", count: 1 << 20))\", \"stages\": []}")
    #expect(try folder.problems().utf8.count < 1000)
  }

  @Test func aFileThatIsTooLargeIsNotExtended() throws {
    let folder = try ConfigFolder()
    try folder.write(#"{"extends": "b.json"}"#)
    try folder.write(String(repeating: " ", count: 9 << 20), to: "b.json")
    #expect(
      try folder.problems()
        == "c.json:1:13: extends: found a file of more than 8 MB, expected a config of at most 8 MB")
  }

  @Test(arguments: ["seed", "=3", ".=3", "a..b=1", ""]) func anArgumentOfSetWithoutAPath(
    _ argument: String
  ) {
    #expect(throws: OverrideError.self) { try Override(argument) }
  }
}
