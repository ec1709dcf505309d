import Datasets
import Declarations
import TestSupport
import Testing

/// What a user is told of the captions of a data set.
@Suite struct TextRemarkTests {
  private func remarks(_ captions: [String], _ more: [String: JSONValue] = [:]) throws -> [String] {
    try withFolder { folder in
      let rows = captions.map { "p.png,\"\($0.replacingOccurrences(of: "\"", with: "\"\""))\"\n" }
      let path = try write("path,caption\n" + rows.joined(), folder + "/list.csv")
      var values: [String: JSONValue] = ["path": .string(path)]
      if more["vocabulary"] != nil {
        values["vocabulary"] = .string(try write("#version: 0.2\nl o\nlo w</w>\n", folder + "/bpe.txt"))
      }
      values.merge(more.filter { $0.key != "vocabulary" }) { $1 }
      return try DatasetCatalog.make("captioned-images", with: values, seed: 0).remarks()
    }
  }

  @Test func captionsThatAreCutAreCounted() throws {
    let long = String(repeating: "x", count: 300)
    #expect(
      try remarks(["short", long, long]).first?.hasPrefix("2 of 3 captions have more bytes than") == true)
    #expect(try remarks(["short", long, long]).first?.contains("item 1, counted from 0") == true)
    // Exactly as long as there is room.
    let full = String(repeating: "x", count: 75)
    #expect(try remarks([full]) == [])
    #expect(try remarks([full + "x"]).count == 1)
    #expect(try remarks([long], ["context": 302]) == [])
    #expect(try remarks([String(repeating: "low ", count: 75)], ["vocabulary": true]) == [])
    let tokens = try remarks([String(repeating: "low ", count: 76)], ["vocabulary": true])
    #expect(tokens.first?.contains("1 of 1 captions have more tokens than the context of 77") == true)
  }

  @Test func whatIsLeftOutOfCaptionsIsNotCounted() throws {
    let long = Array(repeating: "word", count: 40).joined(separator: " ")
    #expect(try remarks([long]).count == 1)
    #expect(try remarks([long], ["information": 0.3]) == [])
  }

  @Test func captionsThatAreGarbledAreCounted() throws {
    let captions = ["fine", "cafÃ©", "lost \u{FFFD}", "Ã–sterreich", "naïve “quotes”"]
    let bytes = try remarks(captions)
    #expect(bytes.count == 1)
    #expect(bytes.first?.hasPrefix("3 of 5 captions look as if") == true, "\(bytes)")
    #expect(bytes.first?.contains("used as they are") == true)
    // CLIP's vocabulary repairs what can be.
    let repaired = try remarks(captions, ["vocabulary": true])
    #expect(repaired.first?.hasPrefix("1 of 5 captions look as if") == true, "\(repaired)")
    #expect(repaired.first?.contains("item 2, counted from 0") == true)
  }

  @Test func sequencesAreNamedForWhatTheyAre() throws {
    try withFolder { folder in
      let path = try write(
        ">a text\n" + String(repeating: "M", count: 20) + "\n>b\nMK\n", folder + "/a.fasta")
      let data = try DatasetCatalog.make("proteins", with: ["path": .string(path), "length": 12], seed: 0)
      let remarks = try data.remarks()
      #expect(remarks.count == 1)
      #expect(remarks.first?.hasPrefix("1 of 2 sequences have more residues than") == true)
      #expect(remarks.first?.contains("raise `length`") == true)
    }
  }

  /// Keys that say nothing of what changed keep their results; the others are computed again.
  @Test func onlyWhatChangedHasARevision() throws {
    func revision(_ kind: String, _ values: [String: JSONValue]) -> [String: Int]? {
      DatasetCatalog.signatures.first { $0.kind == kind }?.revision(values)
    }
    #expect(revision("captioned-images", ["path": "a.csv"]) == [:])
    #expect(revision("captioned-images", ["path": "a.csv", "information": 1, "mismatch": 0.5]) == [:])
    #expect(revision("captioned-images", ["path": "a.csv", "information": 0.5]) == ["wording": 2])
    #expect(revision("coco", ["vocabulary": "v", "information": 0.5]) == ["cleaning": 2, "wording": 2])
    #expect(revision("shapes", ["information": 0.5]) == [:])
    #expect(revision("proteins", [:]) == [:])
    #expect(revision("proteins", ["path": "a.fasta"]) == ["texts": 2])
  }
}
