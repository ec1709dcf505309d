import Contracts
import Declarations
import Kernels
import Metrics
import Stages
import TestSupport
import Testing

@Suite("Gap metrics as a stage")
struct GapMetricsStageTests {
  private static let with: [String: JSONValue] = [
    "metrics": ["l2m", "rmg", "cka", "own-side-top1"], "bootstrap": 20, "permutations": 5,
  ]

  private func tower(_ name: String, rows: Int = 40, columns: Int = 6) throws -> Artefact {
    try withBudget(jobs: 1) { budget in
      let x = try RandomStream(seed: 4, stage: "towers", name: name)
        .gaussianMatrix(rows: rows, columns: columns, budget: budget)
      return .embeddings(EmbeddingFamily(Embeddings(x: x, isNormalized: false)))
    }
  }

  private func table(_ upstream: [(String, Artefact)]) throws -> Table {
    try #require(try run(.evaluate, "gap-metrics", Self.with, from: upstream).table())
  }

  @Test("every two of several towers, also of other dimensions")
  func towers() throws {
    let table = try table([
      ("image", try tower("image")), ("text", try tower("text")), ("audio", try tower("audio", columns: 4)),
    ])
    let each = ["l2m", "rmg", "cka", "own-side-top1", "own-side-top1"]
    #expect(table.texts("metric") == each + each + each)
    #expect(
      table.texts("from")
        == ["image+text", "image+audio", "text+audio"].flatMap { [String](repeating: $0, count: 5) })
    let values = table.numbers("value")
    #expect(values[..<5].allSatisfy { $0.isFinite })
    // A gap has no meaning where dimensions differ; relations of rows have.
    #expect(values[5].isNaN && values[7].isFinite && table.texts("note")[5].contains("same dimension"))
  }

  @Test("pairs give what the metrics give, by coordinate")
  func pairs() throws {
    let (x, y) = try Pairs.pair(60, 8)
    let family = EmbeddingFamily(Embeddings(x: x, y: y, isNormalized: false))
    let moved = try run(.shift, "gap", ["lambda": [0, 0.5]], from: [("pairs", .embeddings(family))])
    let table = try table([("moved", moved)])
    #expect(table.numbers("lambda") == [0, 0, 0, 0, 0, 0.5, 0.5, 0.5, 0.5, 0.5])
    var options = GapMetricOptions()
    (options.metrics, options.bootstrap, options.permutations) = (
      ["l2m", "rmg", "cka", "own-side-top1"], 20, 5
    )
    let rows = try withBudget(jobs: 1) { try gapMetrics(x, y, options, $0) }
    #expect(Array(table.numbers("value")[..<5]) == rows.map(\.value))
    #expect(Array(table.numbers("ci95_low")[..<5]) == rows.map(\.low))
    #expect(table.numbers("value")[5] < table.numbers("value")[0])
  }

  @Test("an item with several rows of y is measured by the first")
  func grouped() throws {
    let (x, y) = try Pairs.pair(60, 8)
    let some = Matrix(rows: 20, columns: 8, values: Array(x.values[..<160]))
    let grouped = Embeddings(x: some, y: y, isNormalized: false, pairing: .grouped(size: 3))
    let table = try table([("pairs", .embeddings(EmbeddingFamily(grouped)))])
    #expect(table.texts("note").allSatisfy { $0.hasPrefix("20 items, each by its first pair") })
    let first = Matrix(rows: 20, columns: 8, values: (0..<20).flatMap { y.row(3 * $0) })
    var options = GapMetricOptions()
    (options.metrics, options.bootstrap, options.permutations) = (["l2m"], 0, 0)
    let rows = try withBudget(jobs: 1) { try gapMetrics(some, first, options, $0) }
    #expect(table.numbers("value")[0] == rows[0].value)
  }

  @Test("what cannot be compared is refused in a sentence")
  func refusals() throws {
    #expect(throws: (any Error).self) { _ = try table([("image", tower("image"))]) }
    #expect(throws: MetricFailure.unequalShapes(xRows: 40, xColumns: 6, yRows: 39, yColumns: 6)) {
      _ = try table([("image", tower("image")), ("text", tower("text", rows: 39))])
    }
  }
}
