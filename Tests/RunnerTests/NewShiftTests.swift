import Claims
import Contracts
import Datasets
import Declarations
import Execution
import ExperimentConfig
import ExperimentPlan
import Figures
import Files
import Foundation
import HDF5
import Kernels
import Metrics
import RunSupport
import Runner
import Stages
import Storage
import Testing

/// A shift that one file declares, and one line lists, has all that the program's own have.
@Suite struct NewShiftTests {
  private static let catalog = StageCatalog(stageCatalog.variants + [StageVariant(DecorrelateStage.self)])
  private static let grammar = Grammar(
    stages: catalog.signatures, figures: figureCatalog.signatures, checks: checkCatalog.signatures,
    data: DatasetCatalog.signatures)
  private static let strengths = [0, 0.5, 1]

  private static func config(_ more: String = "") -> String {
    """
    { "name": "w", "stages": [
      { "id": "e", "stage": "init", "kind": "embeddings", "with": { "x": "x.npy", "y": "y.npy" } },
      { "id": "moved", "stage": "shift", "kind": "gap", "from": "e", "with": { "delta": 0.25 } },
      { "id": "white", "stage": "shift", "kind": "decorrelate", "from": "moved",
        "with": { "strength": { "from": 0, "to": 1, "by": 0.5 } } },
      { "id": "centred", "stage": "shift", "kind": "centre", "from": "white" },
      { "id": "g", "stage": "evaluate", "kind": "gap", "from": ["white", "centred"] }\(more) ],
      "figures": [ { "name": "f", "kind": "lines", "table": "g", "x": "strength", "y": "l2m", "series": "from" } ],
      "claims": [ { "id": "c", "source": "none", "says": "Whitened means agree", "table": "g",
        "where": { "from": "white" }, "check": { "monotone": { "of": "l2m", "over": "strength", "direction": "decreasing" } } } ] }
    """
  }

  private func plan(_ text: String, _ bench: Workbench) throws -> Plan {
    let path = try bench.write(text, to: "w.json")
    let experiment = try ExperimentLoader(grammar: Self.grammar, environment: [:]).load(path)
    var planner = Planner(experiment, grammar: Self.grammar)
    return try planner.plan()
  }

  @discardableResult
  private func run(
    _ bench: Workbench, _ text: String = config(), spy: Spy = Spy(), root: String = "results",
    catalog: StageCatalog = catalog
  ) throws -> RunSummary {
    var options = RunOptions(jobs: 2)
    options.drawsFigures = Program.hasGnuplot
    return try Engine(
      plan: try plan(text, bench), resultsRoot: "\(bench.folder)/\(root)", options: options, catalog: catalog,
      observe: spy.observe
    ).run()
  }

  private func bench() throws -> Workbench {
    let bench = try Workbench()
    try bench.npy(scatteredRows(60, 5, seed: 1, shift: 2), to: "x.npy")
    try bench.npy(scatteredRows(60, 5, seed: 4, shift: -1), to: "y.npy")
    return bench
  }

  @Test func itRunsAndIsJudgedAndDrawn() throws {
    let bench = try bench()
    let summary = try run(bench)
    #expect(summary.verdicts.map(\.outcome.word) == ["pass"] && summary.figureFailures.isEmpty)
    let table = try CSV.read("\(bench.results)/w/tables/g.csv")
    let from = try #require(table["from"])
    let own = (0..<table.rowCount).filter { from.cell($0) == .text("white") }
    #expect(own.map { table["strength"]?.cell($0).number } == Self.strengths)
    // (1 − s)·r + s·(r − μ)·Wᵀ has the mean (1 − s)·μ.
    let l2m = own.map { table["l2m"]?.cell($0).number ?? .nan }
    #expect(abs(l2m[1] - l2m[0] / 2) < 1e-9 && l2m[2] < 1e-9 && l2m[0] > 0.1, "\(l2m)")
    if Program.hasGnuplot {
      #expect(try bench.text("results/w/figures/f.gp").contains("Strength of the decorrelation (fraction)"))
    }
  }

  /// Read back from the store, it gives the very rows that it gave at first.
  @Test func theStoreKeepsIt() throws {
    let (bench, spy) = (try bench(), Spy())
    try run(bench)
    let more = #", { "id": "r", "stage": "evaluate", "kind": "retrieval", "from": "white" }"#
    try run(bench, Self.config(more), spy: spy)
    #expect(spy.started == ["r"], "all else is in the store")
    try run(bench, Self.config(more), root: "fresh")
    for name in ["g", "r"] {
      #expect(
        try bench.text("results/w/tables/\(name).csv") == bench.text("fresh/w/tables/\(name).csv"), "\(name)")
    }
  }

  @Test func itsFieldsAreInHDF5() throws {
    let bench = try bench()
    try run(bench)
    let bytes = [UInt8](
      try Data(contentsOf: URL(fileURLWithPath: "\(bench.results)/w/runs/single/embeddings.h5")))
    try HDF5Image.read(bytes) { root in
      try root.open("white") { group in
        try group.open("moves") { moves in
          let first = try moves.open("0") { try $0.textAttribute("kind") }
          let (kind, strengths) = try moves.open("1") { white in
            (try white.textAttribute("kind"), try white.doubles("strength"))
          }
          let lengths = try moves.open("1") { white in
            [try white.doubles("mean_x").count, try white.doubles("map_y").count]
          }
          #expect(
            first == "along" && kind == "decorrelate" && strengths == Self.strengths && lengths == [5, 25])
        }
      }
    }
  }

  /// Its rows are not of unit norm, and nothing says that they are.
  @Test func whatItDoesIsWhatItSays() throws {
    let rows = Matrix(rows: 60, columns: 5, values: scatteredRows(60, 5, seed: 1, shift: 2).flatMap { $0 })
    let budget = ThreadBudget(jobs: 2)
    var family = EmbeddingFamily(Embeddings(x: rows, y: rows, isNormalized: false))
    let moments = try DecorrelateStage.moments(family.rows(.x, of: family.members[0]), budget)
    family.members[0].transforms = [Decorrelation(1, moments, moments)]
    #expect(!family.members[0].hasUnitRows)
    let white = try family.rows(.x, of: family.members[0]).real(budget)
    for a in 0..<5 {
      for b in 0..<5 {
        let covariance = (0..<60).reduce(0) { $0 + white[$1, a] * white[$1, b] } / 60
        #expect(abs(covariance - (a == b ? 1 : 0)) < 1e-9)
      }
    }
  }

  /// A stage whose signature does not list its transform is found out when its first result is stored.
  @Test func whatIsNotDeclaredIsNotStored() throws {
    struct Forgetful: Stage {
      typealias Parameters = DecorrelateStage.Parameters
      static let signature = StageSignature(
        phase: .shift, kind: "decorrelate", summary: "s", parameters: DecorrelateStage.signature.parameters,
        input: .pairs, output: .pairs, coordinates: DecorrelateStage.signature.coordinates)
      let stage: DecorrelateStage
      init(parameters: Parameters) { stage = DecorrelateStage(parameters: parameters) }
      func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
        try stage.run(inputs, context)
      }
    }
    let catalog = StageCatalog(stageCatalog.variants + [StageVariant(Forgetful.self)])
    let (bench, spy) = (try bench(), Spy())
    let summary = try run(bench, spy: spy, catalog: catalog)
    #expect(summary.verdicts.map(\.outcome.word) != ["pass"])
    #expect(
      try bench.text("results/w/runs/single/log.txt").contains(
        "no stage declares the transform `decorrelate`"))
  }
}
