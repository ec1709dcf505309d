import Contracts
import Declarations
import Files
import Foundation
import Stages
import TestSupport
import Testing

/// A table from the text of a CSV file.
func published(_ text: String, _ with: [String: JSONValue] = [:]) throws -> Artefact {
  try withFolder { folder in
    let path = try write(text, "\(folder)/t.csv")
    return try run(.`init`, "published", with.merging(["path": .string(path)]) { a, _ in a })
  }
}

@Suite("Printed numbers")
struct PublishedTests {
  @Test("columns are of numbers where each cell is one or empty; an empty one is NaN")
  func columns() throws {
    let table = try #require(
      try published("task,n,p,note,empty,mixed\r\nA,3,0.5,\"x, y\",,1\nB,,1e-3,,,z\nC,5,-2,7,,\n").table())
    #expect(table.columnNames == ["task", "n", "p", "note", "empty", "mixed"])
    #expect(table.texts("task") == ["A", "B", "C"])
    let n = table.numbers("n")
    #expect(n[0] == 3 && n[1].isNaN && n[2] == 5)
    #expect(table["p"] == .reals([0.5, 1e-3, -2]))
    #expect(table.texts("note") == ["x, y", "", "7"])
    #expect(table.texts("empty") == ["", "", ""])
    #expect(table.texts("mixed") == ["1", "z", ""])
    #expect(try published("k,v\n1,2\n3,4\n", ["keys": "k"]).table()?["k"] == .integers([1, 3]))
  }

  @Test(
    "what is no table is refused with its line",
    arguments: [
      ("", ":1: ", "the file is empty"), ("a,b\n", ":2: ", "there is no row below the header"),
      ("a,b\n1,2\n3\n", ":3: ", "found 1 field, but the header has 2"),
      ("a,b\n1,2,3\n", ":2: ", "found 3 fields"), ("a,,c\n1,2,3\n", ":1: ", "column 2 has no name"),
      ("a,a\n1,2\n", ":1: ", "two columns have the name `a`"),
      ("a,b\n\"1,2\n", ":2: ", "does not end"),
    ])
  func refusals(text: String, line: String, detail: String) {
    let failure = #expect(throws: CSVFailure.self) { try published(text) }
    let message = failure?.message ?? ""
    #expect(message.contains(".csv\(line)") && message.contains(detail), "\(message)")
  }

  @Test func unknownKey() {
    #expect(throws: TableFailure.unknownColumn("x", known: ["a"])) {
      try published("a\n1\n", ["keys": ["a", "x"]])
    }
  }
}
