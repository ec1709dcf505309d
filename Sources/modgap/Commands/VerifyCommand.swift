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
    usage: "CONFIG|FOLDER… [--json] [--junit FILE] [--markdown FILE]",
    examples: [
      ("modgap verify configs/figure3.json", "a table on the terminal; exit status 2 if a claim fails"),
      (
        "modgap verify configs --junit junit.xml",
        "all configs of a folder, for a CI job that shows test results"
      ),
    ],
    options: [
      CommonOptions.set, CommonOptions.env, CommonOptions.results, CommonOptions.json,
      CommonOptions.junit, CommonOptions.markdown,
    ]
  ) { arguments in
    let judged = try arguments.configs().map { try judging($0, arguments) }
    try arguments.writeReports(judged.map(\.report))
    try show(judged.map(\.report), arguments)
    let errors = judged.compactMap(\.failure)
    return errors.isEmpty
      ? status(judged.flatMap(\.report.verdicts)) : runStatus(errors: errors, verdicts: [])
  }

  private static func show(_ reports: [Report], _ arguments: Arguments) throws {
    let isSeveral = arguments.namesSeveral
    if arguments.has("--json") {
      let objects = reports.map { verdictsJSON($0.verdicts, command: $0.command) }
      guard isSeveral else { return try Terminal.out(objects[0]) }
      let named = zip(reports, objects).map {
        JSONValue.object(["experiment": .string($0.name), "verdicts": $1])
      }
      return try Terminal.out(
        .object(["format": "modgap-verdicts", "version": 1, "experiments": .array(named)]))
    }
    let color = Terminal.hasColor(Terminal.outputIsTerminal)
    try Terminal.out(
      terminalTable(
        reports.map {
          JudgedExperiment(name: isSeveral ? $0.name : "", verdicts: $0.verdicts, command: $0.command)
        }, color: color))
    if !isSeveral { try Terminal.out(recomputing(reports[0].verdicts, reports[0].command)) }
  }

  /// Of several configs, one that cannot be read or has no results is an error among the verdicts.
  private static func judging(_ config: String, _ arguments: Arguments) throws -> (
    report: Report, failure: (any Failure)?
  ) {
    let recipe = arguments.recipe(config)
    do {
      let loaded = try arguments.load(named: config)
      let results = try StoredResults(
        loaded.plan, resultsRoot: arguments.resultsRoot, recipe: arguments.recipe(loaded.config))
      if let warning = results.folder.warning { Terminal.err("modgap: " + warning) }
      return (results.report(results.verdicts()), nil)
    } catch let failure as any Failure where arguments.namesSeveral {
      Terminal.errLines("\(config) cannot be judged:\n\(failure.message)")
      let name = CannotRun.name(in: config) ?? config
      let verdicts = [cannotRun(name, because: failure)]
      return (Report(name: name, verdicts: verdicts) { _ in recipe.command() }, failure)
    }
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
