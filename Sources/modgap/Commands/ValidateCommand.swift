import ExperimentConfig
import Foundation

extension Command {
  static let validate = Command(
    name: "validate",
    summary: "checks configs and says everything that is wrong with them, with file, line and column",
    usage: "CONFIG… [--set PATH=VALUE]",
    examples: [
      ("modgap validate configs/figure3.json", "prints nothing but \"valid\" where the config is"),
      ("modgap validate configs/*.json", "checks them all, and fails if one is wrong"),
    ],
    options: [CommonOptions.set, CommonOptions.results]
  ) { arguments in
    guard !arguments.positional.isEmpty else {
      throw UsageError.wrongCount(found: 0, expected: "at least one config", command: "validate")
    }
    let loader = ExperimentLoader(
      grammar: CommonOptions.grammar, environment: ProcessInfo.processInfo.environment,
      overrides: try arguments.all("--set").map(Override.init))
    var status: Int32 = 0
    for path in arguments.positional {
      do {
        _ = try loader.load(path)
        try Terminal.out("\(path): valid\n")
      } catch let error as ConfigError {
        Terminal.err(error.sentence)
        status = error.kind.rawValue
      }
    }
    return status
  }
}
