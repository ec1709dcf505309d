import Contracts
import Declarations
import Foundation
import Kernels
import Stages
import TestSupport
import Testing

/// What every entry of the catalog is run with.
enum Examples {
  static func parameters(_ signature: StageSignature) -> [String: JSONValue] {
    switch signature.name {
    case "init/mlp":
      [
        "activation": .string("tanh"), "depth": .number(3), "width": .number(40),
        "inputs": .object(["kind": .string("gaussian"), "count": .number(300)]),
      ]
    case "init/clip": Tiny.clip
    case "init/dual-encoder": Tiny.pair("vit", "text", Tiny.data("shapes"))
    case "init/encoder": Tiny.encoder("vit")
    case "init/embeddings": ["path": .string(SharedData.features("clip"))]
    case "init/published": ["path": .string(published), "keys": .string("seed")]
    case "evaluate/sample-summary": ["of": "gap", "by": ["start", "training"]]
    case "evaluate/difference", "evaluate/ratio":
      ["of": "gap", "by": "start", "where": .array(beforeAndAfter), "pair_by": "seed"]
    case "evaluate/proportions":
      ["successes": "seed", "count": "seed", "by": "start", "where": .array(beforeAndAfter)]
    case "train/contrastive": ["temperature": .number(0.1), "batch": .number(2), "steps": .number(3)]
    case "shift/gap": ["delta": numbers([-0.5, 0, 0.25])]
    case "shift/rotation": ["degrees": numbers([-30, 0, 60])]
    case "init/pair": ["x": .string("layers"), "y": .string("others")]
    case "init/class-prompts": ["model": "clip", "classes": ["circle", "square", "star"]]
    case "evaluate/zero-shot": ["labels": .string(labels)]
    case "evaluate/group-bias":
      [
        "labels": .string(labels), "groups": .string(labels),
        "categories": .object(["first": numbers([0, 1])]),
      ]
    case "evaluate/best-shift": ["over": "delta"]
    // Those that have an interval, a null and a p: what a metric does not have is no number. MetricsTests has them all.
    case "evaluate/gap-metrics": ["metrics": ["l2m", "alignment", "cka-unbiased", "mutual-knn"]]
    case "evaluate/contrastive-loss": ["temperature": numbers([0.01, 1])]
    case "evaluate/gap-growth": ["dimensions": 3, "pairs": 20, "draws": 3]
    case "evaluate/noise-robustness": ["noise": numbers([0, 0.5])]
    default: required(signature)
    }
  }

  /// Section 4.4's seeds, which the project's configs read.
  static let published = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../configs/published/liang2022/section4.4.csv").standardized.path
  /// The class of each of the pairs below, which is its own row of y.
  private static let labels = classes("labels") { $0 }
  /// Two items of each class, so that both halves of the items have some.
  private static let twoOfEach = classes("two-of-each") { $0 - $0 % 2 }

  private static func classes(_ name: String, _ label: (Int) -> Int) -> String {
    let path = NSTemporaryDirectory() + "modgap-laws-\(ProcessInfo.processInfo.processIdentifier)-\(name).txt"
    try? Data((0..<700).map { "\(label($0))\n" }.joined().utf8).write(to: URL(fileURLWithPath: path))
    return path
  }
  private static let beforeAndAfter: [JSONValue] = [
    .object(["training": "after"]), .object(["training": "before"]),
  ]

  /// Numbers for the keys that must be given: what a variant that wants more needs is an example of its own above.
  private static func required(_ signature: StageSignature) -> [String: JSONValue] {
    var values: [String: JSONValue] = [:]
    for parameter in signature.parameters where parameter.isRequired {
      values[parameter.name] = number(parameter.type)
      if values[parameter.name] == nil {
        Issue.record("add an example of \(signature.name) to Examples: it must have `\(parameter.name)`")
      }
    }
    return values
  }

  private static func number(_ type: ParameterType) -> JSONValue? {
    switch type {
    case .boolean: .bool(true)
    case .integer(let range): .number(Double(range.lowerBound))
    case .number(let range), .sweep(let range):
      .number(min(max(0.5, range.lowerBound), range.upperBound))
    case .positive: .number(0.5)
    case .choice(let words): words.first.map { .string($0) }
    case .list(let element, let least, _):
      number(element).map { .array(Array(repeating: $0, count: least)) }
    case .oneOrMany(let element): number(element)
    case .either(let first, let second): number(first) ?? number(second)
    default: nil
    }
  }

  /// 700 pairs of normals in 24 dimensions around two centres: more than one block of everything.
  static func pairs() throws -> Artefact {
    try withBudget(jobs: 1) { budget in
      let x = try RandomStream(seed: 3, stage: "laws", name: "x")
        .gaussianMatrix(rows: 700, columns: 24, budget: budget)
      let noise = try RandomStream(seed: 3, stage: "laws", name: "y")
        .gaussianMatrix(rows: 700, columns: 24, budget: budget)
      let y = zip(x.values, noise.values).map { 0.7 * $0 + 0.5 * $1 + 0.4 }
      return .embeddings(
        EmbeddingFamily(
          Embeddings(x: x, y: Matrix(rows: 700, columns: 24, values: y), isNormalized: false)))
    }
  }

