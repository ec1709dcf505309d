import Declarations
import Regression
import Statistics
import Testing

/// Whole nights of a small pipeline of the project's metrics, with statistical parts that are drawn.
@Suite("Simulated nights")
struct NightSimulationTests {
  /// r₀, 30 legal roundings, and the orders in which kernels of other widths add up.
  static let reference = Result {
    let ensemble = try (1...EnsembleTolerance.roundings).map {
      try MetricsPipeline(rounding: LegalRounding($0)).numbers()
    }
    let kernels = try MetricsPipeline.Order.allCases.filter { $0 != .openBLAS }.map {
      try MetricsPipeline(order: $0).numbers()
    }
    return try EnsembleTolerance.calibrated(MetricsPipeline().numbers(), by: ensemble + kernels)
  }

  static func night(_ index: Int, mistake: MetricsPipeline.Mistake? = nil) throws -> [ReferenceNumber] {
    let orders = MetricsPipeline.Order.allCases
    return try MetricsPipeline(
      rounding: LegalRounding(1000 + index, seed: 7), mistake: mistake, order: orders[index % orders.count]
    ).numbers()
  }

  /// Means of trained networks over five fresh seeds.
  private func trained(_ draws: inout Draws) -> [ReferenceNumber] {
    (0..<20).map { index in
      let sample = Summary(of: draws.next(5).map { Double(index) + 0.1 * $0 })
      return ReferenceNumber(experiment: "trained", id: "loss/\(index)", trained: sample)
    }
  }

  /// A log whose runs come apart tenfold in five steps, as trainings do that are rounded otherwise.
  private func log(_ draws: inout Draws) -> TrainingLog {
    var apart = 1e-7
    let losses = (0..<30).map { step -> Double in
      apart *= 1.58
      return 5 - 0.05 * Double(step) + apart * draws.next()
    }
    return TrainingLog(Table([Table.NamedColumn("loss", .reals(losses))]))
  }

  /// The bounds are before the run: no red night, and of 20 nights at about 0.5% no more than two amber ones. The same 20
  /// nights would have three with a probability of 0.1%.
  @Test("with nothing changed, 20 nights of other roundings, kernels and seeds give no red")
  func quiet() throws {
    var draws = Draws("nights")
    let fixed = try Self.reference.get()
    let networks = trained(&draws)
    let bounds = try PrefixBounds((0..<31).map { _ in log(&draws) })
    let canary = try TrainingTests.reference(&draws)
    let drifts = Dictionary(
      uniqueKeysWithValues: TrainingTests.names.map {
        (NumberKey(experiment: "canary", id: $0), canary.summary(of: $0)!)
      })
    var history = NightHistory()
    var yesterday: [NumberKey]?
    var levels: [FindingLevel] = []
    for night in 0..<20 {
      let runs = (0..<3).map { _ in TrainingTests.row(&draws) }
      for run in runs {
        for (name, value) in run.sorted(by: { $0.key < $1.key }) {
          history.append(
            NightHistory.Row(
              night: night, date: "", key: NumberKey(experiment: "canary", id: name), value: value))
        }
      }
      var input = NightInput(
        reference: fixed + networks, tonight: try Self.night(night) + trained(&draws), environment: .other)
      input.yesterday = yesterday
      input.confirmation = try Self.night(100 + night) + trained(&draws)
      input.prefix = (bounds, log(&draws), log(&draws))
      input.canary = (canary, runs, (0..<3).map { _ in TrainingTests.row(&draws) })
      input.drift = Drift(history, references: drifts)
      let found = NightJudgement(input)
      for finding in found.findings {
        Issue.record("night \(night), \(finding.key): \(finding.message)", severity: .warning)
      }
      #expect(found.new.isEmpty && found.unjudged.isEmpty)
      #expect(found.families.map(\.rule) == [.ensemble, .margin, .prediction, .prefix, .canary, .drift])
      levels.append(found.level)
      yesterday = input.tonight.map(\.key)
    }
    #expect(!levels.contains(.red))
    #expect(levels.count { $0 == .amber } <= 2)
  }

  /// All numbers of the product's table are named, but points of the loss's curves at which a scale changes it by less
  /// than it rounds: no more than a tenth.
  @Test(
    "a product that is wrong by one part in a thousand is found, named, and confirmed",
    arguments: MetricsPipeline.Mistake.allCases)
  func wrong(mistake: MetricsPipeline.Mistake) throws {
    let fixed = try Self.reference.get()
    var input = NightInput(
      reference: fixed, tonight: try Self.night(1, mistake: mistake), environment: .other)
    input.confirmation = try Self.night(2, mistake: mistake)
    var after = EnvironmentTests.environment
    after.openblasKernel = "Haswell"
    input.changes =
      ManifestDifference(
        from: manifest("a1", EnvironmentTests.environment), to: manifest("b2", after)
      ).changes
    let found = NightJudgement(input)
    #expect(found.level == .red)
    #expect(
      Set(found.findings.map { $0.key.id.split(separator: "/").first.map(String.init) }) == [mistake.rawValue]
    )
    #expect(found.findings.allSatisfy { $0.level == .red && !$0.isError })
    let numbers = fixed.count {
      $0.id.hasPrefix("\(mistake.rawValue)/") && ($0.kind == .real || $0.kind == .cosine)
    }
    #expect(found.findings.count * 10 >= numbers * 9)
    #expect(
      found.changes == [
        "the code's revision changed, from a1 to b2", "OpenBLAS's kernel changed, from SkylakeX to Haswell",
      ])
  }

  private func manifest(_ revision: String, _ environment: NumericEnvironment) -> ManifestValues {
    ManifestValues(
      config: .object([:]), revision: revision, isDirty: false, keys: [:], environment: environment)
  }

  @Test("the same environment says so of the last digit")
  func sameEnvironment() throws {
    let fixed = try Self.reference.get()
    let same = NightJudgement(
      NightInput(reference: fixed, tonight: try MetricsPipeline().numbers(), environment: .same))
    #expect(same.level == .green)
    let rounded = NightJudgement(
      NightInput(reference: fixed, tonight: try Self.night(0), environment: .same))
    #expect(rounded.level == .amber && rounded.findings.allSatisfy { $0.rule == .equality })
  }
}
