import Datasets
import Declarations
import Files
import Foundation
import TestSupport
import Testing

/// Ids and labels of items from files.
@Suite struct ItemTextFileTests {
  /// Texts that a reader may take apart, cut or drop.
  static let hard = [
    "a,b", "she said \"so\"", "two\nlines", "two\r\nlines", " spaces ", "🐈‍⬛", "é", "e\u{301}", "007", "-0",
    "\t", "'",
    "#", "日本", "nan",
  ]

  private static func load(
    _ bytes: [UInt8], _ name: String, _ text: ItemText = .label, column: String? = nil, count: Int
  )
    throws -> [String]
  {
    try withFolder { folder in
      let path = JSONValue.string(try write(bytes, "\(folder)/\(name)"))
      let value = column.map { JSONValue.object(["path": path, "column": .string($0)]) } ?? path
      return try #require(ItemTextFile(value)).load(text, count: count)
    }
  }

  /// The failure's sentence without the folder of the file.
  private static func sentence(
    _ bytes: [UInt8], _ name: String, _ text: ItemText = .label, column: String? = nil, count: Int
  ) -> String {
    let said = failure { _ = try load(bytes, name, text, column: column, count: count) }
    return said.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? said
  }

  private static func quoted(_ text: String) -> String {
    "\"\(text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
  }

