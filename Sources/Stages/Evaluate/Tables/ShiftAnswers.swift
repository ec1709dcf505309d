import Contracts
import Declarations
import Metrics
import Statistics

/// The answers to the same items at each of several shifts.
struct ShiftAnswers {
  private struct Shift {
    let value: Double
    /// Whether each item is classified rightly.
    let isRight: [Bool]
    /// The score of each item; empty where the accuracy is looked at.
    let scores: [Double]
  }

  let key: [Cell]
  private let labels: [Int]
  private let metric: ZeroShotEvaluation.Metric
  private var shifts: [Shift] = []

  private init(key: [Cell], labels: [Int], metric: ZeroShotEvaluation.Metric) {
    (self.key, self.labels, self.metric) = (key, labels, metric)
  }

  /// The answers of a table of predictions, for each combination of values in the columns `names`.
  ///
  /// - Throws: `TableFailure` for a column that is missing or has no numbers; `ClassFailure` for two shifts of the same value,
  ///   or where there are no scores.
  static func groups(
    _ table: Table, over: String, by names: [String], _ metric: ZeroShotEvaluation.Metric, k: Int
  ) throws -> [ShiftAnswers] {
    func column(_ name: String) throws -> Column {
      guard let column = table[name] else { throw TableFailure.unknownColumn(name, known: table.columnNames) }
      return column
    }
    func integers(_ name: String) throws -> [Int] {
      guard case .integers(let values) = try column(name) else { throw TableFailure.notNumbers(name) }
      return values
    }
    let (items, labels, ranks) = (try integers("item"), try integers("label"), try integers("rank"))
    let scores = metric == .rocAUC ? try scores(table) : nil
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
        groups.append(ShiftAnswers(key: key, labels: Array(labels[start..<end]), metric: metric))
      }
      let shift = Shift(
        value: value, isRight: ranks[start..<end].map { $0 < k },
        scores: scores.map { Array($0[start..<end]) } ?? [])
      try groups[place].append(shift, labels[start..<end], over)
    }
    return groups
  }

  /// A stage without them leaves `nan` beside one that has them.
  private static func scores(_ table: Table) throws -> [Double] {
    guard case .reals(let scores)? = table[ZeroShotEvaluation.score.name], !scores.contains(where: \.isNaN)
    else { throw ClassFailure.noScores }
    return scores
  }

  private mutating func append(_ shift: Shift, _ labels: ArraySlice<Int>, _ over: String) throws {
    guard !shift.value.isNaN, labels.elementsEqual(self.labels),
      !shifts.contains(where: { $0.value == shift.value })
    else {
      throw ClassFailure.severalSweeps(over: over)
    }
    shifts.append(shift)
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
      ShiftOutcome(
        selection: name, shifts: shifts.count, isChosenOnTheSame: onTheSame,
        chosen: parts.map { shifts[$0.chosen].value },
        comparison: comparison(parts.map { ($0.items, before, shifts[$0.chosen]) }))
    }
    return [
      outcome("all-items", [(all, best[0])], onTheSame: true),
      outcome("first-half", [(second, best[1])]), outcome("second-half", [(first, best[2])]),
      outcome("cross-fitted", [(second, best[1]), (first, best[2])]),
    ]
  }

  private func comparison(_ parts: [(items: [Int], before: Shift, after: Shift)]) -> ShiftComparison {
    switch metric {
    case .accuracy:
      var answers = PairedAnswers()
      for (items, before, after) in parts {
        for item in items { answers.add(before.isRight[item], after.isRight[item]) }
      }
      return .accuracy(answers)
    case .rocAUC:
      let areas = parts.map { items, before, after in
        PairedAreas(
          first: items.map { before.scores[$0] }, second: items.map { after.scores[$0] },
          isPositive: items.map { labels[$0] == 1 })
      }
      // Shifts were chosen for each half, so scores of two halves are not put in one order.
      let isWhole = !areas.contains(nil)
      return .area(
        isWhole ? .mean(areas.compactMap { $0 }) : nil, count: parts.reduce(0) { $0 + $1.items.count })
    }
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

  /// The shift that is best on these items; of equals, and where nothing can be told, the nearest to the baseline, of these the
  /// first.
  private func best(on items: [Int], baseline: Double) -> Int {
    let isPositive = items.map { labels[$0] == 1 }
    let values = shifts.map { shift -> Double in
      switch metric {
      case .accuracy: Double(items.count { shift.isRight[$0] })
      case .rocAUC: areaUnderROC(scores: items.map { shift.scores[$0] }, isPositive: isPositive) ?? 0
      }
    }
    let order = shifts.indices.sorted { abs(shifts[$0].value - baseline) < abs(shifts[$1].value - baseline) }
    return order.reduce(order[0]) { values[$1] > values[$0] ? $1 : $0 }
  }
}

/// What a chosen shift did to some items.
struct ShiftOutcome {
  let selection: String
  let shifts: Int
  let isChosenOnTheSame: Bool
  let chosen: [Double]
  let comparison: ShiftComparison
}

/// Answers without shift beside those of the chosen shift.
enum ShiftComparison {
  case accuracy(PairedAnswers)
  /// Nil where some of the items that are reported on are of one class only.
  case area(PairedAreas?, count: Int)

  var count: Int {
    switch self {
    case .accuracy(let answers): answers.count
    case .area(_, let count): count
    }
  }

  var before: Double {
    switch self {
    case .accuracy(let answers): Double(answers.before) / Double(answers.count)
    case .area(let areas, _): areas?.first ?? .nan
    }
  }

  var after: Double {
    switch self {
    case .accuracy(let answers): Double(answers.after) / Double(answers.count)
    case .area(let areas, _): areas?.second ?? .nan
    }
  }

  /// As whole items where they can be counted, so that equal accuracies differ by exactly 0.
  var gain: Double {
    switch self {
    case .accuracy(let answers): Double(answers.after - answers.before) / Double(answers.count)
    case .area(let areas, _): areas?.difference ?? .nan
    }
  }

  /// Of the test that compares each item with itself.
  var paired: Double {
    switch self {
    case .accuracy(let answers): answers.mcNemar
    case .area(let areas, _): areas?.test.p ?? .nan
    }
  }

  /// Of the authors' test of two samples, which is one of accuracies.
  var unpaired: Double {
    switch self {
    case .accuracy(let answers): answers.chiSquared
    case .area: .nan
    }
  }
}

/// Right and wrong answers to the same items, twice.
struct PairedAnswers {
  private(set) var (before, after, gained, lost, count) = (0, 0, 0, 0, 0)

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