  /// What parameters of type `stageReference` name.
  static func references(_ signature: StageSignature) throws -> [String: Artefact] {
    if signature.name == "init/class-prompts" { return ["model": try run(.`init`, "clip", Tiny.clip)] }
    guard signature.name == "init/pair" else { return [:] }
    return try ["x": "layers", "y": "others"].mapValues { id in
      try run(.`init`, "mlp", ["activation": .string("relu"), "depth": .number(2)], id: id)
    }
  }

  static func input(_ signature: StageSignature) throws -> [(String, Artefact)] {
    if signature.name == "evaluate/best-shift" {
      let moved = try run(.shift, "gap", ["delta": numbers([0, 0.5])], from: [("pairs", pairs())])
      return [
        ("answers", try run(.evaluate, "zero-shot", ["labels": .string(twoOfEach)], from: [("moved", moved)]))
      ]
    }
    return switch signature.input {
    case .pairs: [("pairs", try pairs())]
    case .single: [("layers", try run(.`init`, "mlp", ["activation": .string("relu"), "depth": .number(2)]))]
    case .sphere: [("sphere", try run(.`init`, "sphere"))]
    case .model: [("model", try run(.`init`, "clip", Tiny.clip))]
    case .tables: [("table", try run(.`init`, "published", ["path": .string(published)]))]
    case .unpaired, nil: []
    }
  }
}

@Suite("Laws of the catalog")
struct CatalogLawTests {
  static let names = stageCatalog.signatures.map(\.name)
  private static func names(where holds: (StageSignature) -> Bool) -> [String] {
    stageCatalog.signatures.filter(holds).map(\.name)
  }

  private func signature(_ name: String) throws -> StageSignature {
    try #require(stageCatalog.signatures.first { $0.name == name })
  }

  private func give(_ name: String, seed: UInt64 = 0, jobs: Int) throws -> Artefact {
    let signature = try signature(name)
    return try run(
      signature.phase, signature.kind, Examples.parameters(signature), from: Examples.input(signature),
      references: Examples.references(signature), seed: seed, jobs: jobs)
  }

  private func needsFiles(_ name: String) -> Bool { name == "init/embeddings" && !SharedData.isPresent }

  @Test func transformsHaveNamesOfTheirOwn() {
    let types = stageCatalog.variants.flatMap(\.transforms)
    let distinct = Dictionary(grouping: types) { ObjectIdentifier($0) }.values.map { $0[0] }
    #expect(Set(distinct.map { $0.kind }).count == distinct.count)
    #expect(Set(distinct.map { $0.storedKind }).count == distinct.count)
    #expect(!distinct.contains { $0.kind == "none" }, "that is a member without one")
  }

  @Test("what a shift does to rows is declared", arguments: names { $0.phase == .shift })
  func transformsAreDeclared(_ name: String) throws {
    let family = try #require(try give(name, jobs: 1).embeddings)
    let signature = try signature(name)
    let own = try #require(stageCatalog.variant(signature.phase, signature.kind)).transforms
    let known = TransformCatalog(own)
    let transforms = family.members.flatMap(\.transforms)
    #expect(!transforms.isEmpty && transforms.allSatisfy(known.knows))
  }

  @Test("the same seed gives the same bytes at 1, 2 and 4 jobs", arguments: names)
  func determinism(_ name: String) throws {
    if needsFiles(name) { return }
    let one = try give(name, jobs: 1)
    for jobs in [2, 4] {
      let other = try give(name, jobs: jobs)
      #expect(other == one)
    }
  }

  @Test("the seed matters exactly where the signature says so", arguments: names)
  func seeds(_ name: String) throws {
    if needsFiles(name) { return }
    let signature = try signature(name)
    let isRandom = signature.isRandom(with: .object(Examples.parameters(signature)))
    let differ = try give(name, seed: 0, jobs: 2) != give(name, seed: 1, jobs: 2)
    #expect(differ == isRandom)
  }

  /// Those that a table has with the example's parameters.
  private func columns(_ signature: StageSignature, _ suffix: String = "") -> [String] {
    let with = Examples.parameters(signature)
    return signature.columns(of: suffix).flatMap { column -> [String] in
      switch column.presence {
      case .always: return [column.name]
      case .given(let name): return with[name] == nil ? [] : [column.name]
      case .when(let condition, let takesRuns):
        let parameter = signature.parameters.first { $0.name == condition.parameter }
        let value = (with[condition.parameter] ?? parameter?.defaultValue)?.string
        return !takesRuns && value.map(condition.values.contains) ?? false ? [column.name] : []
      case .numbered(let name):
        let parameter = signature.parameters.first { $0.name == name }
        let count = (with[name] ?? parameter?.defaultValue)?.integer ?? 0
        return (1...count).map { "\(column.name)\($0)" }
      case .ofItems: return []
      case .listed(let name):
        return with[name].map { $0.array ?? [$0] }?.compactMap(\.string) ?? []
      }
    }
  }

