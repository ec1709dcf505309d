import Claims
import DataCatalog
import Datasets
import Declarations
import Execution
import ExperimentConfig
import ExperimentPlan
import Figures
import Files
import Foundation
import Runner
import Stages

/// Options that several commands share.
enum CommonOptions {
  static let set = Option.value(
    "--set", "PATH=VALUE",
    "replace one value, as in seed=3; PATH+=VALUE appends to a list, as in "
      + "matrix.seed+=[3,4] (repeatable)", repeats: true)
  static let env = Option.value(
    "--env", "NAME",
    "let the config read this environment variable, too, not only MODGAP_*, HOME, SCRATCH, TMPDIR, XDG_* and SLURM_* "
      + "(repeatable)", repeats: true)
  static let results = Option.value("--results", "DIR", "the folder of all results (default: results)")
  static let jobs = Option.value("--jobs", "N", "threads to use (default: all cores)")
  static let json = Option.flag("--json", "print one JSON object instead of text")

  static let reference = Option.value(
    "--reference", "DIR", "the accepted numbers (default: results/reference)")

  static let junit = Option.value("--junit", "FILE", "write the verdicts of all configs as one JUnit XML")
  static let markdown = Option.value("--markdown", "FILE", "write the verdicts of all configs as Markdown")

  static let grammar = Grammar.program
}

/// A config and what follows from it, as most commands want them.
struct LoadedExperiment {
  let config: String
  let experiment: Experiment
  let places: SourceMap
  let plan: Plan
  /// Of the files, as the plan was made with them.
  let digests: FileDigests
}

extension Arguments {
  var resultsRoot: String { value("--results") ?? "results" }

  func jobs() throws -> Int {
    try integer("--jobs", in: 1...1024) ?? ProcessInfo.processInfo.activeProcessorCount
  }

  /// - Parameters:
  ///   - config: beside it, or above it, is the catalogue of data, if it is not below the current folder.
  ///   - overrides: what replaces values; by default what `--set` says.
  ///   - source: what stands in the config instead of what it has.
  func loader(of config: String, overrides: [String]? = nil, source: JSONValue? = nil) throws
    -> ExperimentLoader
  {
    let disk = FileSystem.disk(catalogueNear: config)
    return ExperimentLoader(
      grammar: CommonOptions.grammar, environment: ProcessInfo.processInfo.environment,
      overrides: try (overrides ?? all("--set")).map(Override.init), allowed: all("--env"),
      files: source.map { disk.replacing(config, with: Array($0.canonical.utf8)) } ?? disk)
  }

  var reference: ReferenceFolder { ReferenceFolder(value("--reference") ?? "results/reference") }

  /// The experiment of a config that is one argument of several, without a plan.
  /// - Throws: `ConfigError` with all that is wrong with it.
  func experiment(_ named: String) throws -> Experiment {
    let path = ExperimentArgument.path(of: named, in: resultsRoot)
    return try loader(of: path).load(path)
  }

  /// What a printed command must say to mean the same plan and the same results.
  func recipe(_ config: String) -> RunRecipe {
    RunRecipe(config: config, overrides: all("--set"), variables: all("--env"), results: value("--results"))
  }

  /// The same, where what cannot run leaves no earlier verdicts behind that look like today's. Where the config alone
  /// can run, and what was said beside it cannot, its verdicts stand; so they do where this process has too little
  /// memory.
  func loadOrTell(toRun: Bool) throws -> LoadedExperiment {
    guard let named = positional.first, positional.count == 1 else { return try load(toRun: toRun) }
    return try loadOrTell(named: named, toRun: toRun)
  }

  /// The same of a config that is one argument of several.
  func loadOrTell(named: String, toRun: Bool) throws -> LoadedExperiment {
    do {
      return try load(named: named, toRun: toRun)
    } catch let failure as any Failure {
      tell(failure, of: named)
      throw failure
    }
  }

