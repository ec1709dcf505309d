import Contracts
import Foundation

// Rows that time the whole program as a user starts it, from its start to its end.
extension BenchRow {
  static let cachedRun = BenchRow(
    name: "cached-run", what: "modgap run with everything cached, start of the program included",
    isInProcess: false
  ) { settings, folder in
    let run = ["run", settings.config, "--results", "\(folder.path)/results", "--jobs", "\(settings.jobs)"]
    return { try ChildProcess(run).seconds(allowing: [0, 2]) }
  }

  static let engine = BenchRow(
    name: "engine", what: "a stage, out of 1,000 trivial ones in 500 runs, computed and stored",
    warmsUp: false, isInProcess: false
  ) { settings, folder in
    let config = try folder.write(trivial(runs: 500), to: "engine.json")
    var round = 0
    return {
      round += 1
      let run = [
        "run", config, "--results", "\(folder.path)/results-\(round)", "--jobs", "\(settings.jobs)",
      ]
      return try ChildProcess(run).seconds() / 1000
    }
  }

  static let planning = BenchRow(
    name: "planning", what: "modgap plan of 10,000 runs, start of the program included",
    isInProcess: false
  ) { _, folder in
    let config = try folder.write(trivial(runs: 10_000), to: "planning.json")
    return { try ChildProcess(["plan", config, "--results", "\(folder.path)/results"]).seconds() }
  }

  /// Two stages a run, each of them a few microseconds of arithmetic.
  private static func trivial(runs: Int) -> JSONValue {
    let spacings = (1...runs).map { JSONValue.number(Double($0) / 100) }
    return .object([
      "name": .string("bench"), "matrix": .object(["spacing": .array(spacings)]),
      "stages": .array([
        .object([
          "id": "sphere", "stage": "init", "kind": "sphere",
          "with": .object(["spacing_degrees": "${spacing}"]),
        ]),
        .object(["id": "gap", "stage": "evaluate", "kind": "gap", "from": "sphere"]),
      ]),
    ])
  }
}
