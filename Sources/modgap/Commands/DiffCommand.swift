import Declarations
import Files
import Foundation
import Runner

extension Command {
  static let diff = Command(
    name: "diff",
    summary:
      "compares two results: the largest absolute and relative difference of every column, dataset and tensor",
    usage: "A B [--tolerance [COLUMN=]REL]… [--absolute [COLUMN=]ABS]… [--all] [--json]",
    examples: [
      ("modgap diff results/figure3 ../other/results/figure3", "folders of results, file by file"),
      (
        "modgap diff results/reference/figure3.csv results/figure3/tables/loss.csv --tolerance 1e-4",
        "two tables; exit status 2 if a number differs by more than that"
      ),
      (
        "modgap diff a.csv b.csv --tolerance 1e-6 --absolute 1e-9 --tolerance loss=1e-3",
        "numbers a and b may differ by 1e-9 + 1e-6·max(|a|, |b|), those of loss by 1e-3·max(|a|, |b|)"
      ),
    ],
    options: [
      .value(
        "--tolerance", "[COLUMN=]REL",
        "|a - b| may be ABS + REL·max(|a|, |b|), for all columns or for one (repeatable; default: no test)",
        repeats: true),
      .value(
        "--absolute", "[COLUMN=]ABS",
        "the absolute part ABS; a column that either option names uses only its own two values (default: 0)",
        repeats: true),
      .flag("--all", "also list what does not differ"), CommonOptions.json, CommonOptions.results,
    ]
  ) { arguments in
    guard arguments.positional.count == 2 else {
      throw UsageError.wrongCount(
        found: arguments.positional.count, expected: "two folders or files", command: "diff")
    }
    let sides = arguments.positional.map { place(of: $0, in: arguments.resultsRoot) }
    for warning in sides.compactMap(warning) { Terminal.err("modgap: " + warning) }
    let tolerances = try tolerances(arguments)
    let difference = try ResultsDifference(sides[0], sides[1], within: tolerances)
    if arguments.has("--json") {
      try Terminal.out(json(difference))
    } else {
      try Terminal.out(text(difference, showsAll: arguments.has("--all")))
    }
    return tolerances.areGiven && difference.exceeds ? 2 : 0
  }

  /// `1e-4` is for all columns, `loss=1e-3` for the column `loss`, whose name may have a `=` itself.
  private static func tolerances(_ arguments: Arguments) throws -> Tolerances {
    var tolerances = Tolerances()
    for (option, part) in [("--tolerance", \Tolerance.relative), ("--absolute", \Tolerance.absolute)] {
      for argument in arguments.all(option) {
        let mark = argument.lastIndex(of: "=")
        let text = mark.map { String(argument[argument.index(after: $0)...]) } ?? argument
        guard let number = Double(text), (0...1e300).contains(number), mark != argument.startIndex else {
          throw UsageError.badValue(
            option: option, found: argument, expected: "a number of at least 0, or COLUMN=NUMBER",
            command: arguments.command)
        }
        if let mark {
          tolerances.columns[String(argument[..<mark]), default: Tolerance()][keyPath: part] = number
        } else {
          tolerances.general = tolerances.general ?? Tolerance()
          tolerances.general?[keyPath: part] = number
        }
      }
    }
    return tolerances
  }

  /// A path, or the name of an experiment with results.
  private static func place(of argument: String, in resultsRoot: String) -> String {
    let named = "\(resultsRoot)/\(argument)"
    return !Paths.exists(argument) && Paths.exists(named)
      ? named : argument
  }

  /// Of a folder that is half of one plan and half of another.
  private static func warning(of side: String) -> String? {
    let folder = PathBytes.folder(of: side)
    return ResultsFolder(root: folder, experiment: PathBytes.name(of: side)).warning
  }

  private static func text(_ difference: ResultsDifference, showsAll: Bool) -> String {
    var text = ""
    let shown = difference.columns.filter { showsAll || !$0.isSame }
    let width = shown.map { $0.place.count + $0.column.count + 2 }.max() ?? 0
    for column in shown {
      let name = "\(column.place)  \(column.column)".padding(to: width)
      let numbers = "abs \(column.largestAbsolute)  rel \(column.largestRelative)"
      let note =
        (column.beyond > 0 ? "  \(column.beyond) beyond the tolerance" : "")
        + (column.note.map { "  (\($0))" } ?? "")
      text += "\(name)  \(column.differing) of \(column.rows) differ  \(numbers)\(note)\n"
    }
    for line in difference.onlyOnOneSide { text += line + "\n" }
    let places = Set(difference.columns.map(\.place)).count
    let same = difference.columns.count { $0.isSame }
    return text
      + "\(same) of \(difference.columns.count) columns and datasets in \(counted(places, "file")) are the same\n"
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
            "largest_relative": number(column.largestRelative), "beyond": .number(Double(column.beyond)),
            "note": column.note.map { .string($0) } ?? .null,
          ])
        }),
    ])
  }
}