  private func tell(_ failure: any Failure, of named: String) {
    if failure.kind == .usage || failure is MemoryFailure { return }
    let config = ExperimentArgument.path(of: named, in: resultsRoot)
    let runsAlone = !all("--set").isEmpty && (try? load(named: named, overrides: [])) != nil
    if runsAlone { return }
    let told = CannotRun(failure, recipe: recipe(config)).tell(
      config: config, overrides: all("--set"), in: resultsRoot)
    for line in told { Terminal.err(line) }
  }

  /// The config that the one positional argument names.
  /// - Throws: `UsageError`, `ConfigError` with all that is wrong with it.
  /// - Parameter toRun: whether arrays that do not fit into memory are refused before they are digested: who only looks
  ///   at results needs no room for them.
  func load(toRun: Bool = false) throws -> LoadedExperiment {
    guard let named = positional.first, positional.count == 1 || command == "why" else {
      throw UsageError.wrongCount(
        found: positional.count, expected: "one config, as in configs/figure3.json", command: command)
    }
    return try load(named: named, toRun: toRun)
  }

  /// A config that is one argument of several.
  /// - Throws: `ConfigError` with all that is wrong with it.
  func load(named: String, overrides: [String]? = nil, source: JSONValue? = nil, toRun: Bool = false) throws
    -> LoadedExperiment
  {
    let path = ExperimentArgument.path(of: named, in: resultsRoot)
    let (experiment, places) = try loader(of: path, overrides: overrides, source: source)
      .loadWithPlaces(path)
    let digests = FileDigests()
    let files = FileSystem.disk(catalogueNear: path).digesting {
      if toRun { try TensorFile.requireRoom(for: $0) }
      return try digests.digest(of: $0)
    }
    var planner = Planner(experiment, grammar: CommonOptions.grammar, files: files)
    return LoadedExperiment(
      config: path, experiment: experiment, places: places, plan: try planner.plan(), digests: digests)
  }
}

extension Arguments {
  /// What `--junit` and `--markdown` ask for.
  func writeReports(_ reports: [Report]) throws {
    if let path = value("--junit") { try GivenFile.write(junitReport(reports), to: path) }
    if let path = value("--markdown") {
      try GivenFile.write(reports.map(markdownReport).joined(separator: "\n"), to: path)
    }
  }

  /// Whether more than one config is meant, or a folder of them: then one that is broken does not stop the others.
  var namesSeveral: Bool { positional.count > 1 || positional.contains { Paths.isFolder($0) } }

  /// The configs that the arguments name, each once: of a folder all `.json` in it, but for catalogues of data.
  /// - Throws: `UsageError` where there is none.
  func configs() throws -> [String] {
    var known: Set<ExactString> = []
    let named = try positional.flatMap { argument in
      Paths.isFolder(argument)
        ? try configs(in: argument) : [ExperimentArgument.path(of: argument, in: resultsRoot)]
    }
    let found = named.filter {
      known.insert(ExactString(URL(fileURLWithPath: $0).standardizedFileURL.path)).inserted
    }
    guard !found.isEmpty else {
      throw UsageError.wrongCount(
        found: 0, expected: "at least one config, as in configs/figure3.json, or a folder of them",
        command: command)
    }
    return found
  }

  func configs(in folder: String) throws -> [String] {
    let names = try OutputFolder.names(in: folder).filter { $0.hasBytes(last: ".json") }
    let prefix = folder.hasBytes(last: "/") ? folder : folder + "/"
    let found = names.map { prefix + $0 }.filter { Paths.isRegular($0) && !DataCatalog.isCatalogue($0) }
    guard !found.isEmpty else {
      throw UsageError.wrongCount(
        found: 0, expected: "a folder with configs, which \(folder) is not", command: command)
    }
    return found
  }
}

/// An experiment named by its config, by the config's name, or by the name of its results.
enum ExperimentArgument {
  static func path(of argument: String, in resultsRoot: String) -> String {
    if Paths.exists(argument), argument.hasSuffix(".json") { return argument }
    let byName = "configs/\(argument).json"
    if Paths.exists(byName) { return byName }
    let folder = ResultsFolder(root: resultsRoot, experiment: argument)
    if ConfigNames.isName(argument), let manifest = try? Manifest.read(in: folder) {
      return manifest.plan.experiment.path
    }
    return argument
  }
}
