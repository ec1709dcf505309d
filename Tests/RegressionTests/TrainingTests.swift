import Declarations
import Regression
import Statistics
import Testing

@Suite("The beginning of a training, and canary trainings")
struct TrainingTests {
  static let names = ["accuracy", "gap", "gradient_norm", "logit_scale", "loss", "uniformity"]

  private func log(_ draws: inout Draws, steps: Int = 40, noise: Double = 1e-6) -> TrainingLog {
    TrainingLog(
      Table([
        Table.NamedColumn("step", .integers(Array(1...steps))),
        Table.NamedColumn("loss", .reals((0..<steps).map { 5 - 0.1 * Double($0) + noise * draws.next() })),
        Table.NamedColumn("gap", .reals((0..<steps).map { 1 + noise * Double($0 + 1) * draws.next() })),
      ]))
  }

  // MARK: - The first steps

  /// The level is 0.1% a night: of 300 nights 0.3, and more than 4 would be beyond four standard deviations.
  @Test("nights of the same spread lie inside, but for the level of the family")
  func prefixLevel() throws {
    var draws = Draws("prefix")
    var alarms = 0
    for _ in 0..<30 {
      let ensemble = (0..<31).map { _ in log(&draws) }
      let bounds = try PrefixBounds(ensemble)
      #expect(bounds.family == 40)
      for _ in 0..<10 where try !bounds.judge(log(&draws)).isEmpty { alarms += 1 }
    }
    #expect(alarms <= 4)
  }

  @Test("a step that is off is named; later steps are not looked at")
  func prefixFinding() throws {
    var draws = Draws("prefix")
    let bounds = try PrefixBounds((0..<31).map { _ in log(&draws) })
    let inside = log(&draws)
    func changed(_ step: Int) -> TrainingLog {
      var losses = inside.quantities["loss"] ?? []
      losses[step] *= 1.001
      return TrainingLog(
        Table([
          Table.NamedColumn("loss", .reals(losses)),
          Table.NamedColumn("gap", .reals(inside.quantities["gap"] ?? [])),
        ]))
    }
    #expect(try bounds.judge(changed(6)).map { "\($0.quantity) \($0.step)" } == ["loss 7"])
    #expect(try bounds.judge(changed(25)).isEmpty)
  }

  @Test("equal runs leave room for the last place of a float32")
  func prefixFloor() throws {
    func flat(_ value: Double) -> TrainingLog {
      TrainingLog(Table([Table.NamedColumn("loss", .reals([Double](repeating: value, count: 20)))]))
    }
    let bounds = try PrefixBounds([flat(2.5), flat(2.5), flat(2.5)])
    #expect(try bounds.judge(flat(Double(Float(2.5).nextUp))).isEmpty)
    #expect(try bounds.judge(flat(2.5001)).count == 20)
  }

