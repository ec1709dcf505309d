import Contracts
import Declarations
import Statistics

/// The best of several shifts against the unshifted embeddings, item by item, from the predictions of `zero-shot`.
///
/// Selections: `all-items` chooses the shift with the highest accuracy on all items and reports it on the same items, as the
/// authors do: the best of k shifts is then higher by selection alone. `first-half` chooses on one half of the items and reports
/// on the other, `second-half` the reverse, and `cross-fitted` takes both reports together, so that each item's shift was chosen
/// without it. Of equally good shifts the one nearest to the baseline is chosen. The halves alternate within each class.
/// `p_mcnemar` is McNemar's exact test of the items that changed; `p_chi_squared` is Pearson's test of two
/// independent samples, without correction, as the authors use it. `…_holm` is adjusted over the groups, selection by selection;
/// `p_best_of` is `p_mcnemar` times the number of shifts for `all-items`, and `p_mcnemar` otherwise.
/// Source: Liang et al. 2022, Sec. 4.3, Table 1 and Supp. Table 5; McNemar 1947, Psychometrika 12, 153; Holm 1979.
package struct BestShiftEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var over: String
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
      .defaulted("baseline", .anyNumber, 0, "The value of this column with which the others are compared."),
      .defaulted(
        "k", .integer(1...1_000_000_000), 1,
        "An answer is right if the right class is among the k most similar."),
      .by,
    ],
    input: .tables, output: .tables,
    columns: [
      .listed(by: "by"), TableColumn("selection", .label, .text, "Selection"),
      TableColumn("shifts", .quantity, .integer, "Shifts to choose from"),
      TableColumn("chosen", .quantity, .real, "Chosen shift"),
      TableColumn("distance_before", .quantity, .real, "Signed distance without shift", unit: "Euclidean"),
      TableColumn(
        "distance_after", .quantity, .real, "Signed distance of the chosen shift", unit: "Euclidean"),
      TableColumn("distance_change", .quantity, .real, "Change of the signed distance", unit: "Euclidean"),
      TableColumn("before", .quantity, .real, "Accuracy without shift", unit: "fraction"),
      TableColumn("after", .quantity, .real, "Accuracy of the chosen shift", unit: "fraction"),
      TableColumn("gain", .quantity, .real, "Change of the accuracy", unit: "fraction"),
      TableColumn("count", .quantity, .integer, "Items"),
      TableColumn("gained", .quantity, .integer, "Items that became right"),
      TableColumn("lost", .quantity, .integer, "Items that became wrong"),
      TableColumn("p_mcnemar", .quantity, .real, "p (McNemar, exact)"),
      TableColumn("p_mcnemar_holm", .quantity, .real, "p (McNemar), adjusted by Holm over the groups"),
      TableColumn("p_best_of", .quantity, .real, "p (McNemar), times the number of shifts it is the best of"),
      TableColumn("p_chi_squared", .quantity, .real, "p (χ², unpaired)"),
      TableColumn("p_chi_squared_holm", .quantity, .real, "p (χ²), adjusted by Holm over the groups"),
    ])

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
    let sweeps = try ShiftAnswers.groups(answers.table, over: parameters.over, by: names, k: parameters.k)
    let outcomes = try sweeps.map { sweep in
      (sweep: sweep, outcomes: try sweep.outcomes(baseline: parameters.baseline, over: parameters.over))
    }
    if outcomes.contains(where: { $0.outcomes.contains { $0.count == 0 } }) {
      context.notice(
        "no class has two items, so one half has none: only the rows of all-items say something")
    }
    let mcNemar = holm(outcomes.map { $0.outcomes.map(\.mcNemar) })
    let chiSquared = holm(outcomes.map { $0.outcomes.map(\.chiSquared) })
    for (place, entry) in outcomes.enumerated() {
      for (index, outcome) in entry.outcomes.enumerated() {
        let key = entry.sweep.key
        let before = try distance(at: [parameters.baseline], key, names, distances)
        let after = try distance(at: outcome.chosen, key, names, distances)
        result.append(
          key,
          row(outcome, (before, after), holm: (mcNemar[place][index], chiSquared[place][index])))
      }
    }
    return result.artefact
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
    _ outcome: ShiftOutcome, _ distances: (Double, Double), holm: (mcNemar: Double, chiSquared: Double)
  ) -> [(String, Cell)] {
    let count = Double(outcome.count)
    let comparisons = outcome.isChosenOnTheSame ? outcome.shifts : 1
    return [
      ("selection", .text(outcome.selection)), ("shifts", .integer(outcome.shifts)),
      ("chosen", .real(outcome.chosen.reduce(0, +) / Double(outcome.chosen.count))),
      ("distance_before", .real(distances.0)), ("distance_after", .real(distances.1)),
      ("distance_change", .real(distances.1 - distances.0)),
      ("before", .real(Double(outcome.before) / count)), ("after", .real(Double(outcome.after) / count)),
      ("gain", .real(Double(outcome.after - outcome.before) / count)),
      ("count", .integer(outcome.count)), ("gained", .integer(outcome.gained)),
      ("lost", .integer(outcome.lost)),
      ("p_mcnemar", .real(outcome.mcNemar)), ("p_mcnemar_holm", .real(holm.mcNemar)),
      ("p_best_of", .real(SeveralTests.bestOf(comparisons, outcome.mcNemar))),
      ("p_chi_squared", .real(outcome.chiSquared)), ("p_chi_squared_holm", .real(holm.chiSquared)),
    ]
  }
}

