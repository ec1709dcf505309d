import Contracts
import Declarations
import Foundation
import Kernels
import Metrics
import Stages
import TestSupport
import Testing

/// The numbers of `Tests/oracles/zero_shot.json`, which `zero_shot.py` beside it makes.
struct ZeroShotOracle: Decodable {
  struct Sweep: Decodable {
    struct Row: Decodable {
      let delta: Double
      let distance: Double
      let accuracies: [Double]
      let confusion: [[Int]]
      let auc: Double?
    }
    let sides: String
    let x: [[Float]]
    let y: [[Float]]
    let labels: [Int]
    let rows: [Row]
  }
  struct Area: Decodable {
    let scores: [Double]
    let labels: [Int]
    let auc: Double
  }
  let sweeps: [Sweep]
  let areas: [Area]

  static func read() throws -> ZeroShotOracle {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../oracles/zero_shot.json").standardized
    return try JSONDecoder().decode(ZeroShotOracle.self, from: Data(contentsOf: file))
  }
}

/// Rows and classes of which no row belongs to a row.
func unpaired(_ x: [[Float]], _ y: [[Float]]) -> Artefact {
  let matrix = { (rows: [[Float]]) in
    Matrix(rows: rows.count, columns: rows[0].count, values: rows.flatMap { $0 })
  }
  return .embeddings(
    EmbeddingFamily(Embeddings(x: matrix(x), y: matrix(y), isNormalized: false, pairing: .unpaired)))
}

/// Writes one number a line and gives the path to `body`.
func withLabels<Result>(_ labels: [Int], _ body: (JSONValue) throws -> Result) throws -> Result {
  try withFolder { folder in
    let path = try write(labels.map { "\($0)\n" }.joined(), folder + "/labels.txt")
    return try body(.string(path))
  }
}

/// The sentence of the failure that an evaluation must end with.
func evaluationFailure(
  _ kind: String, _ with: [String: JSONValue], of artefact: Artefact, references: [String: Artefact] = [:]
) -> String {
  failure { try run(.evaluate, kind, with, from: [("up", artefact)], references: references) }
}

@Suite("Zero-shot classification")
struct ZeroShotTests {
  // MARK: - Against NumPy and scikit-learn