  @Test("what is missing is an error: a quantity, steps, numbers, runs")
  func prefixErrors() throws {
    var draws = Draws("prefix")
    let bounds = try PrefixBounds((0..<3).map { _ in log(&draws) })
    let bad = [
      TrainingLog(Table([Table.NamedColumn("loss", .reals([Double](repeating: 1, count: 40)))])),
      log(&draws, steps: 19), log(&draws, noise: .nan),
    ]
    for one in bad { #expect(throws: RegressionFailure.self) { try bounds.judge(one) } }
    #expect(throws: RegressionFailure.self) { try PrefixBounds([log(&draws), log(&draws)]) }
    #expect(throws: RegressionFailure.self) { try PrefixBounds(bad) }
  }

  @Test(
    "a log's end is its last tenth, of one step at least",
    arguments: [(40, 38.5), (9, 9), (1, 1), (11, 10.5)])
  func tail(steps: Int, expected: Double) {
    let log = TrainingLog(
      Table([
        Table.NamedColumn("epoch", .integers([Int](repeating: 1, count: steps))),
        Table.NamedColumn("loss", .reals((1...steps).map(Double.init))),
      ]))
    #expect(log.tailMeans == ["loss": expected])
  }

  // MARK: - Canary

  /// Quantities that share two causes.
  static func row(_ draws: inout Draws, shift: [String: Double] = [:], names: [String] = names) -> [String:
    Double]
  {
    let (a, b) = (draws.next(), draws.next())
    return names.enumerated().reduce(into: [:]) { row, item in
      let (index, name) = item
      row[name] = 3 + Double(index) + 0.1 * (a + Double(index % 3) * b + draws.next()) + (shift[name] ?? 0)
    }
  }

  static func reference(_ draws: inout Draws, seeds: Int = 60) throws -> CanaryReference {
    try CanaryReference(seeds: Array(0..<seeds), rows: (0..<seeds).map { _ in row(&draws) })
  }

  @Test("m is that of the contract for ten components, and as many as N/10 are used")
  func multiplier() throws {
    #expect(abs(CanaryRule(components: 10).multiplier - 1.715) < 0.0006)
    var draws = Draws("canary")
    #expect(try Self.reference(&draws).rule.components == 6)
    #expect(try Self.reference(&draws, seeds: 49).rule.components == 4)
    for components in [3, 4, 6, 10, 20] {
      let rule = CanaryRule(components: components)
      #expect(abs(CanaryRule.rate(of: rule.multiplier, components: components) - 0.001) < 1e-9)
    }
  }

  @Test("all quantities off by two deviations fail, and the components name them")
  func canaryFinding() throws {
    var draws = Draws("canary")
    let reference = try Self.reference(&draws)
    let shift = Dictionary(
      uniqueKeysWithValues: Self.names.enumerated().map { ($1, ($0 % 2 == 0 ? 1.0 : -1) * 1.0) })
    let verdict = try reference.judge((0..<3).map { _ in Self.row(&draws, shift: shift) })
    #expect(verdict.isFailure)
    #expect(Self.names.contains { name in verdict.beyond.contains { $0.contains(name) } })
  }

  @Test("a constant quantity is no component, and fails where it moves")
  func constant() throws {
    var draws = Draws("canary")
    func row(_ constant: Double) -> [String: Double] { Self.row(&draws).merging(["steps": constant]) { $1 } }
    let reference = try CanaryReference(seeds: Array(0..<60), rows: (0..<60).map { _ in row(400) })
    #expect(reference.rule.components == 6)
    #expect(try reference.judge([row(400), row(400), row(400)]).moved.isEmpty)
    let moved = try reference.judge([row(400), row(400), row(401)])
    #expect(moved.moved == ["steps"] && moved.isFailure)
  }

  @Test("missing quantities, numbers, runs, seeds and components are errors, never a pass")
  func canaryErrors() throws {
    var draws = Draws("canary")
    let reference = try Self.reference(&draws)
    var (missing, nan) = (Self.row(&draws), Self.row(&draws))
    missing["loss"] = nil
    nan["loss"] = .nan
    let good = Self.row(&draws)
    for runs in [[good, good, missing], [good, nan, good], [good, good], []] {
      #expect(throws: RegressionFailure.self) { try reference.judge(runs) }
    }
    #expect(throws: RegressionFailure.self) { try Self.reference(&draws, seeds: 29) }
    let rows = (0..<60).map { _ in Self.row(&draws) }
    #expect(throws: RegressionFailure.self) {
      try CanaryReference(seeds: Array(0..<60), rows: rows.dropLast() + [nan])
    }
    #expect(throws: RegressionFailure.self) {
      try CanaryReference(seeds: Array(0..<60), rows: rows.dropLast() + [missing])
    }
    #expect(throws: RegressionFailure.self) {
      try CanaryReference(seeds: [Int](repeating: 1, count: 60), rows: rows)
    }
    // Two quantities, and six that are multiples of one another, have no three components.
    #expect(throws: RegressionFailure.self) {
      try CanaryReference(
        seeds: Array(0..<60), rows: rows.map { $0.filter { ["gap", "loss"].contains($0.key) } })
    }
    #expect(throws: RegressionFailure.self) {
      try CanaryReference(
        seeds: Array(0..<60),
        rows: (0..<60).map { seed in
          Dictionary(uniqueKeysWithValues: Self.names.enumerated().map { ($1, Double(($0 + 1) * seed)) })
        })
    }
  }

  @Test("a reference and its file judge alike")
  func canaryFile() throws {
    var draws = Draws("canary")
    let reference = try Self.reference(&draws)
    let read = try CanaryReference(csv: reference.csv, path: "canary.csv")
    #expect(read.table == reference.table)
    let runs = (0..<3).map { _ in Self.row(&draws, shift: ["loss": 0.4]) }
    #expect(try read.judge(runs) == reference.judge(runs))
    for text in ["loss\n1\n", "seed,loss\n1,a\n", "seed,loss\n1,2\n"] {
      #expect(throws: (any Error).self) { try CanaryReference(csv: Array(text.utf8), path: "canary.csv") }
    }
  }
}

/// How often the canary fails where nothing changed.
@Suite("The canary's false alarms, by simulation")
struct CanarySimulationTests {
  /// Within four standard deviations of the binomial: 100 ± 40 of 100,000 nights.
  @Test("with components and deviations that are known: the rate of the rule", arguments: [6, 10])
  func known(components: Int) {
    var draws = Draws("known-\(components)")
    let multiplier = CanaryRule(components: components).multiplier
    var alarms = 0
    for _ in 0..<100_000 {
      var beyond = [Int](repeating: 0, count: components)
      for _ in 0..<CanaryRule.runs {
        for component in 0..<components where abs(draws.next()) > multiplier { beyond[component] += 1 }
      }
      if beyond.count(where: { $0 >= CanaryRule.runsBeyond }) >= CanaryRule.componentsBeyond { alarms += 1 }
    }
    #expect(abs(alarms - 100) <= 40)
  }

  /// The rule takes deviations and components as known. It is held to its rate here, too, and is known to miss it: components
  /// of small variance are estimated too small, and one error of the reference is that of all nights.
  @Test("with components and deviations that are estimated from 60 seeds, the rate is higher")
  func estimated() throws {
    var draws = Draws("estimated")
    var alarms = 0
    for _ in 0..<400 {
      let reference = try TrainingTests.reference(&draws)
      for _ in 0..<250 {
        if try reference.judge((0..<3).map { _ in TrainingTests.row(&draws) }).isFailure { alarms += 1 }
      }
    }
    #expect(alarms > 0)
    withKnownIssue("false alarms in 100,000 nights: \(alarms), where the rule states 100") {
      #expect(abs(alarms - 100) <= 40)
    }
  }
}
