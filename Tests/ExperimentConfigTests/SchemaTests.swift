import ConfigSupport
import Declarations
import ExperimentConfig
import Foundation
import Stages
import Testing

/// Python's jsonschema, where this machine has it: `MODGAP_PYTHON`, else `python3`.
enum PythonSchema {
  static let python = ProcessInfo.processInfo.environment["MODGAP_PYTHON"] ?? "python3"

  static let isPresent = (try? output(of: ["-c", "import jsonschema; print('yes')"])) == "yes\n"

  static let missing: Comment = "python3 has no jsonschema (MODGAP_PYTHON names another python)"

  static func output(of arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }

  static let script = """
    import json, sys
    from jsonschema import Draft7Validator
    schema = json.load(open(sys.argv[1]))
    Draft7Validator.check_schema(schema)
    validator = Draft7Validator(schema)
    for text in json.load(open(sys.argv[2])):
        print(validator.is_valid(json.loads(text)))
    """

  /// Whether each text is valid by the schema.
  static func judge(_ texts: [String]) throws -> [Bool] {
    let folder = try ConfigFolder()
    try folder.write(Schema(grammar).json.pretty, to: "schema.json")
    try folder.write(JSONValue.array(texts.map { .string($0) }).canonical, to: "texts.json")
    return try output(of: ["-c", script, "\(folder.path)/schema.json", "\(folder.path)/texts.json"])
      .split(separator: "\n").map { $0 == "True" }
  }
}

/// The schema and the validator agree on one corpus of good and bad configs.
@Suite struct SchemaTests {
  @Test(.enabled(if: PythonSchema.isPresent, PythonSchema.missing))
  func acceptsWhatIsValid() throws {
    let verdicts = try PythonSchema.judge(GoodConfig.all.map(\.text))
    try #require(verdicts.count == GoodConfig.all.count)
    for (config, isValid) in zip(GoodConfig.all, verdicts) { #expect(isValid, "\(config.name)") }
  }

  @Test(.enabled(if: PythonSchema.isPresent, PythonSchema.missing))
  func refusesWhatItCanSee() throws {
    let configs = BadConfig.all.filter { $0.schema != .unreadable }
    let verdicts = try PythonSchema.judge(configs.map(\.text))
    try #require(verdicts.count == configs.count)
    for (config, isValid) in zip(configs, verdicts) {
      #expect(isValid == (config.schema == .blind), "\(config.title)")
    }
  }

  @Test func theCommittedSchemaIsTheProgramsOwn() throws {
    let file = GoodConfig.root.appendingPathComponent("configs/schema/experiment.schema.json")
    #expect(
      try String(contentsOf: file, encoding: .utf8) == Schema(grammar).text,
      "modgap schema > configs/schema/experiment.schema.json")
    #expect(Schema(grammar).text.utf8.count < 1_000_000, "larger than a committed file may be")
  }

  @Test func theCommittedReferenceIsTheProgramsOwn() throws {
    let file = GoodConfig.root.appendingPathComponent("docs/reference.md")
    #expect(
      try String(contentsOf: file, encoding: .utf8)
        == Reference(grammar, transforms: stageCatalog.transforms.declarations).markdown,
      "docs/reference.md is stale: run `make docs`")
  }

  /// The page is made from stored results, which take long; which claims it has can be known without them.
  @Test func everyClaimIsOnThePageOfStatements() throws {
    let root = GoodConfig.root
    let page = try String(contentsOf: root.appendingPathComponent("docs/reproduction.md"), encoding: .utf8)
      .replacingOccurrences(of: "\\", with: "")
      // What keeps a text with @ from being a link.
      .replacingOccurrences(of: "\u{2060}", with: "")
    let configs = root.appendingPathComponent("configs")
    for name in try FileManager.default.contentsOfDirectory(atPath: configs.path)
    where name.hasSuffix(".json") {
      let text = try String(contentsOf: configs.appendingPathComponent(name), encoding: .utf8)
      for claim in try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))["claims"]?.array ?? [] {
        let says = try #require(claim["says"]?.string)
        let isThere = page.contains("| \(says) (")
        #expect(isThere, "\(name): \(says): run `make reproduce-all docs-reproduction`")
      }
    }
  }

  @Test func theReferenceNamesEveryKey() {
    let page = Reference(grammar, transforms: stageCatalog.transforms.declarations).markdown
    let sections = page.components(separatedBy: "\n### ")
    for stage in grammar.stages {
      let section = sections.first { $0.hasPrefix("`\(stage.phase.rawValue)` `\(stage.kind)`") }
      let columns = (stage.columns + stage.extraTables.flatMap(stage.columns(of:)) + stage.coordinates).map {
        column in
        if case .numbered = column.presence { "\(column.name)1" } else { column.name }
      }
      for name in stage.parameters.map(\.name) + columns {
        #expect(section?.contains("`\(name)`") == true, "\(stage.name): \(name)")
      }
    }
  }

  @Test func theSchemaDocumentsEveryParameter() {
    for signature in grammar.stages {
      for parameter in signature.parameters { #expect(!parameter.summary.isEmpty, "\(signature.name)") }
    }
  }
}
