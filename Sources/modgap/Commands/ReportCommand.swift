import Claims
import Declarations
import ExperimentConfig
import ExperimentPlan
import Figures
import Files
import Foundation
import Runner

extension Command {
  static let report = Command(
    name: "report",
    summary:
      "writes the reports (HTML, Markdown, LaTeX, JUnit, JSON, CSV) again from the stored results, and an index of all",
    usage: "[CONFIG… | FOLDER] [--json]",
    examples: [
      ("modgap report configs/figure3.json", "results/figure3/report.html and the other report files"),
      ("modgap report configs", "of all configs in a folder that have results"),
      ("modgap report", "of all experiments of the results folder; results/index.html links to them"),
    ],
    options: [CommonOptions.set, CommonOptions.env, CommonOptions.results, CommonOptions.json]
  ) { arguments in
    try ReportCommand(arguments).run()
  }
}

private struct ReportCommand {
  /// What became of an experiment.
  private struct Written {
    let name: String
    let results: StoredResults
    let verdicts: [Verdict]
  }

  private let arguments: Arguments

  init(_ arguments: Arguments) { self.arguments = arguments }

  func run() throws -> Int32 {
    let index = ReportIndex(root: arguments.resultsRoot)
    var written: [Written] = []
    var failures: [(name: String, failure: any Failure)] = []
    for source in try sources() {
      do {
        if let one = try source.write() { written.append(one) }
      } catch let failure as any Failure {
        failures.append((source.name, failure))
      }
    }
    // One that is alone fails as its command always did.
    if written.isEmpty, failures.count == 1 { throw failures[0].failure }
    for failure in failures { Terminal.errLines("\(failure.name): \(failure.failure.message)") }
    try index.write()
    let status =
      failures.first?.failure.kind.rawValue ?? Command.status(written.flatMap(\.verdicts))
    if arguments.has("--json") {
      try Terminal.out(json(written, failures, index, status))
    } else {
      for one in written { try Terminal.out("\(one.results.folder.path)/report.html\n") }
      if arguments.positional.count != 1 || written.count != 1 { try Terminal.out("\(index.path)\n") }
    }
    return status
  }

  // MARK: - Of which experiments

  private struct Source {
    let name: String
    let write: () throws -> Written?
  }

  private func sources() throws -> [Source] {
    let given = arguments.positional
    guard !given.isEmpty else { return try storedSources() }
    return try given.flatMap { argument -> [Source] in
      guard FileStatus(argument)?.kind == .folder else {
        return [Source(name: argument) { try write(config: argument) }]
      }
      return try arguments.configs(in: argument).map { path in
        Source(name: path) {
          do {
            return try write(config: path)
          } catch RunFailure.noResults {
            return nil
          }
        }
      }
    }
  }

  /// Every experiment of the results folder, by the plan that its results are of, whatever became of the config.
  private func storedSources() throws -> [Source] {
    guard arguments.all("--set").isEmpty else {
      throw UsageError.wrongCount(found: 0, expected: "a config, which --set changes", command: "report")
    }
    let root = InnerFolder(root: arguments.resultsRoot)
    let names = try root.names().filter { name in
      ConfigNames.isName(name)
        && (try? ResultsFolder(root: arguments.resultsRoot, experiment: name).files)?
          .isFile(ResultsFolder.manifestFile) == true
    }
    return names.map { name in Source(name: name) { try write(experiment: name) } }
  }

  // MARK: - Writing

  private func write(config: String) throws -> Written {
    let loaded = try arguments.loadOrTell(named: config, toRun: false)
    return try write(loaded.plan, arguments.recipe(loaded.config))
  }

  private func write(experiment name: String) throws -> Written {
    let folder = ResultsFolder(root: arguments.resultsRoot, experiment: name)
    let plan = try Manifest.read(in: folder).executablePlan(from: folder.manifest)
    return try write(plan, recipe(for: plan, in: folder))
  }

  /// The config where it still says what the results are of; else the frozen plan.
  private func recipe(for plan: Plan, in folder: ResultsFolder) -> RunRecipe {
    if let loaded = try? arguments.load(named: plan.experiment.path), loaded.plan.isExactly(plan) {
      return arguments.recipe(loaded.config)
    }
    return RunRecipe(manifest: folder.manifest, results: arguments.value("--results"))
  }

  private func write(_ plan: Plan, _ recipe: RunRecipe) throws -> Written {
    let results = try StoredResults(plan, resultsRoot: arguments.resultsRoot, recipe: recipe)
    let verdicts = try results.writeReports(timeout: RunOptions(jobs: 1).leaseTimeout) { Terminal.err($0) }
    return Written(name: plan.experiment.name, results: results, verdicts: verdicts)
  }

  private func json(
    _ written: [Written], _ failures: [(name: String, failure: any Failure)], _ index: ReportIndex,
    _ status: Int32
  ) -> JSONValue {
    let reports = written.map { one -> JSONValue in
      .object([
        "experiment": .string(one.name), "report": .string("\(one.results.folder.path)/report.html"),
        "summary": .string(VerdictCounts(one.verdicts).summary),
        "verdicts": verdictsJSON(one.verdicts, command: one.results.report(one.verdicts).command),
      ])
    }
    let errors = failures.map {
      JSONValue.object(["name": .string($0.name), "error": .string($0.failure.message)])
    }
    return .object([
      "format": "modgap-reports", "version": 1, "index": .string(index.path), "experiments": .array(reports),
      "errors": .array(errors), "exit_status": .number(Double(status)),
    ])
  }
}
