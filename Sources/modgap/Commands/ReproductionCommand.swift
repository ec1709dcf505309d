import Claims
import DataCatalog
import Declarations
import ExperimentConfig
import Figures
import Runner

extension Command {
  static let reproduction = Command(
    name: "reproduction",
    summary:
      "puts all claims of several configs on one page, in the order of the paper, by their stored results",
    usage: "CONFIG… [--summary]",
    examples: [
      ("modgap reproduction configs/*.json > docs/reproduction.md", "after `make reproduce-all`"),
      ("modgap reproduction configs/*.json --summary", "only how many statements hold, and which do not"),
    ],
    options: [
      CommonOptions.env, CommonOptions.results,
      .flag("--summary", "print the counts, and the claims that failed or could not be judged"),
    ]
  ) { arguments in
    guard !arguments.positional.isEmpty else {
      throw UsageError.wrongCount(found: 0, expected: "at least one config", command: "reproduction")
    }
    var claims: [ReproducedClaim] = []
    var isWhole = true
    for path in arguments.positional where !DataCatalog.isCatalogue(path) {
      do {
        claims += try Self.claims(path, arguments)
      } catch let error as ConfigError {
        isWhole = false
        Terminal.errLines("\(path) cannot be read here, so its claims are not on the page: \(error.message)")
      }
    }
    try Terminal.out(
      arguments.has("--summary")
        ? reproductionSummary(claims) : reproductionPage(claims, machine: Machine.cpuName))
    return isWhole ? Self.status(claims.map(\.verdict)) : 2
  }

  private static func claims(_ path: String, _ arguments: Arguments) throws -> [ReproducedClaim] {
    let loaded = try arguments.load(named: path)
    let recipe = RunRecipe(
      config: loaded.config, variables: arguments.all("--env"), results: arguments.value("--results"))
    let command = ReportWriter.command(recipe)
    return verdicts(loaded, recipe, arguments.resultsRoot).map {
      ReproducedClaim(experiment: loaded.experiment.name, verdict: $0, command: command($0))
    }
  }

  /// Of an experiment that has not run here, each claim is `not-run`.
  private static func verdicts(_ loaded: LoadedExperiment, _ recipe: RunRecipe, _ root: String) -> [Verdict] {
    do {
      return try StoredResults(loaded.plan, resultsRoot: root, recipe: recipe).verdicts()
    } catch {
      let reason = "not run here: \(recipe.command().text)"
      return decide(loaded.experiment.claims.map { judge($0, table: .missing(reason)) })
    }
  }
}
