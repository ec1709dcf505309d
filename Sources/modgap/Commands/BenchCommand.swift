import Declarations
import Foundation
import Kernels
import Runner

extension Command {
  static let bench = Command(
    name: "bench",
    summary: "measures the speed of kernels and engine on generated data, each row in a separate process",
    usage: "[ROW…] [--repeat N] [--jobs N] [--json]",
    examples: [
      (
        "modgap bench",
        "every row except train-vit-b-16, which takes minutes: median and extremes of five times, peak memory"
      ),
      ("modgap bench cosine landscape --repeat 9", "two of them, nine times each"),
    ],
    options: [
      .value("--repeat", "N", "how often each row is measured, after one warm-up (default: 5)"),
      .value("--config", "FILE", "what the row cached-run runs (default: configs/figure3.json)"),
      CommonOptions.jobs, CommonOptions.json,
      .flag("--here", "measure in this process; for the program's own child processes"),
    ]
  ) { arguments in
    let rows = try chosen(arguments)
    try KernelTrust().check { Terminal.err("modgap: " + $0) }
    let settings = BenchSettings(
      jobs: try arguments.jobs(), repeats: try arguments.integer("--repeat", in: 1...1000) ?? 5,
      config: arguments.value("--config") ?? "configs/figure3.json")
    var results: [BenchResult] = []
    for row in rows {
      let result =
        arguments.has("--here") ? try row.measure(settings) : try row.measureInChild(settings)
      results.append(result)
      if !arguments.has("--json") { try Terminal.out(result.text + "\n") }
    }
    if arguments.has("--json") { try Terminal.out(json(results, settings)) }
    return 0
  }

  private static func chosen(_ arguments: Arguments) throws -> [BenchRow] {
    if arguments.positional.isEmpty { return BenchRow.all.filter { !$0.isLong } }
    return try arguments.positional.map { name in
      guard let row = BenchRow.all.first(where: { $0.name == name }) else {
        throw UsageError.badValue(
          option: "ROW", found: name, expected: "one of \(BenchRow.all.map(\.name).joined(separator: ", "))",
          command: "bench")
      }
      return row
    }
  }

  private static func json(_ results: [BenchResult], _ settings: BenchSettings) -> JSONValue {
    .object([
      "format": "modgap-bench", "version": 1, "threads": .number(Double(settings.jobs)),
      "openblas_kernel": .string(BLASKernel.name), "rows": .array(results.map(\.json)),
    ])
  }
}
