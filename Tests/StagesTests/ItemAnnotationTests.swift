import Contracts
import Declarations
import Execution
import Foundation
import Kernels
import Stages
import TestSupport
import Testing

/// Ids and labels from files through shifts and evaluations.
@Suite("Ids and labels of items")
struct ItemAnnotationTests {
  private static let alphabet = ["cat", "dog, big", "say \"no\"", "two\nlines", "🐈", "日本", " x ", "3"]

  private static func texts(_ count: Int, of choices: Int) -> [String] {
    var numbers = TestNumbers(UInt64(count))
    return (0..<count).map { _ in alphabet[Int(numbers.next() % UInt64(choices))] }
  }

  private static func quoted(_ texts: [String]) -> String {
    texts.map {
      "\"\($0.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\"\n"
    }.joined()
  }

  private static func npy(_ matrix: Matrix, _ path: String) throws -> JSONValue {
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(matrix.rows), \(matrix.columns)), }"
    let padded = header + String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
    let start: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(padded.utf8.count), 0]
    let bytes = matrix.values.flatMap { value in
      withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
    }
    return .string(try write(start + Array(padded.utf8) + bytes, path))
  }

  /// A shape of the pairs, the number of items, and the item of each row, written out.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let rows: (x: Int, y: Int)
    let pairing: JSONValue?
    let items: Int
    let itemOfX: [Int]
    /// Nil for a row of y that belongs to no item.
    let itemOfY: [Int?]
    var testDescription: String { name }
  }

  private static func grouped(_ size: Int) -> JSONValue {
    .object(["kind": "grouped", "size": .number(Double(size))])
  }

  static let cases = [
    Case(
      name: "row by row", rows: (17, 17), pairing: nil, items: 17, itemOfX: Array(0..<17),
      itemOfY: Array(0..<17)),
    Case(name: "two pairs", rows: (2, 2), pairing: nil, items: 2, itemOfX: [0, 1], itemOfY: [0, 1]),
    Case(
      name: "five captions an item", rows: (6, 30), pairing: grouped(5), items: 6, itemOfX: Array(0..<6),
      itemOfY: (0..<30).map { $0 / 5 }),
    Case(
      name: "groups on both sides", rows: (12, 12), pairing: grouped(3), items: 4,
      itemOfX: (0..<12).map { $0 / 3 },
      itemOfY: (0..<12).map { $0 / 3 }),
    Case(
      name: "no partners", rows: (9, 3), pairing: "none", items: 9, itemOfX: Array(0..<9),
      itemOfY: [nil, nil, nil]),
  ]

  /// Reads the case's pairs with ids and labels, and gives both texts of the items.
  private func read(
    _ test: Case, ids: [String]? = nil, labels: [String]? = nil, _ more: [String: JSONValue] = [:]
  ) throws -> (artefact: Artefact, ids: [String], labels: [String]) {
    let ids = ids ?? (0..<test.items).map { "№ \($0)" }
    let labels = labels ?? Self.texts(test.items, of: 4)
    return try withFolder { folder in
      let (x, y) = (try Pairs.pair(test.rows.x, 5).x, try Pairs.pair(test.rows.y, 5).y)
      var with: [String: JSONValue] = [
        "x": try Self.npy(x, "\(folder)/x.npy"), "y": try Self.npy(y, "\(folder)/y.npy"),
        "ids": .string(try write(Self.quoted(ids), "\(folder)/ids.csv")),
        "labels": .string(try write(Self.quoted(labels), "\(folder)/labels.csv")),
      ]
      with["pairing"] = test.pairing
      return (try run(.`init`, "embeddings", with.merging(more) { $1 }), ids, labels)
    }
  }

  @Test("a projection has the texts of each row's item", arguments: cases)
  func projections(_ test: Case) throws {
    let (artefact, ids, labels) = try read(test)
    #expect(artefact.family?.bases[0].annotations == ItemAnnotations(ids: ids, labels: labels))
    let expected = { (texts: [String]) in
      test.itemOfX.map { texts[$0] } + test.itemOfY.map { $0.map { texts[$0] } ?? "" }
    }
    let table = try evaluate("projection", of: artefact)
    #expect(table.columnNames == ["modality", "index", "id", "label", "c1", "c2"])
    #expect(table.texts("id") == expected(ids) && table.texts("label") == expected(labels))
    // The numbers are those of the same pairs without texts.
    var bare = try #require(artefact.family)
    for index in bare.bases.indices { bare.bases[index].annotations = ItemAnnotations() }
    let plain = try evaluate("projection", of: .embeddings(bare))
    #expect(
      plain.columnNames == ["modality", "index", "c1", "c2"] && plain.numbers("c1") == table.numbers("c1"))
    let x = try evaluate("projection", ["modality": "x"], of: artefact)
    #expect(x.texts("id") == test.itemOfX.map { ids[$0] })
  }

  @Test("a projection of several stages has empty texts for those without")
  func mixedSources() throws {
    let (artefact, ids, _) = try read(Self.cases[0])
    var bare = try #require(artefact.family)
    bare.bases[0].annotations = ItemAnnotations(labels: [])
    let artefacts = [("a", Artefact.embeddings(bare)), ("b", artefact)]
    let table = try #require(try run(.evaluate, "projection", from: artefacts).table())
    #expect(table.columnNames == ["from", "modality", "index", "id", "label", "c1", "c2"])
    #expect(table.texts("id") == Array(repeating: "", count: 34) + ids + ids)
  }

  @Test("shifts, chains of shifts and held-out items keep the texts of their rows")
  func shifts() throws {
    let (artefact, ids, labels) = try read(Self.cases[2])
    let whole = ItemAnnotations(ids: ids, labels: labels)
    var moved = artefact
    for _ in 0..<40 { moved = try run(.shift, "gap", ["delta": numbers([0.01])], from: [("up", moved)]) }
    #expect(try #require(moved.family).bases.allSatisfy { $0.annotations == whole })
    for kind in ["centre", "whiten", "standardize", "realign"] {
      #expect(
        try run(.shift, kind, from: [("up", artefact)]).family?.bases[0].annotations == whole, "\(kind)")
    }
    let held = try run(.shift, "centre", ["held_out": 2], from: [("up", artefact)])
    let rest = ItemAnnotations(ids: Array(ids[4...]), labels: Array(labels[4...]))
    #expect(held.family?.bases[0].annotations == rest)
    let table = try evaluate("projection", of: held)
    #expect(table.texts("id") == ids[4...] + ids[4...].flatMap { Array(repeating: $0, count: 5) })
    let drawn = try run(.shift, "centre", ["held_out": 3, "held_out_seed": 5], from: [("up", artefact)])
    let base = try #require(drawn.family?.bases[0])
    let places = base.annotations.ids.compactMap { ids.firstIndex(of: $0) }
    #expect(places.count == 3 && base.annotations.labels == places.map { labels[$0] })
    let original = try #require(artefact.family?.bases[0])
    for (row, place) in places.enumerated() { #expect(base.x.row(row) == original.x.row(place)) }
  }

  @Test(arguments: [1, 2, 300])
  func manyAndFewLabels(_ distinct: Int) throws {
    let test = Case(
      name: "", rows: (300, 300), pairing: nil, items: 300, itemOfX: Array(0..<300), itemOfY: Array(0..<300))
    let labels = (0..<300).map { "label \($0 % distinct)" }
    let table = try evaluate("projection", of: try read(test, labels: labels).artefact)
    #expect(table.texts("label") == labels + labels)
  }

  @Test func whatDoesNotFitThePairsIsSaid() throws {
    let test = Self.cases[3]
    let few = failure { try read(test, labels: ["a", "b", "c"]).artefact }
    #expect(
      few.hasSuffix(
        "labels.csv: found 3 labels, but there are 4 items; give one for each item, in their order"))
    let rows = failure { try read(test, ids: (0..<12).map(String.init)).artefact }
    #expect(rows.contains("found 12 ids, but there are 4 items"))
    let same = failure { try read(test, ids: ["a", "b", "a", "b"]).artefact }
    #expect(same.contains("items 0 and 2 (counted from 0) have the same id `a`"))
    #expect(failure { try read(test, ["labels": "/nowhere/l.csv"]).artefact }.contains("/nowhere/l.csv"))
  }
}