/// Whether each item is classified rightly, at each of several shifts.
struct ShiftAnswers {
  let key: [Cell]
  private var shifts: [(value: Double, isRight: [Bool])] = []
  private let labels: [Int]

  private init(key: [Cell], labels: [Int]) { (self.key, self.labels) = (key, labels) }

  /// The answers of a table of predictions, for each combination of values in the columns `names`.
  ///
  /// - Throws: `TableFailure` for a column that is missing or has no numbers, or for two shifts of the same value.
  static func groups(_ table: Table, over: String, by names: [String], k: Int) throws -> [ShiftAnswers] {
    func integers(_ name: String) throws -> [Int] {
      guard case .integers(let values)? = table[name] else {
        throw TableFailure.unknownColumn(name, known: table.columnNames)
      }
      return values
    }
    func column(_ name: String) throws -> Column {
      guard let column = table[name] else { throw TableFailure.unknownColumn(name, known: table.columnNames) }
      return column
    }
    let (items, labels, ranks) = (try integers("item"), try integers("label"), try integers("rank"))
    let keys = try names.map(column)
    let values = try column(over)
    let starts = items.indices.filter { items[$0] == 0 } + [items.count]
    var groups: [ShiftAnswers] = []
    var places: [[Cell]: Int] = [:]
    for (start, end) in zip(starts, starts.dropFirst()) {
      guard let value = values.cell(start).number else { throw TableFailure.notNumbers(over) }
      let key = keys.map { $0.cell(start) }
      let place = places[key] ?? groups.count
      if place == groups.count {
        places[key] = place
        groups.append(ShiftAnswers(key: key, labels: Array(labels[start..<end])))
      }
      try groups[place].append(value, ranks[start..<end].map { $0 < k }, labels[start..<end], over)
    }
    return groups
  }

  private mutating func append(_ value: Double, _ isRight: [Bool], _ labels: ArraySlice<Int>, _ over: String)
    throws
  {
    guard !value.isNaN, labels.elementsEqual(self.labels), !shifts.contains(where: { $0.value == value })
    else {
      throw ClassFailure.severalSweeps(over: over)
    }
    shifts.append((value, isRight))
  }

  /// - Throws: `ClassFailure` where there is no such baseline, or nothing to choose from.
  func outcomes(baseline: Double, over: String) throws -> [ShiftOutcome] {
    guard let before = shifts.first(where: { $0.value == baseline }) else {
      throw ClassFailure.noBaseline(wanted: "\(over) = \(JSONValue.spelling(of: baseline))")
    }
    guard shifts.count > 1 else { throw ClassFailure.baselineOnly(over: over) }
    let (first, second) = halves
    let all = Array(labels.indices)
    let best = [all, first, second].map { self.best(on: $0, baseline: baseline) }
    func outcome(_ name: String, _ parts: [(items: [Int], chosen: Int)], onTheSame: Bool = false)
      -> ShiftOutcome
    {
      var outcome = ShiftOutcome(selection: name, shifts: shifts.count, isChosenOnTheSame: onTheSame)
      for part in parts {
        outcome.chosen.append(shifts[part.chosen].value)
        for item in part.items { outcome.add(before.isRight[item], shifts[part.chosen].isRight[item]) }
      }
      return outcome
    }
    return [
      outcome("all-items", [(all, best[0])], onTheSame: true),
      outcome("first-half", [(second, best[1])]), outcome("second-half", [(first, best[2])]),
      outcome("cross-fitted", [(second, best[1]), (first, best[2])]),
    ]
  }

  /// Every other item of each class.
  private var halves: (first: [Int], second: [Int]) {
    var met: [Int: Int] = [:]
    var halves: (first: [Int], second: [Int]) = ([], [])
    for (item, label) in labels.enumerated() {
      if met[label, default: 0] % 2 == 0 { halves.first.append(item) } else { halves.second.append(item) }
      met[label, default: 0] += 1
    }
    return halves
  }

  /// The shift with most right answers on these items; of equals the nearest to the baseline, of these the first.
  private func best(on items: [Int], baseline: Double) -> Int {
    let successes = shifts.map { shift in items.count { shift.isRight[$0] } }
    let order = shifts.indices.sorted { abs(shifts[$0].value - baseline) < abs(shifts[$1].value - baseline) }
    return order.reduce(order[0]) { successes[$1] > successes[$0] ? $1 : $0 }
  }
}

/// What a chosen shift did to some items.
struct ShiftOutcome {
  let selection: String
  let shifts: Int
  let isChosenOnTheSame: Bool
  var chosen: [Double] = []
  private(set) var (before, after, gained, lost, count) = (0, 0, 0, 0, 0)

  init(selection: String, shifts: Int, isChosenOnTheSame: Bool) {
    (self.selection, self.shifts, self.isChosenOnTheSame) = (selection, shifts, isChosenOnTheSame)
  }

  mutating func add(_ wasRight: Bool, _ isRight: Bool) {
    count += 1
    if wasRight { before += 1 }
    if isRight { after += 1 }
    if isRight, !wasRight { gained += 1 }
    if wasRight, !isRight { lost += 1 }
  }

  var mcNemar: Double { McNemar.exact(Double(lost), Double(gained)).p }

  var chiSquared: Double {
    let both = TwoProportions((Double(before), Double(count)), (Double(after), Double(count)))
    return both?.chiSquared(yates: false).p ?? .nan
  }
}
