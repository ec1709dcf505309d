import Contracts
import Declarations
import Statistics

/// Tests whether two selections of rows have the same proportion of successes.
///
/// The rows of a group and selection are taken together: their successes (or rates times counts) and counts are
/// summed. Tests: `chi-squared` (Pearson's, without correction), `chi-squared-yates`, `z` (of the pooled rate; its p is
/// that of `chi-squared`), which take the selections for independent samples; and, where `discordant` names the columns of
/// how many items changed either way, `mcnemar` and `mcnemar-exact`, which know that both are of the same items. `p_holm` is
/// adjusted over the groups, test by test; `p_best_of` is min(1, p·comparisons), for a selection that is the best of
/// as many.
package struct ProportionsEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var successes: String?
    var rates: String?
    var count: String
    var by: OneOrMany<String>?
    var `where`: [RowSelection]
    var discordant: [String]?
    var comparisons: Int
  }

  package static let signature = StageSignature(
    phase: .evaluate, kind: "proportions",
    summary: "Tests of equal proportions of two selections of a table's rows.",
    parameters: [
      .optional("successes", .column(.numbers), "The column of the numbers of successes."),
      .optional("rates", .column(.numbers), "Instead of successes: the column of their share, from 0 to 1."),
      .required("count", .column(.numbers), "The column of the numbers of trials."),
      .twoSelections, .by,
      .optional(
        "discordant", .list(.column(.numbers), least: 2, most: 2),
        "Columns of the first selection: how many items succeed in the first alone, and in the second alone."),
      .defaulted(
        "comparisons", .integer(1...1_000_000), .number(1),
        "Of how many results, chosen on the same items, the first selection is the best."),
    ],
    rules: [.exactlyOne([["successes"], ["rates"]])], input: .tables, output: .tables,
    columns: [
      .listed(by: "by"), TableColumn("test", .label, .text, "Test"),
      TableColumn("n_first", .quantity, .real, "Trials of the first selection"),
      TableColumn("n_second", .quantity, .real, "Trials of the second selection"),
      TableColumn("first", .quantity, .real, "Proportion of the first selection"),
      TableColumn("second", .quantity, .real, "Proportion of the second selection"),
      TableColumn("statistic", .quantity, .real, "Test statistic"),
      TableColumn("p", .quantity, .real, "p (two-sided)"),
      TableColumn("p_holm", .quantity, .real, "p, adjusted by Holm over the groups"),
      TableColumn("p_best_of", .quantity, .real, "p, times the number of comparisons"),
    ])

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  private struct Group {
    let key: [Cell]
    let both: TwoProportions
    let tests: [(name: String, result: TestResult)]
  }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let input = try InputTable(inputs, for: Self.signature.name)
    let names = parameters.by?.values ?? []
    var result = try GroupTable(by: names, Self.signature)
    guard parameters.where.count == 2 else { return result.artefact }
    let groups = try input.groups(parameters.where[0], parameters.where[1], by: names).map {
      try test($0, input)
    }
    let tests = groups.first?.tests.count ?? 0
    let adjusted = (0..<tests).map { test in SeveralTests.holm(groups.map { $0.tests[test].result.p }) }
    for (place, group) in groups.enumerated() {
      for test in 0..<tests { result.append(group.key, row(group, test, adjusted[test][place])) }
    }
    return result.artefact
  }

  private func test(_ group: (key: [Cell], first: [Int], second: [Int]), _ input: InputTable) throws -> Group
  {
    let (a, b) = (try sample(group.first, input), try sample(group.second, input))
    guard let both = TwoProportions(a, b) else {
      throw TableFailure.notACount(
        parameters.count, row: group.first[0], found: a.trials, expected: "at least one trial")
    }
    var tests = [
      ("chi-squared", both.chiSquared(yates: false)), ("chi-squared-yates", both.chiSquared(yates: true)),
      ("z", both.z),
    ]
    if let columns = parameters.discordant, columns.count == 2 {
      let changed = try columns.map { column in
        try counts(column, group.first, input).reduce(0, +)
      }
      tests.append(("mcnemar", McNemar.asymptotic(changed[0], changed[1])))
      tests.append(("mcnemar-exact", McNemar.exact(changed[0], changed[1])))
    }
    return Group(key: group.key, both: both, tests: tests.map { (name: $0.0, result: $0.1) })
  }

  private func counts(_ column: String, _ rows: [Int], _ input: InputTable) throws -> [Double] {
    let values = try input.numbers(column, rows)
    for (row, value) in zip(rows, values) where value < 0 {
      throw TableFailure.notACount(column, row: row, found: value, expected: "a number of at least 0")
    }
    return values
  }

  /// The successes and trials of these rows together.
  private func sample(_ rows: [Int], _ input: InputTable) throws -> (successes: Double, trials: Double) {
    let trials = try counts(parameters.count, rows, input)
    let name = parameters.successes ?? parameters.rates ?? ""
    let isRate = parameters.successes == nil
    let values = try counts(name, rows, input)
    for (row, (value, count)) in zip(rows, zip(values, trials)) where value > (isRate ? 1 : count) {
      throw TableFailure.notACount(
        name, row: row, found: value,
        expected: isRate ? "a share from 0 to 1" : "at most the \(count) of column `\(parameters.count)`")
    }
    let successes = zip(values, trials).map { isRate ? $0 * $1 : $0 }
    let total = trials.reduce(0, +)
    return (min(successes.reduce(0, +), total), total)
  }

  private func row(_ group: Group, _ test: Int, _ adjusted: Double) -> [(String, Cell)] {
    let (name, result) = group.tests[test]
    return [
      ("test", .text(name)), ("n_first", .real(group.both.trials.0)),
      ("n_second", .real(group.both.trials.1)), ("first", .real(group.both.rates.0)),
      ("second", .real(group.both.rates.1)), ("statistic", .real(result.statistic)), ("p", .real(result.p)),
      ("p_holm", .real(adjusted)),
      ("p_best_of", .real(SeveralTests.bestOf(parameters.comparisons, result.p))),
    ]
  }
}