/// Zero-shot classification whose classes are the labels of the items.
@Suite("Zero-shot classification by the items' labels")
struct LabelledZeroShotTests {
  private static func embeddings(
    _ x: Matrix, _ y: Matrix, _ labels: [String], _ pairing: Pairing, ids: [String] = []
  ) -> Artefact {
    .embeddings(
      EmbeddingFamily(
        Embeddings(
          x: x, y: y, isNormalized: false, pairing: pairing,
          annotations: ItemAnnotations(ids: ids, labels: labels))))
  }

  private static let names = ["ape", "bee", "cow, brown"]

  private static func drawn(_ count: Int) -> [String] {
    var numbers = TestNumbers(UInt64(count))
    return (0..<count).map { $0 < 3 ? names[$0] : names[Int(numbers.next() % 3)] }
  }

  /// Of the most similar of these rows, the first.
  private static func nearest(_ x: Matrix, _ rows: [[Double]]) -> [Int] {
    Pairs.unit(x).map { item in
      let products = rows.map { row in zip(item, row).reduce(0) { $0 + $1.0 * $1.1 } }
      return products.firstIndex(of: products.max() ?? 0) ?? 0
    }
  }

  @Test("y with a row for each class", arguments: [2, 40])
  func rowsOfClasses(_ count: Int) throws {
    let (x, y) = (try Pairs.pair(count, 6).x, try Pairs.pair(3, 6).y)
    let labels = Self.drawn(count)
    let right = labels.map { Self.names.firstIndex(of: $0) ?? 9 }
    let ids = (0..<count).map { "i\($0)" }
    let predicted = Self.nearest(x, Pairs.unit(y))
    // By name, by number without `classes`, and by number with them.
    let asNumbers = right.map(String.init)
    let classes: [String: JSONValue] = ["classes": .array(Self.names.map { .string($0) }), "k": [1]]
    for (labels, with) in [(labels, classes), (asNumbers, ["k": [1]]), (asNumbers, classes)] {
      let artefact = Self.embeddings(x, y, labels, .unpaired, ids: ids)
      let table = try evaluate("zero-shot", with, of: artefact, suffix: "predictions")
      #expect(table.columnNames == ["item", "id", "label", "predicted", "rank"] && table.texts("id") == ids)
      #expect(table.numbers("predicted") == predicted.map(Double.init))
      #expect(table.numbers("label") == right.map(Double.init))
      let share = Double(zip(right, predicted).filter { $0 == $1 }.count) / Double(count)
      #expect(try evaluate("zero-shot", with, of: artefact).numbers("value") == [share])
    }
    // The same as from a file of numbers.
    let file = try withLabels(right) {
      try evaluate("zero-shot", ["labels": $0, "k": [1]], of: Self.embeddings(x, y, [], .unpaired))
    }
    #expect(try evaluate("zero-shot", ["k": [1]], of: Self.embeddings(x, y, asNumbers, .unpaired)) == file)
  }