  @Test("tables have the declared columns and finite cells", arguments: names { $0.output == .tables })
  func tables(_ name: String) throws {
    let signature = try signature(name)
    guard case .tables(let tables) = try give(name, jobs: 2) else {
      Issue.record("\(name) gives no tables")
      return
    }
    let given = ParameterDefaults.fill(.object(Examples.parameters(signature)), signature.parameters)
    let extra = signature.extraTables.filter { signature.sometimesTables[$0]?.holds(for: given) ?? true }
    #expect(tables.map(\.suffix) == [""] + extra)
    for named in tables {
      #expect(named.table.rowCount > 0)
      // Of a file's columns nothing is declared.
      if signature.fileColumns != nil { continue }
      #expect(named.table.columnNames == columns(signature, named.suffix), "\(named.suffix)")
      let listed = Set(
        (Examples.parameters(signature)["by"].map { $0.array ?? [$0] } ?? []).compactMap(\.string))
      try requireDeclared(
        named.table, by: signature, named.suffix, but: signature.input == .tables ? listed : [])
      for column in named.table.columns {
        if case .reals(let values) = column.values {
          #expect(values.allSatisfy { $0.isFinite })
        }
      }
    }
  }

  @Test("embeddings are finite, of equal shapes, and of unit norm where they say so", arguments: names)
  func embeddings(_ name: String) throws {
    let signature = try signature(name)
    if signature.output == .tables || needsFiles(name) { return }
    let family = try #require(try give(name, jobs: 2).family)
    #expect(!family.members.isEmpty)
    for base in family.bases {
      #expect((base.y == nil) == (signature.output == .single))
      if let y = base.y {
        #expect(y.rows == base.x.rows || signature.output == .unpaired)
        #expect(y.columns == base.x.columns)
      }
      for matrix in [base.x, base.y].compactMap({ $0 }) {
        #expect(matrix.values.allSatisfy { $0.isFinite })
        guard base.isNormalized else { continue }
        for row in 0..<matrix.rows {
          let square = matrix.row(row).reduce(0) { $0 + Double($1) * Double($1) }
          #expect(abs(square - 1) < 1e-6)
        }
      }
    }
    for member in family.members { #expect(family.bases.indices.contains(member.base)) }
  }

  @Test("names are unique, and every parameter has a sentence", arguments: names)
  func documentation(_ name: String) throws {
    let signature = try signature(name)
    #expect(Self.names.count { $0 == name } == 1)
    #expect(signature.summary.hasSuffix("."))
    for parameter in signature.parameters { #expect(parameter.summary.count > 10, "\(parameter.name)") }
    #expect(Set(signature.parameters.map(\.name)).count == signature.parameters.count)
  }

  @Test(
    "several stages upstream are told apart by the column `from`",
    arguments: names { $0.phase == .evaluate && $0.input == .pairs })
  func severalUpstream(_ name: String) throws {
    let signature = try signature(name)
    let pairs = try Examples.pairs()
    let moved = try run(.shift, "gap", ["lambda": numbers([0.5])], from: [("pairs", pairs)])
    let result = try run(
      .evaluate, signature.kind, Examples.parameters(signature), from: [("still", pairs), ("moved", moved)])
    let table = try #require(result.table())
    #expect(table.columnNames == ["from", "lambda"] + columns(signature))
    #expect(Set(table.texts("from")) == ["still", "moved"])
    #expect(table.numbers("lambda").contains(0.5) && table.numbers("lambda").contains { $0.isNaN })
  }

  @Test("an evaluation of nothing is an error with a sentence", arguments: names { $0.input != nil })
  func nothingUpstream(_ name: String) throws {
    let signature = try signature(name)
    #expect(throws: StageFailure.self) {
      try run(signature.phase, signature.kind, Examples.parameters(signature), from: [])
    }
  }
}

/// Every column of a table is declared by its stage, with the type that it has.
/// - Parameter others: columns that the table has of what the stage reads.
func requireDeclared(
  _ table: Table, by signature: StageSignature, _ suffix: String, but others: Set<String> = []
) throws {
  for column in table.columns where !others.contains(column.name) {
    let declared = try #require(
      signature.declaration(of: column.name, in: suffix), "\(column.name) of \(suffix) is declared nowhere")
    let type: TableColumn.ValueType =
      switch column.values {
      case .integers: .integer
      case .reals: .real
      case .texts: .text
      }
    #expect(declared.type == type, "\(column.name)")
    #expect(
      declared.isKey || declared.role == .note || type != .text, "\(column.name): a text is no quantity")
    #expect(declared.role != .note || type == .text, "\(column.name): a note is in words")
  }
}