  @Test(arguments: ["\n", "\r\n"], ["", "\u{FEFF}"])
  func oneColumnOrOneOfSeveral(ending: String, mark: String) throws {
    let lines = Self.hard.map(Self.quoted)
    let alone = mark + lines.joined(separator: ending)
    for bytes in [alone, alone + ending] {
      let found = try Self.load(Array(bytes.utf8), "l.csv", count: lines.count)
      #expect(found.map { Array($0.utf8) } == Self.hard.map { Array($0.utf8) })
    }
    let table =
      mark + "number,\"the, label\",c\(ending)"
      + lines.enumerated().map { "\($0),\($1),z\(ending)" }.joined()
    let found = try Self.load(Array(table.utf8), "t.CSV", .id, column: "the, label", count: lines.count)
    #expect(found.map { Array($0.utf8) } == Self.hard.map { Array($0.utf8) })
    #expect(
      try Self.load(Array(table.utf8), "t.csv", column: "c", count: lines.count) == lines.map { _ in "z" })
  }

  private static func unicode(_ texts: [String], _ width: Int, isSwapped: Bool) -> [UInt8] {
    texts.flatMap { text in
      let codes =
        text.unicodeScalars.map(\.value) + Array(repeating: 0, count: width - text.unicodeScalars.count)
      return codes.flatMap { DataFiles.bytes(of: $0, isSwapped: isSwapped) }
    }
  }

  @Test func arraysOfStrings() throws {
    let texts = Self.hard + [String(repeating: "long ", count: 60) + "end"]
    for order in ["<", ">"] {
      let bytes = Self.unicode(texts, 310, isSwapped: order == ">")
      for shape in ["(\(texts.count),)", "(\(texts.count), 1)"] {
        let file = DataFiles.npy("\(order)U310", shape, bytes)
        #expect(
          try Self.load(file, "l.npy", .id, count: texts.count).map { Array($0.utf8) }
            == texts.map { Array($0.utf8) })
      }
    }
    let narrow = ["a", "bcd", "é"].flatMap { Array($0.utf8) + Array(repeating: 0, count: 4 - $0.utf8.count) }
    #expect(try Self.load(DataFiles.npy("|S4", "(3,)", narrow), "l.npy", count: 3) == ["a", "bcd", "é"])
  }

  @Test func arraysOfIntegersKeepAllDigits() throws {
    let wide: [Int64] = [.min, -1, 0, 7, 16_777_217, .max]
    for order in ["<", ">"] {
      let bytes = wide.flatMap { DataFiles.bytes(of: $0, isSwapped: order == ">") }
      let found = try Self.load(DataFiles.npy("\(order)i8", "(6,)", bytes), "l.npy", .id, count: 6)
      #expect(found == wide.map(String.init))
    }
    let unsigned = DataFiles.npy("<u8", "(2,)", [UInt64.max, 1].flatMap { DataFiles.bytes(of: $0) })
    #expect(try Self.load(unsigned, "l.npy", count: 2) == ["18446744073709551615", "1"])
    #expect(
      try Self.load(DataFiles.npy("|i1", "(3,)", [255, 128, 127]), "l.npy", count: 3) == [
        "-1", "-128", "127",
      ])
    let short = [Int16(-300), 300].flatMap { DataFiles.bytes(of: $0, isSwapped: true) }
    #expect(try Self.load(DataFiles.npy(">i2", "(2,)", short), "l.npy", count: 2) == ["-300", "300"])
    #expect(try Self.load(DataFiles.npy("|b1", "(3,)", [0, 1, 1]), "l.npy", count: 3) == ["0", "1", "1"])
  }

  @Test(.enabled(if: Outside.python != nil, "needs a Python with NumPy and pandas (MODGAP_PYTHON)"))
  func filesOfNumPyAndPandas() throws {
    try withFolder { folder in
      let script = """
        import json, numpy as np, pandas as pd
        t = json.loads(\(Self.quotedJSON(Self.hard)))
        np.save('\(folder)/u.npy', np.array(t)); np.save('\(folder)/i.npy', np.arange(len(t)) * 10**12)
        np.save('\(folder)/s.npy', np.array(['a', 'bc', 'def'], dtype='S'))
        pd.DataFrame({'label': t, 'n': range(len(t))}).to_csv('\(folder)/d.csv')
        """
      let answer = try #require(Outside.run(Outside.python ?? "", ["-c", script]))
      try #require(answer.status == 0, "\(answer.output)")
      func load(_ value: JSONValue, _ count: Int) throws -> [String] {
        try #require(ItemTextFile(value)).load(.id, count: count)
      }
      let count = Self.hard.count
      #expect(try load(.string("\(folder)/u.npy"), count) == Self.hard)
      #expect(try load(.string("\(folder)/i.npy"), count) == (0..<count).map { "\($0 * 1_000_000_000_000)" })
      #expect(try load(.string("\(folder)/s.npy"), 3) == ["a", "bc", "def"])
      let column = JSONValue.object(["path": .string("\(folder)/d.csv"), "column": "label"])
      #expect(try load(column, count) == Self.hard)
    }
  }

  /// A Python literal of JSON.
  private static func quotedJSON(_ texts: [String]) -> String {
    let json = JSONValue.array(texts.map { .string($0) }).canonical
    return JSONValue.string(json).canonical
  }

  /// What is written is what is read, and the same bytes as NumPy's `save` for the width.
  @Test func whatIsWrittenComesBack() throws {
    let texts = Self.hard + ["x"]
    let found = try Self.load(NPYWriter.data(texts), "l.npy", .id, count: texts.count)
    #expect(found.map { Array($0.utf8) } == texts.map { Array($0.utf8) })
  }

  @Test(arguments: [
    (
      "a\nb\nc\n", 2,
      "l.csv: found 3 labels, but there are 2 items; give one for each item, in their order; if the first line is a header, name the column: {\"path\": …, \"column\": …}"
    ),
    ("a\nb\n", 5, "l.csv: found 2 labels, but there are 5 items; give one for each item, in their order"),
    ("", 1, "l.csv: found 0 labels, but there is 1 item; give one for each item, in their order"),
    (
      "a\nb,c\n", 2,
      "l.csv:2: found 2 fields, but a file without `column` has one text per line; if the file has a header, choose one of its columns: {\"path\": …, \"column\": …}"
    ),
    ("a\n\"\"\n", 2, "l.csv: the label of item 1 (counted from 0) is empty; give it one, such as `none`"),
    (
      "a\n\"b\n", 2,
      "l.csv:2: this is not the expected CSV: a quoted field does not end; add the closing quote; correct the line or make the file again"
    ),
  ])
  func whatIsWrongWithLabelsIsSaid(text: String, count: Int, expected: String) {
    #expect(Self.sentence(Array(text.utf8), "l.csv", count: count) == expected)
  }

  @Test func whatIsWrongWithIDsIsSaid() {
    #expect(
      Self.sentence(Array("a\nb\nc\nb\nc\n".utf8), "l.csv", .id, count: 5)
        == "l.csv: items 1 and 3 (counted from 0) have the same id `b`; an id is of one item, so make them different, or give "
        + "them as `labels`")
    // Different bytes are different ids, though Swift's strings are equal.
    #expect(Self.sentence(Array("é\ne\u{301}\n".utf8), "l.csv", .id, count: 2) == "nothing failed")
    #expect(
      Self.sentence(Array("a\n\"\"\n".utf8), "l.csv", .id, count: 2)
        == "l.csv: the id of item 1 (counted from 0) is empty; give it one")
    #expect(
      Self.sentence(Array("label,n\na,1\n".utf8), "l.csv", column: "labels", count: 1)
        == "l.csv:1: there is no column `labels` among 2 columns; did you mean `label`?")
  }

  @Test(arguments: [
    (
      "<f4", "(2,)", 8,
      "the values are of type `<f4`; expected strings or integers, as `np.save(path, labels.astype(str))` writes: convert them"
    ),
    (
      "|O", "(2,)", 8,
      "the values are of type `|O`; expected strings or integers, as `np.save(path, labels.astype(str))` writes: convert them"
    ),
    ("<i4", "(1, 2)", 8, "the shape is (1, 2); expected (n), with one text for each item"),
    (
      "<i4", "(3,)", 8,
      "the shape (3) needs 12 bytes of values, but the file has 8; it is truncated: make it again"
    ),
    (
      "<U1", "(2,)", 8,
      "string 0 (counted from 0) has the number 16843009, which is no character of Unicode; write the array again"
    ),
    ("|S0", "(2,)", 0, "the label of item 0 (counted from 0) is empty; give it one, such as `none`"),
  ])
  func arraysThatAreNoTexts(type: String, shape: String, bytes: Int, expected: String) {
    let file = DataFiles.npy(type, shape, [UInt8](repeating: 1, count: bytes))
    #expect(Self.sentence(file, "l.npy", count: 2) == "l.npy: " + expected)
  }

  @Test func otherFilesAreRefused() {
    #expect(
      Self.sentence([], "l.txt", count: 2)
        == "l.txt: ids and labels are read from files that end in .csv or .npy; save them as one of these")
    #expect(
      Self.sentence(DataFiles.npy("|i1", "(1,)", [1]), "l.npy", column: "a", count: 1)
        == "l.npy: `column` is a column of a CSV file; leave it out for a .npy array")
    let zero = DataFiles.npy("|S3", "(1,)", [65, 0, 66])
    #expect(
      Self.sentence(zero, "l.npy", count: 1).hasPrefix(
        "l.npy: string 0 (counted from 0) has a zero character"))
    #expect(Self.sentence([0xFF, 10], "l.csv", count: 1).hasPrefix("l.csv:1:1: "))
    #expect(Self.sentence(DataFiles.npy("|S1", "(1,)", [0xFF]), "l.npy", count: 1).contains("is not UTF-8"))
  }
}

