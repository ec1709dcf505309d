import Declarations
import TestSupport
import Testing

/// Rows that repeat are said wherever pairs are made, with what can be done about it there.
@Suite("Repeated rows of pairs")
struct RepeatNoticeTests {
  /// Captions of two tokens, start and end: all are equal.
  private static let data = Tiny.data("shapes", ["context": 2])

  private func notices(_ kind: String, _ with: [String: JSONValue]) throws -> [String] {
    let notes = Notes()
    _ = try run(.`init`, kind, with, notes: notes)
    return notes.notices.filter { $0.contains("has equal rows") }
  }

  @Test("of towers", arguments: ["clip", "dual-encoder"])
  func towers(_ kind: String) throws {
    var text = Tiny.text
    text["context"] = 2
    var pair = Tiny.pair("vit", "text", Self.data)
    pair["y"] = .object(text.merging(["architecture": "text"]) { $1 })
    let clip = Tiny.clip.merging(["text": .object(text), "data": Self.data]) { $1 }
    let said = try notices(kind, kind == "clip" ? clip : pair)
    #expect(said.count == 1 && said[0].hasPrefix("y has equal rows: only 1 of 6 are different"), "\(said)")
    #expect(said.first?.contains("give each item once") == true)
    #expect(try notices("clip", Tiny.clip).allSatisfy { !$0.hasPrefix("x") })
  }

  @Test("of a sphere whose azimuths repeat")
  func sphere() throws {
    #expect(try notices("sphere", [:]).isEmpty)
    let said = try notices("sphere", ["spacing_degrees": 0])
    #expect(said.count == 2 && said[0].contains("`spacing_degrees`"), "\(said)")
  }
}
