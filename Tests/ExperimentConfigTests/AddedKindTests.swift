import ConfigSupport
import Contracts
import Datasets
import Declarations
import ExperimentConfig
import ExperimentPlan
import Foundation
import Kernels
import Stages
import TestSupport
import Testing

/// How many numbers an embedding has: what a contributor would write, and nothing besides.
private struct WidthEvaluation: Stage {
  struct Parameters: Decodable, Sendable {
    var scale: Double
    var offset: Double?
  }

  static let signature = StageSignature(
    phase: .evaluate, kind: "width", summary: "How many numbers an embedding has.",
    parameters: [
      .defaulted("scale", .positive, 3, "What the number is multiplied by."),
      .optional("offset", .anyNumber, "What is added."),
    ], input: .pairs, output: .tables,
    columns: [
      TableColumn("offset", .key, .real, "Offset", presence: .given("offset")),
      TableColumn("width", .quantity, .real, "Width", unit: "numbers"),
    ])

  let parameters: Parameters

  func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    var table = TableBuilder()
    for (_, artefact) in inputs.upstream {
      let width = Double(artefact.embeddings?.bases.first?.x.columns ?? 0)
      table.append([("width", .real(width * parameters.scale))])
    }
    return .tables([NamedTable("", table.table())])
  }
}

/// Two tokens an item, which rise.
private struct Ramp: TokenSource {
  let seed: UInt64
  let context = 2
  let vocabularySize = 100

  func tokens(_ index: Int) -> [Int32] { [Int32(seed % 10), Int32(index)] }

  static let kind = DatasetKind(
    "ramp", "tokens that rise", [.defaulted("count", .integer(1...90), 5, "how many")], source: .drawn,
    sides: { _ in DeclaredSides(x: .tokens(context: 2, vocabulary: 100), y: .none) },
    make: { parameters in
      PairedData(
        count: try parameters.integer("count"), x: .tokens(Ramp(seed: try parameters.seed())))
    })
}

/// An evaluation and a kind of data are one file and one line of a catalog: what is appended to the catalogs' values is
/// read, refused, planned, run and documented as what is listed there.
@Suite struct AddedKindTests {
  private static let width = StageVariant(WidthEvaluation.self)
  private static let taker = StageSignature(
    phase: .`init`, kind: "taker", summary: "takes data",
    parameters: [.required("data", .dataset, "what is encoded")], output: .pairs)
  private static let added = Grammar(
    stages: grammar.stages + [width.signature, taker], figures: grammar.figures, checks: grammar.checks,
    data: grammar.data + [Ramp.kind.signature])

  private let folder: ConfigFolder

  init() throws { folder = try ConfigFolder() }

  private func write(data: String = "{\"kind\": \"ramp\"}", of column: String = "width") throws {
    try folder.write(
      #"""
      {"name": "t", "seed": 17, "matrix": {"seed": [4, 7]},
       "stages": [
         {"id": "d", "stage": "init", "kind": "taker", "with": {"data": \#(data)}},
         {"id": "s", "stage": "init", "kind": "sphere"},
         {"id": "w", "stage": "evaluate", "kind": "width", "from": "s"}],
       "claims": [{"id": "c", "source": "s", "says": "t", "table": "w",
         "check": {"value": {"of": "\#(column)", "equals": 9}}}]}
      """#)
  }

  private func plan() throws -> Plan {
    var planner = Planner(try folder.load(by: Self.added), grammar: Self.added)
    return try planner.plan()
  }

  @Test func anEvaluationIsPlannedAndRun() throws {
    try write()
    let task = try plan().task("w")
    #expect(task.parameters == .object(["scale": 3]) && task.seed == nil)
    let x = Matrix(rows: 2, columns: 4, values: [Float](repeating: 0.5, count: 8))
    let pairs = Artefact.embeddings(EmbeddingFamily(Embeddings(x: x, y: x, isNormalized: true)))
    for (parameters, expected) in [(task.parameters, 12.0), (.object([:]), 12), (.object(["scale": 0.5]), 2)]
    {
      let result = try withBudget(jobs: 1) { budget in
        try Self.width.run(
          parameters, StageInputs(upstream: [("s", pairs)]),
          StageContext(stageID: "w", seed: 0, budget: budget))
      }
      #expect(result.table()?.numbers("width") == [expected])
    }
  }

  @Test func itsColumnsAreHeldToItsDeclaration() throws {
    try write(of: "widht")
    #expect(
      try folder.problems(by: Self.added)
        == "c.json:7:30: claims[0].check.value.of: found the string \"widht\", expected a column of \"w\": "
        + "seed, width (did you mean \"width\"?)")
  }

  @Test func dataAreDrawnFromTheRunsSeed() throws {
    try write()
    let tasks = try plan().tasks.filter { $0.stage == "d" }
    let data = tasks.compactMap { $0.parameters["data"]?.object }
    #expect(data == [4, 7].map { ["kind": "ramp", "count": 5, "seed": .number($0)] })
    let opened = try Ramp.kind.open(try #require(data.last), seed: 0)
    guard case .tokens(let source) = opened.x else {
      Issue.record("\(opened.x)")
      return
    }
    #expect(opened.count == 5 && source.context == 2)
    #expect(try source.tokens(3) == [7, 3])
    #expect(try Ramp.kind.open([:], seed: 3).count == 5)
    #expect(Ramp.kind.declared([:])?.x == .tokens(context: 2, vocabulary: 100))
    try write(data: #"{"kind": "ramp", "seed": 1, "count": 91}"#)
    #expect(
      try folder.problems(by: Self.added).contains(
        "stages[0].with.data.count: found 91, expected an integer from 1 to 90"))
  }

  @Test func theyAreDocumented() {
    let schema = Schema(Self.added).json.pretty
    let page = Reference(Self.added, transforms: []).markdown
    for word in ["\"width\"", "\"ramp\"", "What the number is multiplied by.", "how many"] {
      #expect(schema.contains(word), "\(word)")
    }
    #expect(
      page.contains("### `evaluate` `width`") && page.contains("| `width` | quantity | Width | numbers |"))
    #expect(
      page.contains("### `ramp`\n\nTokens that rise. Its items are generated.") && page.contains("`seed`"))
  }
}