/// Ids and labels of data sets.
@Suite struct AnnotatedDataTests {
  private static func open(_ name: String, _ more: [String: JSONValue], _ folder: String) throws -> PairedData
  {
    let values = try KindSamples.values(name, folder).merging(more) { $1 }
    return try DatasetCatalog.make(KindSamples.kind(name), with: values, seed: 0)
  }

  private static let ids = (0..<12).map { "item \($0)" }
  private static let kinds = KindSamples.names.filter { name in
    DatasetCatalog.signatures.first { $0.kind == KindSamples.kind(name) }?.itemTexts == ItemText.allCases
      && !KindSamples.made.contains(name)
  }

  @Test("labels and ids stay with their items, whatever count and seed choose", arguments: kinds)
  func followTheSelection(_ name: String) throws {
    try withFolder { texts in
      let folder = texts + "/data"
      let ids = try write(Self.ids.map { $0 + "\n" }.joined(), "\(texts)/ids.csv")
      let labels = try write(
        "n,what\n" + (0..<12).map { "\($0),\($0 % 3 == 0 ? "third" : "other")\n" }.joined(),
        "\(texts)/l.csv")
      let named: [String: JSONValue] = [
        "ids": .string(ids), "labels": .object(["path": .string(labels), "column": "what"]),
      ]
      let whole = try Self.open(name, named, folder)
      #expect(whole.count == 12 && whole.annotations.ids == Self.ids && whole.classes == ["other", "third"])
      for more: [String: JSONValue] in [["count": 5], ["seed": 3], ["count": 7, "seed": 4]] {
        let some = try Self.open(name, named.merging(more) { $1 }, folder)
        let plain = try Self.open(name, more, folder)
        let places = some.annotations.ids.compactMap { Self.ids.firstIndex(of: $0) }
        #expect(places.count == plain.count && some.count == plain.count && Set(places).count == plain.count)
        if more["seed"] == nil { #expect(places == Array(0..<5)) }
        for (item, place) in places.enumerated() {
          #expect(some.annotations.labels[item] == (place % 3 == 0 ? "third" : "other"))
          #expect(some.labels[item] == (place % 3 == 0 ? 1 : 0))
        }
        // The items are those of the same data without texts.
        try withBudget(jobs: 1) { budget in
          for item in 0..<some.count {
            let range = item..<item + 1
            #expect(
              try some.x.matrix(range, budget: budget).values == plain.x.matrix(range, budget: budget).values)
            let original = try whole.x.matrix(places[item]..<places[item] + 1, budget: budget)
            #expect(try some.x.matrix(range, budget: budget).values == original.values)
          }
        }
      }
      let wrong = failure {
        _ = try Self.open(name, ["ids": .string(ids), "labels": .string(ids), "count": 3], folder)
      }
      #expect(wrong == "nothing failed", "\(wrong)")
      let few = try write("a\nb\nc\n", "\(texts)/few.csv")
      #expect(
        failure { _ = try Self.open(name, ["ids": .string(few), "count": 3], folder) }
          .contains("found 3 ids, but there are 12 items"))
    }
  }

  @Test func ownClassesAndAttributesAreLabels() throws {
    try withFolder { folder in
      let own = try Self.open("image-folder", ["labels": "classes"], folder)
      let plain = try Self.open("image-folder", [:], folder)
      #expect(plain.annotations.isEmpty && own.labels == plain.labels && own.classes == plain.classes)
      #expect(own.annotations.labels == plain.labels.map { plain.classes[Int($0)] })
      let faces = try Self.open("fairface", ["labels": "age", "seed": 2], folder + "/faces")
      let ages = try #require(try faces.attribute("age"))
      #expect(
        faces.annotations.labels == ages.labels.map { ages.classes[Int($0)] } && faces.labels == ages.labels)
    }
    let values: [String: JSONValue] = ["count": 9, "objects": 1, "labels": "colour"]
    let shapes = try DatasetCatalog.make("shapes", with: values, seed: 1)
    let colours = try #require(try shapes.attribute("colour"))
    #expect(shapes.annotations.labels == colours.labels.map { colours.classes[Int($0)] })
    let several: [String: JSONValue] = ["count": 9, "labels": "colour"]
    #expect(
      failure { _ = try DatasetCatalog.make("shapes", with: several, seed: 1) }
        == "data of kind `shapes`: `labels` must be a file, because these data have no `colour`")
  }

  @Test(arguments: [
    (["b", "a", "b"], ["a", "b"], [1, 0, 1]), (["10", "9", "-1"], ["-1", "9", "10"], [2, 1, 0]),
    (["10", "9", "x"], ["10", "9", "x"], [0, 1, 2]), (["same", "same"], ["same"], [0, 0]),
    (["é", "e\u{301}"], ["e\u{301}", "é"], [1, 0]),
  ])
  func classesOfTexts(texts: [String], classes: [String], numbers: [Int32]) {
    let found = PairedData.Attribute(of: texts)
    #expect(found.classes.map { Array($0.utf8) } == classes.map { Array($0.utf8) } && found.labels == numbers)
  }
}
