import Contracts
import Foundation
import Runner

extension Command {
  static let diff = Command(
    name: "diff",
    summary: "compares two results: the largest absolute and relative difference of every column and dataset",
    usage: "A B [--tolerance REL] [--all] [--json]",
    examples: [
      ("modgap diff results/figure3 ../other/results/figure3", "folders of results, file by file"),
      (
        "modgap diff results/reference/figure3.csv results/figure3/tables/loss.csv --tolerance 1e-4",
        "two tables; exit status 2 where a number of the first differs by more in the second"
      ),
    ],
    options: [
      .value("--tolerance", "REL", "the largest relative difference that passes (default: any)"),
      .flag("--all", "list what does not differ, too"), CommonOptions.json, CommonOptions.results,
    ]
  ) { arguments in
    guard arguments.positional.count == 2 else {
      throw UsageError.wrongCount(
        found: arguments.positional.count, expected: "two folders or files", command: "diff")
    }
    let sides = arguments.positional.map { place(of: $0, in: arguments.resultsRoot) }
    let difference = try ResultsDifference(sides[0], sides[1])
    if arguments.has("--json") {
      try Terminal.out(json(difference).canonical + "\n")
    } else {
      try Terminal.out(text(difference, showsAll: arguments.has("--all")))
    }
    guard let tolerance = try arguments.number("--tolerance", in: 0...1e300) else { return 0 }
    return difference.exceeds(tolerance) ? 2 : 0
  }

  /// A path, or the name of an experiment with results.
  private static func place(of argument: String, in resultsRoot: String) -> String {
    let named = "\(resultsRoot)/\(argument)"
    return !FileManager.default.fileExists(atPath: argument) && FileManager.default.fileExists(atPath: named)
      ? named : argument
  }

  private static func text(_ difference: ResultsDifference, showsAll: Bool) -> String {
    var text = ""
    let shown = difference.columns.filter { showsAll || !$0.isSame }
    let width = shown.map { $0.place.count + $0.column.count + 2 }.max() ?? 0
    for column in shown {
      let name = "\(column.place)  \(column.column)".padding(to: width)
      let numbers = "abs \(column.largestAbsolute)  rel \(column.largestRelative)"
      let note = column.note.map { "  (\($0))" } ?? ""
      text += "\(name)  \(column.differing) of \(column.rows) differ  \(numbers)\(note)\n"
    }
    for line in difference.onlyOnOneSide { text += line + "\n" }
    let places = Set(difference.columns.map(\.place)).count
    let same = difference.columns.count { $0.isSame }
    return text
      + "\(same) of \(difference.columns.count) columns and datasets in \(places) files are the same\n"
  }

  private static func json(_ difference: ResultsDifference) -> JSONValue {
    func number(_ value: Double) -> JSONValue { value.isFinite ? .number(value) : .string("inf") }
    return .object([
      "format": "modgap-diff", "version": 1, "same": .bool(difference.isSame),
      "only_on_one_side": .array(difference.onlyOnOneSide.map { .string($0) }),
      "columns": .array(
        difference.columns.map { column in
          .object([
            "file": .string(column.place), "column": .string(column.column),
            "rows": .number(Double(column.rows)), "differing": .number(Double(column.differing)),
            "largest_absolute": number(column.largestAbsolute),
            "largest_relative": number(column.largestRelative),
            "note": column.note.map { .string($0) } ?? .null,
          ])
        }),
    ])
  }
}