  @Test("accuracies, distances, confusions and ROC-AUC along a sweep are scikit-learn's")
  func sweeps() throws {
    for sweep in try ZeroShotOracle.read().sweeps {
      let pairs = unpaired(sweep.x, sweep.y)
      let moved = try run(
        .shift, "gap", ["delta": numbers(sweep.rows.map(\.delta)), "sides": .string(sweep.sides)],
        from: [("pairs", pairs)])
      let isBinary = sweep.y.count == 2
      let tables = try withLabels(sweep.labels) { labels in
        try run(
          .evaluate, "zero-shot",
          [
            "labels": labels, "k": numbers([1, 2]),
            "metric": isBinary ? ["accuracy", "roc-auc"] : "accuracy",
          ],
          from: [("moved", moved)])
      }
      let table = try #require(tables.table())
      let metrics = ["accuracy@1", "accuracy@2"] + (isBinary ? ["roc-auc"] : [])
      #expect(table.columnNames == ["delta", "distance", "metric", "value", "count"])
      #expect(table.texts("metric") == sweep.rows.flatMap { _ in metrics })
      let expected = sweep.rows.flatMap { $0.accuracies + ($0.auc.map { [$0] } ?? []) }
      for (found, expected) in zip(table.numbers("value"), expected) {
        #expect(abs(found - expected) < 1e-12)
      }
      let distances = sweep.rows.flatMap { row in metrics.map { _ in row.distance } }
      // x and y are stored as float32.
      for (found, expected) in zip(table.numbers("distance"), distances) {
        #expect(abs(found - expected) < 1e-6)
      }
      let items = [Double](repeating: Double(sweep.labels.count), count: expected.count)
      #expect(table.numbers("count") == items)
      try checkConfusion(try #require(tables.table("confusion")), sweep)
      try checkClasses(try #require(tables.table("classes")), sweep)
      try checkPredictions(try #require(tables.table("predictions")), sweep)
    }
  }

  private func checkConfusion(_ table: Table, _ sweep: ZeroShotOracle.Sweep) throws {
    var expected: [[String]] = []
    for row in sweep.rows {
      for (right, counts) in row.confusion.enumerated() {
        for (predicted, count) in counts.enumerated() where count > 0 {
          expected.append(["\(row.delta)", "\(right)", "\(predicted)", "\(count)"])
        }
      }
    }
    let found = (0..<table.rowCount).map { row in table.columns.map { $0.values.cell(row).plain } }
    #expect(table.columnNames == ["delta", "class", "predicted", "count"] && found == expected)
  }

  private func checkClasses(_ table: Table, _ sweep: ZeroShotOracle.Sweep) throws {
    #expect(table.columnNames == ["delta", "distance", "class", "accuracy", "count"])
    let sums = sweep.rows.flatMap { $0.confusion.map { $0.reduce(0, +) } }
    let right = sweep.rows.flatMap { row in row.confusion.indices.map { row.confusion[$0][$0] } }
    let counts: [Double] = sums.map { Double($0) }
    #expect(table.numbers("count") == counts)
    let accuracies: [Double] = zip(right, sums).map { Double($0) / Double($1) }
    #expect(table.numbers("accuracy") == accuracies)
  }

  private func checkPredictions(_ table: Table, _ sweep: ZeroShotOracle.Sweep) throws {
    let count = sweep.labels.count
    let isBinary = sweep.y.count == 2
    #expect(
      table.columnNames == ["delta", "item", "label", "predicted", "rank"] + (isBinary ? ["score"] : []))
    let numbers: [Int] = sweep.rows.flatMap { _ in Array(0..<count) }
    #expect(table["item"] == .integers(numbers))
    let labels: [Int] = sweep.rows.flatMap { _ in sweep.labels }
    #expect(table["label"] == .integers(labels))
    let ranks = table.numbers("rank")
    for (place, row) in sweep.rows.enumerated() {
      let own = ranks[place * count..<(place + 1) * count]
      for (k, expected) in row.accuracies.enumerated() {
        #expect(Double(own.count { $0 <= Double(k) }) / Double(count) == expected)
      }
    }
    // The scores are those that the areas are of.
    for (place, row) in sweep.rows.enumerated() where isBinary {
      let scores = Array(table.numbers("score")[place * count..<(place + 1) * count])
      let area = areaUnderROC(scores: scores, isPositive: sweep.labels.map { $0 == 1 })
      #expect(abs((area ?? .nan) - (row.auc ?? .nan)) < 1e-12 && scores.allSatisfy((0...1).contains))
    }
    for (rank, (label, predicted)) in zip(ranks, zip(table.numbers("label"), table.numbers("predicted"))) {
      #expect((rank == 0) == (label == predicted))
    }
  }

  @Test("ROC-AUC with and without ties is scikit-learn's")
  func areas() throws {
    for area in try ZeroShotOracle.read().areas {
      let found = areaUnderROC(scores: area.scores, isPositive: area.labels.map { $0 == 1 })
      #expect(abs((found ?? .nan) - area.auc) < 1e-14)
    }
    #expect(areaUnderROC(scores: [1, 2], isPositive: [true, true]) == nil)
    #expect(areaUnderROC(scores: [1, 2], isPositive: [false, false]) == nil)
    #expect(areaUnderROC(scores: [], isPositive: []) == nil)
  }

  // MARK: - Against loops

  /// Several strips of rows, several tiles of classes, and classes that repeat in tiles apart from each other.
  @Test(
    "answers and ranks are those of loops over shifted rows",
    arguments: [[2, 2, 3], [300, 7, 5], [513, 40, 512], [257, 700, 6], [64, 1025, 4]], [false, true])
  func twin(shape: [Int], hasCopies: Bool) throws {
    let (rows, classCount, width) = (shape[0], shape[1], shape[2])
    var random = TestNumbers(UInt64(rows * 31 + classCount))
    let y = random.matrix(classCount, width)
    // Some classes are copies of the first, and some rows of x are classes.
    var classes: [[Float]] = (0..<classCount).map { Array(y.row($0)) }
    for index in classes.indices where hasCopies && index % (classCount / 2 + 1) == 0 {
      classes[index] = classes[0]
    }
    var items: [[Float]] = []
    for row in 0..<rows {
      let drawn: [Float] = (0..<width).map { _ in random.float() + 0.2 }
      items.append(hasCopies && row % 5 == 0 ? classes[row % classCount] : drawn)
    }
    let labels: [Int32] = (0..<rows).map { Int32(($0 * 7 + 1) % classCount) }
    let pairs = unpaired(items, classes)
    let moved = try run(.shift, "gap", ["delta": numbers([-0.75, 0, 0.5])], from: [("pairs", pairs)])
    let family = try #require(moved.family)
    try withBudget(jobs: 2) { budget in
      let group = try GapShiftGroup.groups(of: family, budget)[0]
      let factors = try group.members.map(group.factors)
      let answers = try group.zeroShot(factors, labels: labels, budget)
      let bare = try group.zeroShot(factors, labels: [], budget)
      for (place, member) in family.members.enumerated() {
        let shifted = try family.materialized(member, budget)
        let s = Pairs.similarities(shifted.x, try #require(shifted.y))
        #expect(bare[place].predicted == answers[place].predicted)
        #expect(bare[place].ranks.isEmpty)
        for i in 0..<rows {
          let (predicted, rank) = (Int(answers[place].predicted[i]), Int(answers[place].ranks[i]))
          check(s[i], label: Int(labels[i]), predicted: predicted, rank: rank, classes)
        }
      }
    }
  }

  /// The materialised rows are float32: what lies nearer than its rounding is equal, unless classes are copies.
  private func check(_ s: [Double], label: Int, predicted: Int, rank: Int, _ classes: [[Float]]) {
    let near = 1e-6
    let best = s.max() ?? 0
    #expect(s[predicted] >= best - near)
    #expect(classes.firstIndex(of: classes[predicted]) == predicted, "of equal classes the first")
    let surely = s.count { $0 > s[label] + near }
    let perhaps = s.count { $0 >= s[label] - near } - 1
    #expect(surely <= rank && rank <= perhaps)
    let copies = classes.count { $0 == classes[label] }
    // Where nothing else is near, the copies before it are what it is decided by.
    if perhaps == surely + copies - 1 {
      let before = classes[..<label].count { $0 == classes[label] }
      #expect(rank == surely + before)
    }
  }

  // MARK: - Degenerate inputs

  private let two = unpaired([[1, 0], [0, 1], [1, 0.2]], [[1, 0], [0, 1]])

  private func says(_ with: [String: JSONValue], labels: [Int]? = nil, of artefact: Artefact? = nil) throws
    -> String
  {
    try withLabels(labels ?? [0, 1, 0]) { path in
      evaluationFailure("zero-shot", with.merging(["labels": path]) { a, _ in a }, of: artefact ?? two)
    }
  }

  @Test func whatCannotBeClassifiedIsRefused() throws {
    #expect(evaluationFailure("zero-shot", [:], of: two).contains("nothing says which class each item has"))
    #expect(try says([:], labels: [0, 1]).contains("there are 2 labels, but x has 3 rows"))
    #expect(
      try says([:], labels: [0, 1, 2]).contains(
        "item 2 (counted from 0) has class 2, but there are 2 classes"))
    #expect(try says(["classes": ["a", "b", "c"]]).contains("y has 2 rows, but there are 3 classes"))
    #expect(
      try says(["classes": ["a", "a"]]).contains("classes 0 and 1 (counted from 0) have the same name `a`"))
    #expect(try says(["classes": ["a", ""]]).contains("class 1 (counted from 0) has an empty name"))
    #expect(try says(["prompt": "a photo of a [class]."]).contains("set `model`"))
    let one = unpaired([[1, 0], [0, 1]], [[1, 0]])
    #expect(try says([:], labels: [0, 0], of: one).contains("at least 2 classes; found 1"))
    let three = unpaired([[1, 0], [0, 1], [1, 1]], [[1, 0], [0, 1], [1, 2]])
    #expect(try says(["metric": "roc-auc"], labels: [0, 1, 2], of: three).contains("exactly 2 classes"))
    #expect(try says(["metric": "roc-auc"], labels: [1, 1, 1]).contains("all 3 items are of class `1`"))
  }

  @Test func whatIsWrongInAConfigIsSaidBeforeItRuns() throws {
    let signature = try #require(stageCatalog.signatures.first { $0.name == "evaluate/zero-shot" })
    func misfits(_ with: [String: JSONValue]) -> [String] {
      (signature.misfits?(.object(with), nil) ?? []).map {
        "\($0.path.joined(separator: ".")): \($0.expected)"
      }
    }
    #expect(misfits(["prompt": "a photo"])[0].hasPrefix("prompt: a text with `[class]`"))
    #expect(misfits(["prompt": ["a [class]", "a photo"]]).count == 1)
    #expect(misfits(["prompt": ["a [class]", "the {}"], "classes": ["a", "b"]]).isEmpty)
    #expect(misfits(["classes": ["a", "b", "a"]])[0].hasPrefix("classes: a different name"))
    #expect(
      misfits(["classes": ["a", "b", "c"], "metric": ["accuracy", "roc-auc"]])[0].hasPrefix("metric:"))
  }

