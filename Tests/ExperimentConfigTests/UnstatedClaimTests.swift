import ConfigSupport
import ExperimentConfig
import Foundation
import Testing

@Suite("What claims leave unsaid")
struct UnstatedClaimTests {
  private static func messages(_ claim: String) throws -> [String] {
    let folder = try ConfigFolder()
    try folder.write(
      """
      {"name": "t", "stages": [{"id": "s", "stage": "init", "kind": "sphere"},
        {"id": "g", "stage": "evaluate", "kind": "gap", "from": "s"}],
       "claims": [
        {"id": "c", "source": "s", "says": "x", "table": "g", \(claim)}]}
      """)
    let loader = ExperimentLoader(grammar: grammar, environment: [:])
    let (experiment, places) = try loader.loadWithPlaces("\(folder.path)/c.json")
    return experiment.unstatedClaims(grammar, places).map {
      $0.message.replacingOccurrences(of: folder.path + "/", with: "")
    }
  }

  @Test func basisAndBoundAreDemanded() throws {
    let found = try Self.messages(#""check": {"value": {"of": "l2m", "equals": 1, "within": 0.1}}"#)
    #expect(
      found == [
        "c.json:4:3: claims[0].basis: the required key \"basis\" is missing: one of \"paper\", \"notebook\", "
          + "\"derived\", \"beyond\"",
        "c.json:4:3: claims[0].bound_from: the check has the bound \"within\", so \"bound_from\" must say where it comes "
          + "from: one of \"printed-digits\", \"published-interval\", \"prediction-interval\", \"oracle-error\", \"design\"",
      ])
  }

  @Test(arguments: [
    #""basis": "paper", "check": {"value": {"of": "l2m", "equals": 1}}"#,
    #""basis": "derived", "bound_from": "oracle-error", "check": {"value": {"of": "l2m", "equals": 1, "within": 1}}"#,
    #""basis": "beyond", "bound_from": {"kind": "design", "reason": "so"}, "check": {"range": {"of": "l2m", "low": 1}}"#,
    #""basis": "paper", "bound_from": "design", "because": "so", "check": {"range": {"of": "l2m", "high": 1}}"#,
    #""basis": "notebook", "check": {"argmin": {"of": "l2m", "over": "l2i", "equals": 0}}"#,
  ]) func whatIsSaidIsEnough(claim: String) throws {
    #expect(try Self.messages(claim) == [])
  }

  @Test func equivalenceNeedsItsMargin() throws {
    let found = try Self.messages(
      #""basis": "paper", "check": {"equivalent": {"of": "l2m", "mean": 1, "interval": [0, 2]}}"#)
    #expect(found.count == 2 && found[0].contains("\"margin\" is missing"))
    #expect(found[1].hasSuffix("\"runs\" is missing, which \"interval\" needs"))
  }

  /// The project's own configs say all of it.
  @Test(arguments: GoodConfig.all.filter { $0.text.contains("\"$schema\": \"schema/") })
  func theProjectsConfigsSayIt(_ config: GoodConfig) throws {
    let folder = try ConfigFolder()
    try folder.write(config.text)
    try GoodConfigTests.writeFiles(to: folder)
    let loader = ExperimentLoader(grammar: grammar, environment: ["MODGAP_FASHION_MNIST": folder.path])
    let (experiment, places) = try loader.loadWithPlaces("\(folder.path)/c.json")
    #expect(experiment.unstatedClaims(grammar, places).map(\.message) == [])
  }
}
