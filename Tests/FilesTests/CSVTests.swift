import Contracts
import Declarations
import Files
import Foundation
import TestSupport
import Testing

@Suite struct CSVTests {
  private static let everyKind = Table([
    .init("delta", .reals([1.0, 0.1, 1e-300])), .init("k", .integers([1, -5, Int.max])),
    .init("name", .texts(["1", "a,\"b\"\nc", ""])),
  ])

  private func text(_ columns: [Table.NamedColumn]) -> String {
    String(decoding: CSV.encode(Table(columns)), as: UTF8.self)
  }

  private func decode(_ text: String, types: [CSV.ColumnType]? = nil) throws -> Table {
    try CSV.decode(Array(text.utf8), path: "a.csv", types: types)
  }

  @Test func numbersTakeTheFewestDigits() {
    let reals = [0.1, 1, -0.0, 1e300, 1e-7, .nan, -.nan, .signalingNaN, .infinity, -.infinity]
    #expect(
      text([.init("v", .reals(reals))])
        == "v\n0.1\n1.0\n-0.0\n1e+300\n1e-07\nnan\nnan\nnan\ninf\n-inf\n")
  }

  @Test func quotesStandOnlyWhereNeeded() {
    let texts = ["plain text", "a,b", "say \"x\"", "two\nlines", "cr\r", ""]
    #expect(
      text([.init("a,b", .texts(texts)), .init("k", .integers([1, 2, 3, 4, 5, 6]))])
        == "\"a,b\",k\nplain text,1\n\"a,b\",2\n\"say \"\"x\"\"\",3\n\"two\nlines\",4\n\"cr\r\",5\n,6\n")
    #expect(text([.init("t", .texts([""]))]) == "t\n\"\"\n")
  }

  @Test func everyCellOfALargeTableComesBack() throws {
    var numbers = TestNumbers(5)
    let reals = (0..<100_000).map { _ in
      let value = Double(bitPattern: numbers.next())
      return value.isNaN ? 0.5 : value
    }
    let short = (0..<100_000).map { Double($0) / 64 * ($0.isMultiple(of: 2) ? 1e-9 : 1) }
    let table = Table([
      .init("r", .reals(reals)), .init("s", .reals(short)),
      .init("i", .integers(reals.map { Int(truncatingIfNeeded: $0.bitPattern) })),
      .init("t", .texts(reals.map { "β \"\($0)\",\n" })),
    ])
    #expect(try CSV.decode(CSV.encode(table), path: "a.csv") == table)
    #expect(try CSV.decode(CSV.encode(table), path: "a.csv", types: CSV.types(of: table)) == table)
  }

  @Test func typesKeepWhatTheTextAloneLoses() throws {
    let table = Table([
      .init("whole", .reals([1, -0.0])), .init("digits", .texts(["1", "2"])), .init("k", .integers([0, 1])),
      .init("nan", .texts(["nan", ""])),
    ])
    let types = CSV.types(of: table)
    let back = try CSV.decode(CSV.encode(table), path: "a.csv", types: types)
    #expect(back == table)
    if case .reals(let values) = back["whole"] { #expect(values[1].sign == .minus) }
  }

  @Test func columnsAreInferredStrictly() throws {
    let table = try decode("a,b,c,d,e,f\n1,1,007,-0,9223372036854775808,\n-2,1.5,1,3,1,x\n")
    #expect(table["a"] == .integers([1, -2]))
    #expect(table["b"] == .reals([1, 1.5]))
    #expect(table["c"] == .texts(["007", "1"]))
    #expect(table["d"] == .reals([0, 3]))
    #expect(table["e"] == .reals([9_223_372_036_854_775_808, 1]))
    #expect(table["f"] == .texts(["", "x"]))
    #expect(try decode("v\n-9223372036854775808\n")["v"] == .integers([Int.min]))
    #expect(try decode("v\n0x10\n")["v"] == .texts(["0x10"]))
    #expect(try decode("v\ninfinity\n")["v"] == .texts(["infinity"]))
    #expect(try decode("v\n1e400\n")["v"] == .reals([.infinity]))
    #expect(try decode("v\n1.\n")["v"] == .texts(["1."]))
  }

  @Test func filesOfSpreadsheetsAreRead() throws {
    let table = try decode("\u{FEFF}path,caption\r\na.png,\"A cat, \"\"asleep\"\"\"\r\nb.png,two")
    #expect(table["path"] == .texts(["a.png", "b.png"]))
    #expect(table["caption"] == .texts(["A cat, \"asleep\"", "two"]))
  }

  @Test(arguments: [
    ("", 1), ("a,b\n1,2\n3\n", 3), ("a\n\"x\n\n", 2), ("a\n\"x\"y\n", 2), ("a\nx\"y\n", 2), ("a,a\n1,2\n", 1),
    ("a,b\n\n", 2), ("a\nx\ry\n", 2),
  ])
  func malformedFilesNameTheLine(text: String, line: Int) {
    let failure = #expect(throws: CSVFailure.self) { try decode(text) }
    #expect(failure?.path == "a.csv")
    #expect(failure?.line == line)
    #expect(failure?.kind == .invalidInput)
  }

  @Test func brokenUTF8NamesTheLine() {
    let failure = #expect(throws: CSVFailure.self) {
      try CSV.decode(Array("a\nb\n".utf8) + [0xC3, 0x28, 10], path: "a.csv")
    }
    #expect(failure?.message.hasPrefix("a.csv:3: ") == true)
  }

  @Test func aCellOfAnotherTypeIsAFailure() {
    let failure = #expect(throws: CSVFailure.self) { try decode("a\n1\nx\n", types: [.integer]) }
    #expect(failure?.message.contains("a.csv:3: ") == true)
    #expect(failure?.message.contains("`x`, but an integer was expected") == true)
  }

  @Test(.enabled(if: Outside.python != nil, "needs a Python with pandas (MODGAP_PYTHON)"))
  func pandasReadsTheSameNumbers() throws {
    try withFolder { folder in
      var numbers = TestNumbers(6)
      let reals = (0..<1000).map { _ in numbers.double() * 1e-5 }
      let path = "\(folder)/a.csv"
      try AtomicWriter().write(
        CSV.encode(Table([.init("v", .reals(reals + [.nan, .infinity]))])), to: path)
      let script = """
        import pandas as pd
        v = pd.read_csv('\(path)', float_precision='round_trip')['v']
        print(','.join(float(x).hex() for x in v[:1000]), v.isna()[1000], v[1001])
        """
      let answer = try #require(Outside.run(Outside.python ?? "", ["-W", "ignore", "-c", script]))
      let words = answer.output.split(separator: " ")
      #expect(words.dropFirst().joined(separator: " ") == "True inf\n")
      #expect(words.first?.split(separator: ",").map { Double($0) } == reals.map(Optional.init))
    }
  }

  /// What other people's files have beside RFC 4180.
  @Test(arguments: [
    ("a,b\n\n1,2\r\n\r3,\"4\"\"5\"", [["a", "b"], ["1", "2"], ["3", "4\"5"]]),
    ("\u{feff}x\"y,z\n", [["x\"y", "z"]]), ("\"two\nlines\",b\nc,", [["two\nlines", "b"], ["c", ""]]),
    ("\n\n", []),
  ])
  func recordsOfOthers(text: String, expected: [[String]]) throws {
    var records = CSVRecords(Array(text.utf8), path: "a.csv")
    var found: [[String]] = []
    while let fields = try records.next() { found.append(fields.map { String(decoding: $0, as: UTF8.self) }) }
    #expect(found == expected)
  }

  @Test(arguments: [("a\n\"b", 2), ("\"a\"b", 1), ("a\n\"b\nc\"d", 3)])
  func recordsThatEndInTheMiddleNameTheLine(text: String, line: Int) {
    var records = CSVRecords(Array(text.utf8), path: "a.csv")
    let failure = #expect(throws: CSVFailure.self) { while try records.next() != nil {} }
    #expect(failure?.line == line)
  }
}

extension CSVTests {
  /// A text of a table may have any characters.
  @Test func aZeroInATextIsRead() throws {
    let table = Table([.init("t", .texts(["a\0b", "é\0"])), .init("n", .integers([1, 2]))])
    #expect(try CSV.decode(CSV.encode(table), path: "a.csv", types: CSV.types(of: table)) == table)
  }

  @Test func columnsOfATableOfCanonicallyEqualNamesAreTwo() throws {
    let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}")
    let text = "\(composed),\(decomposed)\n1,2\n"
    let table = try CSV.decode(Array(text.utf8), path: "t.csv")
    #expect(table[composed] == .integers([1]))
    #expect(table[decomposed] == .integers([2]))
  }

  @Test func mutatedCSVFilesGiveATableOrAFailure() throws {
    let file = CSV.encode(Self.everyKind)
    var numbers = TestNumbers(3)
    for _ in 0..<5000 {
      let mutant = mutate(file, &numbers)
      do {
        let table = try CSV.decode(mutant, path: "a.csv")
        #expect(table.columns.allSatisfy { $0.values.count == table.rowCount })
      } catch let failure as any Failure {
        #expect(failure.kind == .invalidInput)
      }
    }
  }
}
