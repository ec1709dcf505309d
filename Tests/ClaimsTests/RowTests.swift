import ClaimSupport
import Claims
import Contracts
import Declarations
import Testing

@Suite("Rows that a claim looks at")
struct RowTests {
  static let two = table(
    ["delta", "temperature", "loss"], [[0, 0.01, 1.0], [1, 0.01, 2.0], [0, 1.0, 3.0], [1, 1.0, 2.5]])
  static let argmin = #"{"of": "loss", "over": "delta", "equals": 0}"#

  @Test func anEmptySelectionIsAnErrorNeverAPass() throws {
    let verdict = try verdict("argmin", Self.argmin, on: Self.two, where: #"{"temperature": 0.02}"#)
    #expect(verdict.outcome.word == "error")
    #expect(verdict.explanation.contains("temperature = 0.02"))
    #expect(verdict.explanation.contains("temperature holds 0.01, 1"))
  }

  @Test func numbersMatchToTwelveDigits() throws {
    let table = table(["temperature", "loss"], [[.real(1.0 / 30), 5]])
    let value = #"{"of": "loss", "equals": 5}"#
    let same = try verdict("value", value, on: table, where: #"{"temperature": 0.03333333333333333}"#)
    #expect(same.outcome.word == "pass")
    let other = try verdict("value", value, on: table, where: #"{"temperature": 0.033333}"#)
    #expect(other.outcome.word == "error")
  }

  /// In a column that holds texts a number is what the config spells, never a text that reads as a near one.
  @Test(arguments: [
    ("inf", "5", false), ("nan", "5", false), ("-inf", "0", false), ("07", "7", false), ("7.0", "7", false),
    ("7", "7", true), ("7e0", "7", false), ("0.5", "0.5", true), (".5", "0.5", false),
    ("1e-07", "1e-7", true),
    ("7", "\"7\"", true), ("07", "\"07\"", true), ("7", "\"07\"", false), ("inf", "\"inf\"", true),
  ])
  func aTextIsNoNumberNearby(held: String, wanted: String, matches: Bool) throws {
    let table = table(["k", "loss"], [[.text(held), 5], ["other", 6]])
    let verdict = try verdict(
      "value", #"{"of": "loss", "equals": 5}"#, on: table, where: #"{"k": \#(wanted)}"#)
    #expect(verdict.outcome.word == (matches ? "pass" : "error"))
  }

  @Test(arguments: [Double.infinity, -.infinity])
  func nothingFiniteIsNearInfinity(held: Double) throws {
    let table = table(["k", "loss"], [[.real(held), 5], [1, 6]])
    let verdict = try verdict(
      "value", #"{"of": "loss", "equals": 5}"#, on: table, where: #"{"k": 1e300}"#)
    #expect(verdict.outcome.word == "error")
  }

  @Test func ambiguousRowsNameTheColumnsToPin() throws {
    let verdict = try verdict("argmin", Self.argmin, on: Self.two)
    #expect(verdict.outcome.word == "error")
    #expect(verdict.explanation.contains("2 rows of table t at delta = 0"))
    #expect(verdict.explanation.contains("temperature (0.01, 1.0)"))
    #expect(verdict.explanation.contains("\"where\""))
  }

  @Test func anUnknownColumnListsTheOthers() throws {
    let verdict = try verdict("value", #"{"of": "lost", "equals": 1}"#, on: Self.two)
    #expect(verdict.explanation == "table t has no column lost; its columns are delta, temperature, loss")
  }

  @Test func textIsNotANumber() throws {
    let words = table(["modality", "loss"], [["x", "high"], ["y", "low"]])
    let verdict = try verdict(
      "value", #"{"of": "loss", "equals": 1}"#, on: words, where: #"{"modality": "x"}"#)
    #expect(verdict.explanation.contains("has text, but numbers are needed"))
  }

  @Test func aGridThatDiffersBetweenReplicatesIsRefused() throws {
    let table = table(
      ["seed", "distance", "loss"], [[0, 0.81, 1.0], [0, 0.6, 2.0], [1, 0.82, 1.0], [1, 0.6, 2.1]])
    let verdict = try verdict(
      "argmin", #"{"of": "loss", "over": "distance", "equals": 0.8}"#, on: table, axes: seeds)
    #expect(verdict.outcome.word == "error")
    #expect(verdict.explanation.contains("not the same for each seed"))
  }

  /// A stage that the replicate axis does not reach has equal rows for each of its values: n is 1.
  @Test func repeatedRowsCountOnce() throws {
    let repeated = curveTable([(0, [1, 1, 1]), (1, [2, 2, 2])])
    let verdict = try verdict(
      "value", #"{"of": "loss", "equals": 2}"#, on: repeated, where: #"{"delta": 1}"#, axes: seeds)
    #expect(verdict.outcome.word == "pass")
    #expect(verdict.count == 1)
    #expect(verdict.interval == nil)
  }

  @Test func missingDataAreNotRun() throws {
    let absent = AbsentRun(values: ["set": "clip"], reason: "no features_clip.npy; make data gets it")
    let table = table(["set", "gap"], [["clasp", 1.0]])
    let value = #"{"of": "gap", "equals": 1}"#
    let gone = try verdict("value", value, on: table, where: #"{"set": "clip"}"#, absent: [absent])
    #expect(gone.outcome.word == "not-run")
    #expect(gone.explanation == absent.reason)
    let misspelt = try verdict("value", value, on: table, where: #"{"set": "clippy"}"#, absent: [absent])
    #expect(misspelt.outcome.word == "error")
    let there = try verdict("value", value, on: table, where: #"{"set": "clasp"}"#, absent: [absent])
    #expect(there.outcome.word == "pass")
  }

  @Test func emptyTables() throws {
    let verdict = try verdict("argmin", Self.argmin, on: Table([]))
    #expect(verdict.outcome.word == "error")
  }

  @Test func summariesAreTidy() throws {
    let table = table(
      ["seed", "activation", "layer", "modality", "mean"],
      [
        [0, "relu", 1, "x", 1.0], [0, "relu", 2, "x", 5.0], [1, "relu", 1, "x", 3.0],
        [1, "relu", 2, "x", 5.0],
      ])
    let axes = RunAxes(["activation", "seed"], replicates: "seed")
    let summary = try #require(summaryTable(table, axes: axes))
    #expect(
      summary.columnNames == [
        "activation", "layer", "modality", "quantity", "n", "mean", "sd", "ci95_low", "ci95_high",
      ])
    #expect(summary["n"] == .integers([2, 2]))
    #expect(summary["mean"] == .reals([2, 5]))
    #expect(summary["sd"] == .reals([(2.0).squareRoot(), 0]))
    #expect(summary["quantity"] == .texts(["mean", "mean"]))
    #expect(summaryTable(table, axes: RunAxes(["activation"])) == nil)
  }

  /// Each replicate has its own bins: there is nothing to average.
  @Test func rowsThatNoReplicatesShareHaveNoSummary() {
    let bins = table(
      ["seed", "bin_low", "pairs"], [[0, 0.1, 4], [0, 0.2, 5], [1, 0.15, 4], [1, 0.25, 6]])
    #expect(summaryTable(bins, axes: seeds) == nil)
    let repeated = table(
      ["seed", "bin_low", "pairs"], [[0, 0.1, 4], [0, 0.2, 5], [1, 0.1, 4], [1, 0.2, 5]])
    #expect(summaryTable(repeated, axes: seeds)?["n"] == .integers([1, 1]))
  }
}
