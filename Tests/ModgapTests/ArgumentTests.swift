import Declarations
import Foundation
import Testing
import modgap

@Suite struct ArgumentTests {
  private static let options: [Option] = [
    .flag("--quiet", "say little"), .flag("--all", "everything"), .value("--jobs", "N", "threads"),
    .value("--set", "PATH=VALUE", "change a value", repeats: true),
  ]

  private func parse(_ arguments: [String]) throws -> Arguments {
    try Arguments(arguments, command: "toy", options: Self.options)
  }

  private func failure(_ arguments: [String]) -> String {
    do {
      _ = try parse(arguments)
      return "no failure"
    } catch { return error is UsageError ? (error as? UsageError)?.message ?? "" : "\(error)" }
  }

  /// Values that look like options, are empty or have `=` in them.
  private static let texts = ["a.json", "-", "", "x=y", "=", "é", "e\u{301}", "--", "-7", "--quiet", "a b"]

  @Test(arguments: 0..<200) func whatIsGivenInAnyOrderIsFound(seed: UInt64) throws {
    var numbers = Draws(seed)
    var given: [[String]] = []
    let positional = (0..<numbers.below(4)).map { _ in Self.texts[numbers.below(7)] }
    given += positional.map { [$0] }
    let sets = (0..<numbers.below(4)).map { _ in Self.texts[numbers.below(Self.texts.count)] }
    given += sets.map { numbers.below(2) == 0 ? ["--set", $0] : ["--set=\($0)"] }
    let isQuiet = numbers.below(2) == 0
    if isQuiet { given.append(["--quiet"]) }
    let jobs = numbers.below(2) == 0 ? numbers.below(9) + 1 : nil
    if let jobs { given.append(["--jobs", "\(jobs)"]) }
    // Options among themselves in any order; what repeats, and what is positional, in its own.
    let places = given.indices.map { ($0, numbers.below(1 << 20)) }
    let order = places.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
    let shuffled = order.map { given[$0] }
    let found = try parse(shuffled.flatMap { $0 })
    #expect(found.positional == shuffled.filter { $0.count == 1 && positional.contains($0[0]) }.map { $0[0] })
    let inOrder = shuffled.filter { $0[0].hasPrefix("--set") }
    #expect(found.all("--set") == inOrder.map { $0.count > 1 ? $0[1] : String($0[0].dropFirst(6)) })
    #expect(found.has("--quiet") == isQuiet && !found.has("--all"))
    #expect(try found.integer("--jobs", in: 1...9) == jobs)
  }

  @Test func behindTwoDashesNothingIsAnOption() throws {
    let found = try parse(["--quiet", "--", "--jobs", "--", "-x"])
    #expect(found.positional == ["--jobs", "--", "-x"] && found.has("--quiet") && !found.has("--jobs"))
  }

  @Test(arguments: [
    (["--job", "2"], "there is no option --job (did you mean --jobs?); see modgap toy --help"),
    (["-q"], "there is no option -q"), (["--jobs"], "--jobs needs a value: --jobs N"),
    (["--quiet=yes"], "--quiet takes no value"), (["--jobs=1", "--jobs", "2"], "--jobs is given twice"),
    (["--quiet", "--quiet"], "--quiet is given twice"),
  ]) func mistakesAreNamed(arguments: [String], says: String) {
    #expect(failure(arguments).hasPrefix("toy: " + says), "\(failure(arguments))")
  }

  @Test(arguments: ["", "x", "0", "17", "1.5", "1e1", "99999999999999999999", "٣"])
  func aNumberIsInItsRange(text: String) throws {
    let found = try parse(["--jobs", text])
    let wrong = #expect(throws: UsageError.self) { try found.integer("--jobs", in: 1...16) }
    #expect(wrong?.message == "toy: --jobs: found \"\(text)\", expected an integer from 1 to 16")
  }

  @Test func oneArgumentIsOne() throws {
    #expect(try parse(["a"]).single("one config") == "a")
    for arguments in [[], ["a", "b"]] {
      let wrong = #expect(throws: UsageError.self) { try parse(arguments).single("one config") }
      #expect(wrong?.message.contains("expected one config") == true)
    }
  }
}

/// Numbers that look random and are the same in every run.
private struct Draws {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % bound
  }
}

/// What every command of the program has.
@Suite struct CommandTests {
  private static let names = Command.all.map(\.name)

  private func command(_ name: String) throws -> Command {
    try #require(Command.all.first { $0.name == name })
  }

  @Test func namesAreOneEach() {
    #expect(Set(Self.names).count == Self.names.count)
    #expect(Command.all.allSatisfy { !$0.summary.isEmpty && !$0.examples.isEmpty })
  }

  @Test(arguments: names) func itsOptionsAreNamedOnceAndExplained(name: String) throws {
    let options = try command(name).options
    #expect(Set(options.map(\.name)).count == options.count)
    #expect(options.allSatisfy { $0.name.hasPrefix("--") && !$0.help.isEmpty && $0.value?.isEmpty != true })
    let help = try command(name).help
    #expect(options.allSatisfy { help.contains("  \($0.name)") && help.contains($0.help) })
  }

  /// Without what the shell does with the output.
  @Test(arguments: names) func itsExamplesAreItsOwn(name: String) throws {
    for (line, what) in try command(name).examples {
      let start = try #require(line.range(of: "modgap \(name)"), "\(line)")
      let end = line[start.upperBound...].firstIndex { "|>)".contains($0) } ?? line.endIndex
      let arguments = line[start.upperBound..<end].split(separator: " ").map(String.init)
      #expect(!what.isEmpty)
      #expect(throws: Never.self, "\(line)") {
        try Arguments(arguments, command: name, options: command(name).options)
      }
    }
  }
}
