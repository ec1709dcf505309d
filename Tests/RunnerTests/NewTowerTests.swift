import Claims
import Contracts
import Datasets
import Declarations
import Encoders
import Execution
import ExperimentConfig
import ExperimentPlan
import Figures
import Files
import Foundation
import HDF5
import Kernels
import RunSupport
import Runner
import Stages
import Storage
import TestSupport
import Testing

/// One entry and one line make an encoder known to everything: what is not in `PixelTower.swift` knows nothing of it.
@Suite struct NewTowerTests {
  /// The line.
  private static let towers = TowerCatalog(towerCatalog.architectures + [PixelArchitecture()])

  private static let catalog = StageCatalog(towers: towers)
  private static let grammar = Grammar(
    stages: catalog.signatures, figures: figureCatalog.signatures, checks: checkCatalog.signatures,
    data: DatasetCatalog.signatures)

  private static let stages = """
    { "id": "alone", "stage": "init", "kind": "encoder",
      "with": { "architecture": "pixels", "embedding": 6, "data": "shapes" } },
    { "id": "pair", "stage": "init", "kind": "dual-encoder", "with": { "embedding": 6, "data": "shapes",
      "x": { "architecture": "pixels", "bins": 5 },
      "y": { "architecture": "text", "vocabulary": 259, "context": 16, "width": 8, "layers": 1, "heads": 2 } } },
    { "id": "trained", "stage": "train", "kind": "contrastive", "from": "pair",
      "with": { "temperature": 0.1, "batch": 8, "steps": 30, "checkpoint_every": 4, "log_every": 5,
        "optimizer": { "lr": 0.01 } } },
    { "id": "gap", "stage": "evaluate", "kind": "gap", "from": "trained" }
    """

  private static func config(_ stages: String = stages, more: String = "") -> String {
    """
    { "name": "pixels", "data": { "shapes": { "kind": "shapes", "count": 24, "size": 16, "context": 16 } },
      "stages": [ \(stages) ] \(more) }
    """
  }

  private static let figure = """
    , "figures": [ { "name": "loss", "kind": "lines", "table": "trained.log", "x": "step", "y": "loss" } ]
    """

  private func plan(_ config: String, in bench: Workbench) throws -> Plan {
    let path = try bench.write(config, to: "e.json")
    let experiment = try ExperimentLoader(grammar: Self.grammar, environment: [:]).load(path)
    var planner = Planner(experiment, grammar: Self.grammar)
    return try planner.plan()
  }

  /// - Parameter stops: the run is interrupted once the training is that far.
  @discardableResult
  private func run(
    _ config: String, in bench: Workbench, spy: Spy = Spy(), stops: Double = .infinity
  ) throws -> RunSummary {
    let cancellation = Cancellation()
    return try Engine(
      plan: try plan(config, in: bench), resultsRoot: bench.results, options: RunOptions(jobs: 2),
      catalog: Self.catalog, cancellation: cancellation
    ) { event in
      if case .progress("trained", let fraction) = event, fraction >= stops { cancellation.raise() }
      spy.observe(event)
    }.run()
  }

  private func embeddings(_ bench: Workbench, _ stage: String, _ side: String = "x") throws -> Matrix {
    let path = "\(bench.results)/pixels/runs/single/embeddings.h5"
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    return try HDF5Image.read(bytes) { root in try root.open(stage) { try $0.matrix(side) } }
  }

  private func problems(_ tower: String) throws -> String {
    let stage = #"{ "id": "e", "stage": "init", "kind": "encoder", "with": \#(tower) }"#
    do {
      _ = try plan(Self.config(stage), in: try Workbench())
      return "nothing is wrong"
    } catch let error as ConfigError {
      return error.message
    }
  }

