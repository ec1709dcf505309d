import DataCatalog
import Declarations
import Execution
import Figures
import Files
import Foundation
import Regression
import Runner

extension Command {
  static let nightly = Command(
    name: "nightly",
    summary:
      "runs every experiment, compares its numbers with those last accepted, and tests the program's own promises",
    usage: "[CONFIG|FOLDER…] [--accept | --calibrate] [options]",
    examples: [
      ("modgap nightly", "all of configs/, the whole one of configs/full where there is one"),
      (
        "modgap nightly configs/figure3.json --junit night.xml --markdown night.md",
        "one experiment, for a CI job"
      ),
      ("modgap nightly --accept", "takes tonight's numbers as the reference, and prints what that changes"),
      ("modgap nightly --resume-test --invariance", "only whether runs give the same bytes"),
    ],
    options: [
      CommonOptions.env, CommonOptions.set, CommonOptions.results, CommonOptions.jobs, CommonOptions.json,
      CommonOptions.reference,
      .flag("--accept", "write tonight's numbers into the reference, and print what that changes"),
      .flag(
        "--calibrate",
        "make tolerances (30 legal roundings, every OpenBLAS kernel) and the canary's reference"),
      .value("--audit", "PERCENT", "the share of cached stages that are computed again (default: 5%)"),
      .flag("--resume-test", "only kill and resume a small experiment"),
      .flag("--invariance", "only run it with other threads, in another order, with every OpenBLAS kernel"),
      .value(
        "--skip", "PART", "leave out canary, audit, resume-test, invariance or confirm (repeatable)",
        repeats: true),
      .value("--date", "YYYY-MM-DD", "the night's day, from which its seeds come (default: today, UTC)"),
      .value("--numbers", "FILE", "only write the numbers of what is not trained, and judge nothing"),
      .flag("--annotations", "print GitHub annotations (default where GITHUB_ACTIONS is set)"),
      .value("--junit", "FILE", "write the night as JUnit XML"),
      .value("--markdown", "FILE", "write the night as Markdown, for a step summary"),
    ]
  ) { arguments in
    try KernelTrust().check { Terminal.err("modgap: " + $0) }
    let options = try NightOptions(arguments)
    let interruption = Interruption(resumeCommand: ShellCommand(CommandLine.arguments))
    do {
      return try NightlyCommand(arguments, options, interruption.cancellation).run()
    } catch is Cancelled {
      interruption.tellHowToResume()
      return interruption.exitStatus ?? FailureKind.leaseTimeout.rawValue
    }
  }
}

private struct NightlyCommand {
  private let arguments: Arguments
  private let options: NightOptions
  private let night: Night

  init(_ arguments: Arguments, _ options: NightOptions, _ cancellation: Cancellation) {
    (self.arguments, self.options) = (arguments, options)
    night = Night(arguments, options, cancellation)
  }

  func run() throws -> Int32 {
    if let file = arguments.value("--numbers") {
      try GivenFile.write(Calibration(night: night).untrainedNumbers(), to: file)
      return 0
    }
    if arguments.has("--accept") || arguments.has("--calibrate") { return try accept() }
    let printer = NightPrinter(result: try night.run(), options: options)
    if arguments.has("--json") { try Terminal.out(printer.json) } else { try Terminal.out(printer.text) }
    if arguments.has("--annotations") || ProcessInfo.processInfo.environment["GITHUB_ACTIONS"] == "true" {
      for line in printer.annotations { Terminal.err(line) }
    }
    try write(printer)
    return printer.exitStatus
  }

  private func write(_ printer: NightPrinter) throws {
    let facts = printer.facts
    if let path = arguments.value("--junit") {
      try GivenFile.write(nightJUnit(printer.result.endings.map(\.report), facts), to: path)
    }
    if let path = arguments.value("--markdown") { try GivenFile.write(nightMarkdown(facts), to: path) }
  }

  /// Tonight's numbers become the reference. Tolerances stay those of the last calibration, unless this is one.
  private func accept() throws -> Int32 {
    let runs = try night.configs()
    let outcome = try night.night.run(runs, root: options.root)
    let calibrated =
      arguments.has("--calibrate") ? try Calibration(night: night).experiments(outcome.numbers, runs) : [:]
    var lines: [String] = []
    for numbers in outcome.numbers {
      let before = try options.reference.numbers(of: numbers.experiment) ?? []
      let now = calibrated[numbers.experiment] ?? numbers.numbers.withTolerances(of: before)
      lines += try ReferenceDifference(from: before, to: now).lines
      try options.reference.write(numbers, now)
    }
    try NightInputs.accept(outcome.numbers, options)
    if arguments.has("--calibrate"), options.parts.contains(.canary), Paths.isRegular(Canary.config) {
      try Calibration(night: night).canary()
    }
    try Terminal.out(lines.map { $0 + "\n" }.joined())
    let errors =
      outcome.endings.compactMap(\.error)
      + outcome.endings.compactMap { try? $0.summary.get() }.flatMap(\.errors)
    return runStatus(errors: errors, verdicts: [])
  }
}

extension [ReferenceNumber] {
  /// Those of the same number, where it is still of the same kind.
  fileprivate func withTolerances(of before: [ReferenceNumber]) -> [ReferenceNumber] {
    let known = Dictionary(before.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    return map { number in
      guard let old = known[number.key], old.kind == number.kind else { return number }
      var number = number
      (number.tolerance, number.toleranceSource) = (old.tolerance, old.toleranceSource)
      (number.margin, number.change) = (old.margin ?? number.margin, old.change ?? number.change)
      return number
    }
  }
}

extension NightPrinter {
  var facts: NightFacts {
    let red = result.findings.filter { $0.level == .red }
    let names = result.numbers.map(\.experiment)
    let experiments = names.map { name -> NightFacts.Test in
      let own = red.filter { $0.key.experiment.isExactly(name) }
      return NightFacts.Test(
        suite: "nightly", name: "numbers of \(name)",
        problem: own.isEmpty ? nil : own.map(Self.line).joined(separator: "\n"),
        isError: own.contains(where: \.isError))
    }
    let others = red.filter { !names.containsExactly($0.key.experiment) }.map {
      NightFacts.Test(
        suite: "nightly", name: $0.key.description, problem: Self.line($0), isError: $0.isError)
    }
    let tests = result.selfTests.map {
      NightFacts.Test(suite: "self-tests", name: $0.name, problem: $0.problem)
    }
    let audit = result.audit.map { audit in
      [
        NightFacts.Test(
          suite: "self-tests", name: "audit of \(audit.audited) stages",
          problem: result.irreproducible.isEmpty ? nil : result.irreproducible.joined(separator: "\n"))
      ]
    }
    return NightFacts(
      title: "Night of \(options.date.text)", summary: summary, head: Self.head, rows: rows,
      sections: sections,
      tests: experiments + others + tests + (audit ?? []))
  }
}
