import ConfigSupport
import ExperimentConfig
import Testing

/// A config from a stranger reads no variable that is not made for configs, and publishes none.
@Suite struct EnvironmentTests {
  private static func config(_ value: String, at place: String = "path") -> String {
    let places = [
      "name": #""name": "VALUE""#, "title": #""name": "t", "title": "VALUE""#,
      "axis": #""name": "t", "matrix": {"w": ["VALUE"]}"#,
      "seed": #""name": "t", "seed": "VALUE""#,
    ]
    let head = (places[place] ?? #""name": "t""#).replacing("VALUE", with: value)
    let pairs = place == "path" ? "\"\(value)\"" : "3"
    let more = place == "axis" ? #", "spacing_degrees": "${w}""# : ""
    let id = place == "id" ? value : "s"
    return
      #"{\#(head), "stages": [{"id": "\#(id)", "stage": "init", "kind": "sphere", "with": {"pairs": \#(pairs)\#(more)}}]}"#
  }

  private func problems(
    _ text: String, _ environment: [String: String] = [:], allowed: [String] = []
  ) throws -> String {
    let folder = try ConfigFolder()
    try folder.write(text)
    return try folder.problems(environment: environment, allowed: allowed)
  }

  private static let secrets = [
    "CI_TOKEN", "AWS_SECRET_ACCESS_KEY", "PATH", "USER", "HOMES", "home", "MODGAP", "MY_MODGAP_X", "TMPDIR2",
    "XDG",
  ]

  @Test(arguments: secrets) func anyOtherNameIsRefusedAndItsValueNotShown(name: String) throws {
    for text in [
      "${env:\(name)}", "${env:\(name):-3}", "${env:MODGAP_UNSET:-${env:\(name):-3}}",
      "${env:HOME:-${env:\(name)}}",
    ] {
      let problem = try problems(Self.config(text), [name: "5", "HOME": "4"])
      #expect(problem.contains("${env:\(name)}, which configs may not read"), "\(text)")
      #expect(problem.contains("the option --env \(name)"))
      #expect(!problem.contains("5 "))
    }
    #expect(try problems(Self.config("${env:\(name)}"), [name: "5"], allowed: [name]) == "")
  }

  @Test(arguments: ["MODGAP_X", "HOME", "SCRATCH", "TMPDIR", "XDG_CACHE_HOME", "SLURM_JOB_ID"])
  func thoseMadeForItAreRead(name: String) throws {
    #expect(try problems(Self.config("${env:\(name)}"), [name: "5"]) == "")
    #expect(try problems(Self.config("${env:\(name)}", at: "seed"), [name: "5"]) == "")
    #expect(try problems(Self.config("${env:\(name)}", at: "axis"), [name: "0.5"]) == "")
  }

  /// The texts of items are drawn and printed, wherever the data are described.
  @Test func promptsHaveNone() throws {
    let folder = #"{"kind": "image-folder", "folder": ".", "prompt": "a ${env:MODGAP_X} [class]"}"#
    let stage = #"{"id": "c", "stage": "init", "kind": "clip", "with": {"preset": "mini", "data": DATA}}"#
    let inline = #"{"name": "t", "stages": [\#(stage.replacing("DATA", with: folder))]}"#
    let named =
      #"{"name": "t", "data": {"d": \#(folder)}, "stages": [\#(stage.replacing("DATA", with: "\"d\""))]}"#
    for text in [inline, named] {
      let problem = try problems(text, ["MODGAP_X": "secret5"])
      #expect(problem.contains("prompt: found ${env:MODGAP_X}, expected text without environment variables"))
      #expect(!problem.contains("secret5"))
    }
  }

  @Test(arguments: ["name", "title", "id"]) func whatIsPublishedHasNone(place: String) throws {
    for text in ["${env:MODGAP_X}", "a ${env:HOME:-b}"] {
      let problem = try problems(Self.config(text, at: place), ["MODGAP_X": "secret5", "HOME": "secret5"])
      #expect(problem.contains("text without environment variables"), "\(place)")
      #expect(!problem.contains("secret5"))
    }
  }

  @Test func theValuesOfAnAxisAreNumbers() throws {
    let problem = try problems(Self.config("${env:HOME}", at: "axis"), ["HOME": "/home/secret5"])
    #expect(problem.contains("which is neither a number"))
    #expect(!problem.contains("secret5"))
  }

  @Test func figuresAndClaimsHaveNone() throws {
    let folder = try ConfigFolder()
    try folder.write(
      #"""
      {"name": "t", "stages": [{"id": "s", "stage": "init", "kind": "sphere"}],
       "figures": [{"name": "f", "kind": "lines", "table": "s", "title": "${env:MODGAP_X}"}],
       "claims": [{"id": "c", "source": "here", "says": "${env:MODGAP_X}", "table": "s"}]}
      """#)
    let problem = try folder.problems(environment: ["MODGAP_X": "secret5"])
    #expect(problem.components(separatedBy: "text without environment variables").count == 3)
    #expect(!problem.contains("secret5"))
  }
}