  @Test func itsKeysAreHeldToItsEntry() throws {
    let own = #"{ "architecture": "pixels", "data": "shapes""#
    #expect(try problems(own + "}") == "nothing is wrong")
    #expect(
      try problems(own + #", "width": 3 }"#).contains(
        #"this key together with architecture "pixels", expected this key only with resnet18, resnet50, vit, text"#
      ))
    #expect(try problems(own + #", "bins": 1 }"#).contains("expected an integer from 2 to 256"))
    let other = try problems(#"{ "architecture": "text", "bins": 9, "data": "shapes" }"#)
    #expect(
      other.contains(#"this key together with architecture "text", expected this key only with pixels"#),
      "\(other)")
    let misfit = try problems(#"{ "architecture": "pixels", "data": {"kind": "proteins"} }"#)
    #expect(misfit.contains("expected images [3, height, width]"), "\(misfit)")
  }

  @Test func theSchemaAndTheReferenceSayIt() {
    let page = Reference(Self.grammar, transforms: Self.catalog.transforms.declarations).markdown
    #expect(page.contains("`bins` | an integer from 2 to 256 |  | Ranges of a channel's values."))
    #expect(page.contains("`sequence`, `video`, `pixels`"))
    #expect(page.contains("`256` for `sequence`, `video`; `16` for `pixels`"))
    #expect(page.contains("- `bins` only if `architecture` is `pixels`."))
    #expect(Schema(Self.grammar).json.canonical.contains(#""bins":{"#))
  }

  @Test func itsWorkIsForeseen() throws {
    let signature = try #require(Self.catalog.variant(.`init`, "encoder")).signature
    let with: [String: JSONValue] = [
      "architecture": "pixels", "embedding": 6, "data": .object(["kind": "shapes", "count": 10, "size": 16]),
    ]
    let work = try #require(signature.work?.operations(.object(with)))
    #expect(work == 2880)
  }

  @Test func itRunsAndIsKeptAndRead() throws {
    let bench = try Workbench()
    let (first, second) = (Spy(), Spy())
    let summary = try run(Self.config(more: Self.figure), in: bench, spy: first)
    #expect(summary.failures.isEmpty && summary.figureFailures.isEmpty)
    #expect(first.started == ["alone", "gap", "pair", "trained"])
    // What is stored is read back: for the tables of another evaluation, and for the files of the results.
    let tables = try bench.tables("pixels")
    #expect(tables["tables/gap.csv"] != nil && tables["tables/trained.log.csv"] != nil)
    let more = #", { "id": "r", "stage": "evaluate", "kind": "retrieval", "from": ["pair", "trained"] }"#
    try run(Self.config(Self.stages + more, more: Self.figure), in: bench, spy: second)
    #expect(second.started == ["r"])
    #expect(try bench.tables("pixels")["tables/gap.csv"] == tables["tables/gap.csv"])
    let script = try bench.text("results/pixels/figures/loss.gp")
    #expect(script.contains("Contrastive loss"))
    let alone = try embeddings(bench, "alone")
    #expect(alone.rows == 24 && alone.columns == 6)
    #expect(try embeddings(bench, "trained") != embeddings(bench, "pair"))
    let losses = try CSV.read("\(bench.results)/pixels/tables/trained.log.csv")["loss"]
    let (start, end) = (losses?.cell(0).number ?? 0, losses?.cell(6).number ?? 9)
    #expect(end < start)
  }

  /// Its embeddings are linear in its weights, so differences of any size are the gradient.
  @Test func itsGradientIsThatOfItsEmbeddings() throws {
    let (items, tower) = (3, PixelTower(bins: 4, embedding: 2))
    let values = (0..<items * 48).map { 2.2 * sin(Float($0 * $0)) }
    let batch = TowerBatch(numbers: Matrix(rows: items, columns: 48, values: values), shape: [3, 4, 4])
    let trainer = try tower.trainer(capacity: items)
    var weights = (0..<tower.layout.count).map { cos(Float($0)) }
    var upstream = (0..<items * 2).map { Float($0 + 1) }
    var found = [Float](repeating: .nan, count: tower.layout.count)
    func embeddings() throws -> [Float] {
      var out = [Float](repeating: .nan, count: items * 2)
      try withBudget(jobs: 1) { budget in
        try weights.withSlice { weights in
          try out.withSlice { try trainer.forward(batch, weights: weights, into: $0, budget: budget) }
        }
      }
      return out
    }
    let plain = try embeddings()
    try withBudget(jobs: 1) { budget in
      try weights.withSlice { weights in
        try upstream.withSlice { upstream in
          try found.withSlice {
            try trainer.backward(gradient: upstream, weights: weights, into: $0, budget: budget)
          }
        }
      }
    }
    for index in 0..<24 {
      weights[index] += 1
      let moved = try embeddings()
      weights[index] -= 1
      let expected = upstream.indices.reduce(Float(0)) { $0 + upstream[$1] * (moved[$1] - plain[$1]) }
      #expect(abs(found[index] - expected) < 1e-4, "\(index)")
    }
    #expect(found.contains { $0 > 0.1 })
  }

  @Test func itsTrainingGoesOnFromItsCheckpoints() throws {
    let (calm, bench) = (try Workbench(), try Workbench())
    try run(Self.config(), in: calm)
    let (stopped, resumed) = (Spy(), Spy())
    #expect(try run(Self.config(), in: bench, spy: stopped, stops: 0.5).wasInterrupted)
    try run(Self.config(), in: bench, spy: resumed)
    #expect(resumed.lines.contains { $0.hasPrefix("trained: resumed after step ") }, "\(resumed.lines)")
    #expect(resumed.started == ["gap", "trained"])
    #expect(try bench.digests("pixels") == calm.digests("pixels"))
    #expect(try bench.tables("pixels") == calm.tables("pixels"))
    for side in ["x", "y"] {
      let file = "results/pixels/runs/single/trained.\(side).safetensors"
      let files = [calm, bench].map { FileManager.default.contents(atPath: "\($0.folder)/\(file)") }
      #expect(files[0] != nil && files[0] == files[1])
    }
  }

  /// As after a kill, which leaves the last checkpoint that was made by the way.
  @Test func fromEachOfItsCheckpointsATrainingEndsWithTheSameBytes() throws {
    let with: JSONValue = .object([
      "temperature": 0.1, "batch": 8, "steps": 10, "checkpoint_every": 3,
      "optimizer": .object(["lr": 0.01]),
    ])
    let towers: [String: JSONValue] = [
      "x": .object(["architecture": "pixels"]),
      "y": .object(["architecture": "text", "width": 8, "layers": 1, "heads": 2, "vocabulary": 259]),
      "embedding": 6,
      "data": .object(["kind": "shapes", "count": 24, "size": 16, "context": 16, "seed": 1]),
    ]
    let pair = try run(.`init`, "dual-encoder", .object(towers), [])
    let left = Mutex<[[UInt8]]>([])
    let keep = Checkpoint(save: { bytes in left.withLock { $0.append(bytes) } })
    let whole = try run(.train, "contrastive", with, [pair], keep)
    let all = left.withLock { $0 }
    #expect(all.count == 3)
    for bytes in all {
      #expect(try run(.train, "contrastive", with, [pair], Checkpoint(load: { bytes })) == whole)
    }
    guard case .model(let before) = pair, case .model(let after) = whole else {
      Issue.record("no models")
      return
    }
    #expect(before.family != after.family)
  }

  private func run(
    _ phase: StagePhase, _ kind: String, _ with: JSONValue, _ inputs: [Artefact],
    _ checkpoint: Checkpoint = Checkpoint()
  ) throws -> Artefact {
    let variant = try #require(Self.catalog.variant(phase, kind))
    let budget = ThreadBudget(jobs: 2, cancellation: Cancellation())
    budget.acquire()
    defer { budget.release() }
    return try variant.run(
      with, StageInputs(upstream: inputs.map { (id: "in", artefact: $0) }),
      StageContext(stageID: "s", seed: 3, budget: budget, checkpoint: checkpoint))
  }

  @Test func itsExportedWeightsDescribeItAndAreReadBack() throws {
    let bench = try Workbench()
    try run(Self.config(), in: bench)
    let runs = "\(bench.results)/pixels/runs/single"
    for side in ["x", "y"] {
      try FileManager.default.copyItem(
        atPath: "\(runs)/trained.\(side).safetensors", toPath: "\(bench.folder)/\(side).safetensors")
    }
    let expected = (try embeddings(bench, "trained"), try embeddings(bench, "trained", "y"))
    // Its sizes are in the files.
    let back = """
      { "id": "alone", "stage": "init", "kind": "encoder",
        "with": { "architecture": "pixels", "weights": "x.safetensors", "data": "shapes" } },
      { "id": "both", "stage": "init", "kind": "dual-encoder", "with": { "embedding": 6, "data": "shapes",
        "x": { "architecture": "pixels", "weights": "x.safetensors" },
        "y": { "architecture": "text", "weights": "y.safetensors" } } }
      """
    #expect(try run(Self.config(back), in: bench).failures.isEmpty)
    #expect(try embeddings(bench, "alone") == expected.0)
    #expect(try embeddings(bench, "both") == expected.0)
    #expect(try embeddings(bench, "both", "y") == expected.1)
    let parameters = try plan(Self.config(back), in: bench).tasks[0].parameters
    #expect(parameters["bins"] == 5 && parameters["embedding"] == 6)
  }

  /// (h·P)·Wᵀ = h·(P·Wᵀ), with the projection that the entry names.
  @Test func theProcrustesMapGoesIntoItsProjection() throws {
    let origin: JSONValue = .object([
      "kind": "dual-encoder",
      "with": .object([
        "x": .object(["architecture": "text"]), "y": .object(["architecture": "pixels", "bins": 2]),
      ]),
    ])
    let head: [Float] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    let turn: [Float] = [0, -1, 1, 0]
    let point = Matrix(rows: 1, columns: 2, values: [1, 0])
    let model = Model(
      origin: origin,
      tensors: [
        .init(name: "x.text_projection", shape: [1, 2], values: [1, 2]),
        .init(name: "y.head", shape: [6, 2], values: head),
        .init(name: "procrustes", shape: [2, 2], values: turn),
      ], family: EmbeddingFamily(Embeddings(x: point, y: point, isNormalized: false)))
    let files = try ModelExport.files(of: model, in: Self.catalog)
    #expect(files.count == 2)
    let bench = try Workbench()
    let found = try files.enumerated().map { index, file in
      let path = "\(bench.folder)/\(index).safetensors"
      try Data(file.weights).write(to: URL(fileURLWithPath: path))
      return try SafetensorsFile(path)
    }
    #expect(try found[0].load("text_projection").values == [1, 2])
    let turned = try found[1].load("head").values
    for row in 0..<6 {
      #expect(turned[2 * row] == -head[2 * row + 1] && turned[2 * row + 1] == head[2 * row])
    }
  }

  @Test func aModelOfATowerThatIsNotThereIsASentence() throws {
    let point = Matrix(rows: 1, columns: 2, values: [1, 0])
    func failure(_ kind: JSONValue, _ x: JSONValue) -> String {
      let with = JSONValue.object(["x": .object(["architecture": x]), "y": .object(["architecture": "text"])])
      let model = Model(
        origin: .object(["kind": kind, "with": with]),
        family: EmbeddingFamily(Embeddings(x: point, y: point, isNormalized: false)))
      do {
        _ = try ModelExport.files(of: model)
        return "nothing failed"
      } catch let failure as any Failure {
        return failure.message
      } catch {
        return "\(error)"
      }
    }
    #expect(
      failure("dual-encoder", "pixels").hasPrefix("there is no architecture `pixels`; set `architecture`"))
    #expect(failure("sphere", "vit").contains("only these kinds make models: `clip`, `dual-encoder`"))
  }
}
