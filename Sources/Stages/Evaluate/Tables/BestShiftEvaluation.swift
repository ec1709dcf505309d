import Contracts
import Declarations
import Statistics

/// The best of several shifts against the unshifted embeddings, item by item, from the predictions of `zero-shot`.
///
/// Selections: `all-items` chooses the shift with the highest accuracy, or area under the ROC curve, on all items and reports it on
/// the same items, as the authors do: the best of k shifts is then higher by selection alone. `first-half` chooses on one half of the
/// items and reports on the other, `second-half` the reverse, and `cross-fitted` takes both reports together, so that each item's
/// shift was chosen without it: all items' accuracy, or the mean of the two areas, as scores at two shifts are not put in one order.
/// Of equally good shifts the one nearest to the baseline is chosen. The halves alternate within each class.
/// `p_mcnemar` is McNemar's exact test of the items that changed, `p_delong` DeLong's test of two areas of the same items;
/// `p_chi_squared` is Pearson's test of two independent samples, without correction, as the authors use it. `…_holm` is adjusted over
/// the groups, selection by selection; `p_best_of` is the paired test's p times the number of shifts for `all-items`, and that p otherwise.
/// Source: Liang et al. 2022, Sec. 4.3, Table 1 and Supp. Table 5; McNemar 1947, Psychometrika 12, 153; Holm 1979.
package struct BestShiftEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var over: String
    var metric: ZeroShotEvaluation.Metric
    var baseline: Double
    var k: Int
    var by: OneOrMany<String>?
  }

  package static let signature = StageSignature(
    phase: .evaluate, kind: "best-shift", version: 2,
    summary:
      "The best of several shifts of a `zero-shot` classification, chosen on the same or on other items, against no shift.",
    parameters: [
      .required("over", .column(.numbers), "The column of the shifts to choose from, such as `delta`."),
      .defaulted(
        metric, .choice(ZeroShotEvaluation.Metric.allCases.map(\.rawValue)),
        .string(ZeroShotEvaluation.Metric.accuracy.rawValue),
        "What the shifts are compared by: `accuracy`, or `roc-auc`, which `zero-shot` must have been asked for, too."
      ),
      .defaulted("baseline", .anyNumber, 0, "The value of this column with which the others are compared."),
      .defaulted(
        "k", .integer(1...1_000_000_000), 1,
        "For `accuracy`: an answer is right if the right class is among the k most similar."),
      .by,
    ],
    input: .tables, readsBeside: [ZeroShotEvaluation.predictionsTable], output: .tables,
    normalForm: { with in
      // Results from before there was a choice keep their keys.
      guard case .object(var members) = with,
        members[metric]?.string == ZeroShotEvaluation.Metric.accuracy.rawValue
      else { return with }
      members.removeValue(forKey: metric)
      return .object(members)
    },
    columns: [
      .listed(by: "by"), TableColumn("selection", .label, .text, "Selection"),
      TableColumn("shifts", .quantity, .integer, "Shifts to choose from"),
      TableColumn("chosen", .quantity, .real, "Chosen shift"),
      TableColumn("distance_before", .quantity, .real, "Signed distance without shift", unit: "Euclidean"),
      TableColumn(
        "distance_after", .quantity, .real, "Signed distance of the chosen shift", unit: "Euclidean"),
      TableColumn("distance_change", .quantity, .real, "Change of the signed distance", unit: "Euclidean"),
      TableColumn("before", .quantity, .real, "Accuracy or area without shift", unit: "fraction"),
      TableColumn("after", .quantity, .real, "Accuracy or area of the chosen shift", unit: "fraction"),
      TableColumn("gain", .quantity, .real, "Change of the accuracy or area", unit: "fraction"),
      TableColumn("count", .quantity, .integer, "Items"),
      counts("gained", "Items that became right"), counts("lost", "Items that became wrong"),
      p("p_mcnemar", "p (McNemar, exact)", .accuracy),
      p("p_mcnemar_holm", "p (McNemar), adjusted by Holm over the groups", .accuracy),
      p("p_delong", "p (DeLong)", .rocAUC),
      p("p_delong_holm", "p (DeLong), adjusted by Holm over the groups", .rocAUC),
      TableColumn(
        "p_best_of", .quantity, .real, "p (paired test), times the number of shifts it is the best of"),
      p("p_chi_squared", "p (χ², unpaired)", .accuracy),
      p("p_chi_squared_holm", "p (χ²), adjusted by Holm over the groups", .accuracy),
    ])

  private static let metric = "metric"

  private static func with(_ value: ZeroShotEvaluation.Metric) -> TableColumn.Presence {
    .when(ParameterCondition(metric, [value.rawValue]), takesRuns: false)
  }

  private static func counts(_ name: String, _ label: String) -> TableColumn {
    TableColumn(name, .quantity, .integer, label, presence: with(.accuracy))
  }

  private static func p(_ name: String, _ label: String, _ value: ZeroShotEvaluation.Metric) -> TableColumn {
    TableColumn(name, .quantity, .real, label, presence: with(value))
  }

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let names = parameters.by?.values ?? []
    var result = try GroupTable(by: names, Self.signature)
    let distances = try InputTable(inputs, for: Self.signature.name)
    let answers = try InputTable(
      inputs, for: Self.signature.name, suffix: ZeroShotEvaluation.predictionsTable
    ) {
      ClassFailure.noPredictions(id: $0)
    }
    let sweeps = try ShiftAnswers.groups(
      answers.table, over: parameters.over, by: names, parameters.metric, k: parameters.k)
    let outcomes = try sweeps.map { sweep in
      (sweep: sweep, outcomes: try sweep.outcomes(baseline: parameters.baseline, over: parameters.over))
    }
    tell(outcomes.flatMap(\.outcomes).map(\.comparison), context)
    let paired = holm(outcomes.map { $0.outcomes.map(\.comparison.paired) })
    let unpaired = holm(outcomes.map { $0.outcomes.map(\.comparison.unpaired) })
    for (place, entry) in outcomes.enumerated() {
      for (index, outcome) in entry.outcomes.enumerated() {
        let key = entry.sweep.key
        let before = try distance(at: [parameters.baseline], key, names, distances)
        let after = try distance(at: outcome.chosen, key, names, distances)
        result.append(
          key,
          row(outcome, (before, after), holm: (paired[place][index], unpaired[place][index])))
      }
    }
    return result.artefact
  }

  private func tell(_ comparisons: [ShiftComparison], _ context: StageContext) {
    if comparisons.contains(where: { $0.count == 0 }) {
      context.notice(
        "no class has two items, so one half has none: only the rows of all-items say something")
    } else if comparisons.contains(where: { $0.after.isNaN }) {
      context.notice(
        "a class has one item, so one half has none of it, chooses no shift and has no area: only the rows of all-items say "
          + "something")
    } else if comparisons.contains(where: { $0.paired.isNaN }) {
      context.notice(
        "p_delong is nan where all items of a class changed their places alike, or a class has one item: no variance can be "
          + "estimated from them")
    }
  }

  /// Over the groups, for each selection.
  private func holm(_ values: [[Double]]) -> [[Double]] {
    guard let selections = values.first?.count else { return [] }
    let adjusted = (0..<selections).map { index in SeveralTests.holm(values.map { $0[index] }) }
    return values.indices.map { group in adjusted.map { $0[group] } }
  }

  /// The mean over these shifts.
  private func distance(
    at shifts: [Double], _ key: [Cell], _ names: [String], _ input: InputTable
  ) throws -> Double {
    let rows = Array(0..<input.table.rowCount)
    let keys = try input.keys(rows, names + [parameters.over])
    let found = try shifts.map { shift in
      guard let row = keys.firstIndex(of: key + [.real(shift)]) else { return Double.nan }
      return try input.numbers("distance", [row])[0]
    }
    return found.reduce(0, +) / Double(found.count)
  }

  private func row(
    _ outcome: ShiftOutcome, _ distances: (Double, Double), holm: (paired: Double, unpaired: Double)
  ) -> [(String, Cell)] {
    let comparison = outcome.comparison
    let p = comparison.paired
    let best = SeveralTests.bestOf(outcome.isChosenOnTheSame ? outcome.shifts : 1, p)
    let common: [(String, Cell)] = [
      ("selection", .text(outcome.selection)), ("shifts", .integer(outcome.shifts)),
      ("chosen", .real(outcome.chosen.reduce(0, +) / Double(outcome.chosen.count))),
      ("distance_before", .real(distances.0)), ("distance_after", .real(distances.1)),
      ("distance_change", .real(distances.1 - distances.0)),
      ("before", .real(comparison.before)), ("after", .real(comparison.after)),
      ("gain", .real(comparison.gain)), ("count", .integer(comparison.count)),
    ]
    switch comparison {
    case .accuracy(let answers):
      return common + [
        ("gained", .integer(answers.gained)), ("lost", .integer(answers.lost)), ("p_mcnemar", .real(p)),
        ("p_mcnemar_holm", .real(holm.paired)), ("p_best_of", .real(best)),
        ("p_chi_squared", .real(comparison.unpaired)), ("p_chi_squared_holm", .real(holm.unpaired)),
      ]
    case .area:
      return common + [
        ("p_delong", .real(p)), ("p_delong_holm", .real(holm.paired)), ("p_best_of", .real(best)),
      ]
    }
  }
}
