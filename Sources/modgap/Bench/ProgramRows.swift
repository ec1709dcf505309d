import Declarations
import Foundation

// Rows that time the whole program as a user starts it, from its start to its end.
extension BenchRow {
  static let cachedRun = BenchRow(
    name: "cached-run", what: "modgap run with everything cached, including the start of the program",
    isInProcess: false
  ) { settings, folder in
    let run = ["run", settings.config, "--results", "\(folder.path)/results", "--jobs", "\(settings.jobs)"]
    return { try ChildProcess(run).seconds(allowing: [0, 2]) }
  }

  static let engine = BenchRow(
    name: "engine", what: "one of 1,000 trivial stages in 500 runs, computed and stored",
    warmsUp: false, isInProcess: false
  ) { settings, folder in
    let config = try folder.write(trivial(spacings: 500, pairs: 1), to: "engine.json")
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
    name: "planning", what: "modgap plan of 10,000 runs, including the start of the program",
    isInProcess: false
  ) { _, folder in
    let config = try folder.write(trivial(spacings: 100, pairs: 100), to: "planning.json")
    return { try ChildProcess(["plan", config, "--results", "\(folder.path)/results"]).seconds() }
  }

  /// Two stages a run, each of them a few microseconds of arithmetic.
  private static func trivial(spacings: Int, pairs: Int) -> JSONValue {
    let axes: [String: JSONValue] = [
      "spacing": .array((1...spacings).map { .number(Double($0) / 100) }),
      "pairs": .array((1...pairs).map { .number(Double($0 + 5)) }),
    ]
    return .object([
      "name": .string("bench"), "matrix": .object(axes),
      "stages": .array([
        .object([
          "id": "sphere", "stage": "init", "kind": "sphere",
          "with": .object(["spacing_degrees": "${spacing}", "pairs": "${pairs}"]),
        ]),
        .object(["id": "gap", "stage": "evaluate", "kind": "gap", "from": "sphere"]),
      ]),
    ])
  }
}