  @Test("the classes' rows are means of the rows of y of their items", arguments: [1, 4])
  func prototypes(_ captions: Int) throws {
    let count = 31
    let (x, y) = (try Pairs.pair(count, 5).x, try Pairs.pair(count * captions, 5).y)
    let labels = Self.drawn(count)
    let unit = Pairs.unit(y)
    let rows = Self.names.map { name -> [Double] in
      var sum = [Double](repeating: 0, count: 5)
      for item in 0..<count where labels[item] == name {
        for row in unit[item * captions..<(item + 1) * captions] {
          for column in 0..<5 { sum[column] += row[column] }
        }
      }
      let norm = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return sum.map { $0 / norm }
    }
    let pairing: Pairing = captions == 1 ? .identity : .grouped(size: captions)
    let notes = Notes()
    let result = try run(
      .evaluate, "zero-shot", ["prototypes": "means"],
      from: [("up", Self.embeddings(x, y, labels, pairing))], notes: notes)
    let predictions = try #require(result.table("predictions"))
    #expect(predictions.numbers("predicted") == Self.nearest(x, rows).map(Double.init))
    #expect(result.table("classes")?.texts("class") == Self.names)
    #expect(notes.notices.contains { $0.contains("each item's own among them") })
  }

  @Test func whatIsMissingIsSaid() throws {
    let (x, y) = (try Pairs.pair(6, 4).x, try Pairs.pair(3, 4).y)
    let labels = ["ape", "bee", "cow", "ape", "bee", "cow"]
    func said(
      _ labels: [String], _ with: [String: JSONValue], _ y: Matrix, _ pairing: Pairing = .unpaired
    ) -> String {
      evaluationFailure("zero-shot", with, of: Self.embeddings(x, y, labels, pairing))
    }
    #expect(
      said(labels, [:], y)
        == "the items have labels such as `ape`, but nothing says which row of y is which class; set `classes` to the names in "
        + "the order of the rows of y, or `prototypes` to \"means\"")
    #expect(
      said(labels, ["classes": ["ape", "bee", "cows"]], y)
        == "item 2 (counted from 0) has the label `cow`, which is none of the 3 classes; did you mean `cows`?"
    )
    #expect(
      said(labels, ["prototypes": "means"], y).hasPrefix(
        "`prototypes` are means of the rows of y that belong to"))
    #expect(said([], [:], y).hasPrefix("nothing says which class each item has"))
    #expect(
      said(["0", "1", "3", "0", "1", "2"], [:], y).contains(
        "item 2 (counted from 0) has class 3, but there are 3 classes"))
    let (_, paired) = try Pairs.pair(6, 4)
    #expect(
      said(labels, ["prototypes": "means", "classes": ["ape", "bee", "cow", "eel"]], paired, .identity)
        == "no row of y belongs to an item of the class `eel`, so it has no mean; remove it from `classes`")
    let one = [String](repeating: "ape", count: 6)
    #expect(
      said(one, ["prototypes": "means"], paired, .identity)
        == "a classification needs at least 2 classes; found 1")
  }
}
