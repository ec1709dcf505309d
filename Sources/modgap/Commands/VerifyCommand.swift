import Claims
import Contracts
import Declarations
import Figures
import Files
import Foundation
import Runner
import Storage

extension Command {
  static let verify = Command(
    name: "verify",
    summary: "judges every claim by the stored results: the paper's value, ours, n, interval, verdict",
    usage: "CONFIG [--json] [--junit FILE] [--markdown FILE]",
    examples: [
      ("modgap verify configs/figure3.json", "a table on the terminal; exit status 2 if a claim fails"),
      ("modgap verify figure3 --junit junit.xml", "for a CI job that shows test results"),
    ],
    options: [
      CommonOptions.set, CommonOptions.env, CommonOptions.results, CommonOptions.json,
      .value("--junit", "FILE", "write the verdicts as JUnit XML"),
      .value("--markdown", "FILE", "write the verdicts as Markdown"),
      .value("--accept", "FILE", "write the numbers as the reference for a later diff"),
    ]
  ) { arguments in
    let loaded = try arguments.load()
    let results = try StoredResults(
      loaded.plan, resultsRoot: arguments.resultsRoot, recipe: arguments.recipe(loaded.config))
    if let warning = results.folder.warning { Terminal.err("modgap: " + warning) }
    let verdicts = results.verdicts()
    let report = results.report(verdicts)
    if let path = arguments.value("--junit") {
      try GivenFile.write(junitReport(report), to: path)
    }
    if let path = arguments.value("--markdown") {
      try GivenFile.write(markdownReport(report), to: path)
    }
    if let path = arguments.value("--accept") {
      try GivenFile.write(CSV.encode(accepted(verdicts)), to: path)
    }
    if arguments.has("--json") {
      try Terminal.out(verdictsJSON(verdicts, command: report.command))
    } else {
      let color = Terminal.hasColor(Terminal.outputIsTerminal)
      try Terminal.out(terminalTable(verdicts, color: color, command: report.command))
      try Terminal.out(recomputing(verdicts, report.command))
    }
    return status(verdicts)
  }

  /// What a regression compares: `modgap diff results/reference/NAME.csv results/NAME/verdicts.csv`.
  private static func accepted(_ verdicts: [Verdict]) -> Table {
    Table([
      Table.NamedColumn("id", .texts(verdicts.map(\.id))),
      Table.NamedColumn("verdict", .texts(verdicts.map(\.outcome.word))),
      Table.NamedColumn("number", .reals(verdicts.map { $0.number ?? .nan })),
      Table.NamedColumn("n", .integers(verdicts.map(\.count))),
    ])
  }

  /// The command that computes each number again, with the claims it stands behind.
  private static func recomputing(_ verdicts: [Verdict], _ command: (Verdict) -> ShellCommand) -> String {
    var claims: [String: [String]] = [:]
    for verdict in verdicts { claims[command(verdict).text, default: []].append(verdict.id) }
    let lines = claims.sorted { $0.key < $1.key }.map {
      "  \($0.key)\n      \($0.value.joined(separator: ", "))\n"
    }
    return lines.isEmpty ? "" : "\nto recompute the number of a claim:\n" + lines.joined()
  }

  /// 2 where a claim is not borne out, 3 where none could be decided.
  static func status(_ verdicts: [Verdict]) -> Int32 {
    if verdicts.contains(where: \.isFailure) { return 2 }
    return VerdictCounts(verdicts).judged == 0 ? FailureKind.nothingEvaluated.rawValue : 0
  }

  static let report = Command(
    name: "report",
    summary: "writes report.html, report.md, junit.xml and verdicts.csv again from the stored results",
    usage: "CONFIG",
    examples: [
      ("modgap report configs/figure3.json", "results/figure3/report.html and the other report files")
    ],
    options: [CommonOptions.set, CommonOptions.env, CommonOptions.results]
  ) { arguments in
    let loaded = try arguments.loadOrTell(toRun: false)
    let results = try StoredResults(
      loaded.plan, resultsRoot: arguments.resultsRoot, recipe: arguments.recipe(loaded.config))
    let verdicts = try results.writeReports(timeout: RunOptions(jobs: 1).leaseTimeout) { Terminal.err($0) }
    try Terminal.out("\(results.folder.path)/report.html\n")
    return status(verdicts)
  }

  static let why = Command(
    name: "why",
    summary: "shows why a stage is or was computed: which value changed, from what to what, at which line",
    usage: "CONFIG STAGE",
    examples: [
      ("modgap why configs/figure3.json loss", "after an edit: what the next run would compute, and why"),
      ("modgap why figure3 loss", "the same, by the experiment's name"),
    ],
    options: [CommonOptions.set, CommonOptions.env, CommonOptions.results]
  ) { arguments in
    guard arguments.positional.count == 2 else {
      throw UsageError.wrongCount(
        found: arguments.positional.count, expected: "a config and a stage's id", command: "why")
    }
    let loaded = try arguments.load()
    let status = try PlanStatus(loaded.plan, resultsRoot: arguments.resultsRoot)
    let folder = ResultsFolder(root: arguments.resultsRoot, experiment: loaded.experiment.name)
    let previous = (try? Manifest.read(in: folder, ResultsFolder.previousManifestFile))?.results ?? [:]
    let why = Why(status: status, places: loaded.places, previous: previous)
    for paragraph in try why.explain(stage: arguments.positional[1]) { try Terminal.out(paragraph + "\n") }
    return 0
  }
}