  @Test func aClassWithoutItemsHasNoAccuracyAndIsSaid() throws {
    let notes = Notes()
    let tables = try withLabels([0, 0, 0]) { labels in
      try run(
        .evaluate, "zero-shot", ["labels": labels, "classes": ["cat", "dog"]], from: [("up", two)],
        notes: notes)
    }
    let classes = try #require(tables.table("classes"))
    #expect(classes.texts("class") == ["cat", "dog"] && classes.numbers("count") == [3, 0])
    let accuracies = classes.numbers("accuracy")
    #expect(accuracies[0] == 2.0 / 3 && accuracies[1].isNaN)
    #expect(notes.notices.contains { $0.contains("no item is of the class `dog`") })
    let table = try #require(tables.table())
    #expect(
      table.numbers("value") == [2.0 / 3, 1, 1], "with k beyond the number of classes, every answer is right")
  }

  @Test func tiesGoToTheFirstClassAndAreSaid() throws {
    let notes = Notes()
    let tied = unpaired([[1, 2], [2, 1]], [[1, 1], [1, 1]])
    let tables = try withLabels([0, 1]) { labels in
      try run(.evaluate, "zero-shot", ["labels": labels], from: [("up", tied)], notes: notes)
    }
    #expect(tables.table("predictions")?.numbers("predicted") == [0, 0])
    #expect(notes.notices.contains { $0.contains("2 of 2 answers were decided by a tie") })
  }

  @Test func predictionsMayBeLeftOut() throws {
    let tables = try withLabels([0, 1, 0]) { labels in
      try run(.evaluate, "zero-shot", ["labels": labels, "predictions": false], from: [("up", two)])
    }
    #expect(tables.namedTables.map(\.suffix) == ["", "classes", "confusion"])
  }

  @Test func labelsAreReadFromArraysAndNamesFromFiles() throws {
    try withFolder { folder in
      let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }"
      let padded = header + String(repeating: " ", count: 117 - header.utf8.count) + "\n"
      let labels = try write(
        [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(padded.utf8) + [0, 1, 0], folder + "/labels.npy"
      )
      let names = try write("cat \r\n  a b\n\n", folder + "/names.txt")
      let table = try evaluate(
        "zero-shot", ["labels": .string(labels), "classes": .string(names)], of: two, suffix: "classes")
      #expect(table.texts("class") == ["cat", "a b"] && table.numbers("accuracy") == [1, 1])
    }
  }
}
