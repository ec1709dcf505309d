import Datasets
import Declarations
import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct TokenizerTests {
  /// CLIP's vocabulary: `MODGAP_BPE`, a file that this repository does not ship.
  private static let vocabulary: String? = {
    let path = ProcessInfo.processInfo.environment["MODGAP_BPE"]
    return path.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
  }()

  private struct Case: Decodable {
    let text: String
    let tokens: [Int32]
  }

  @Test(
    .enabled(if: vocabulary != nil && SharedData.isPresent, "needs CLIP's vocabulary (MODGAP_BPE)"))
  func theReferenceCasesAreExact() throws {
    let tokenizer = try BytePairTokenizer(vocabulary: Self.vocabulary ?? "")
    #expect(tokenizer.vocabularySize == 49408)
    #expect(tokenizer.endToken == 49407)
    let data = try Data(contentsOf: URL(fileURLWithPath: SharedData.golden("tokenizer_cases.json")))
    let cases = try JSONDecoder().decode([Case].self, from: data)
    #expect(cases.count >= 12)
    for one in cases { #expect(tokenizer.encode(one.text, context: 77) == one.tokens, "\(one.text)") }
    let together = try withBudget(jobs: 2) {
      try tokenizer.encode(cases.map(\.text), context: 77, budget: $0)
    }
    #expect(together == cases.flatMap(\.tokens))
  }

  /// What the reference's Python gives for texts that need cleaning.
  @Test(.enabled(if: vocabulary != nil, "needs CLIP's vocabulary (MODGAP_BPE)"))
  func textsAreCleanedAsTheReferenceDoes() throws {
    let tokenizer = try BytePairTokenizer(vocabulary: Self.vocabulary ?? "")
    for (text, tokens) in CleaningCases.all {
      #expect(tokenizer.ids(text, most: 75) == tokens, "\(text)")
    }
  }

  // MARK: - A vocabulary of our own

  private static let merges = "#version: 0.2\nl o\nlo w</w>\ne r</w>\nn e\n"

  @Test func pairsMergeInTheOrderTheyWereLearnt() throws {
    try withFolder { folder in
      let tokenizer = try BytePairTokenizer(vocabulary: write(Self.merges, folder + "/bpe.txt"))
      #expect(tokenizer.vocabularySize == 518)
      // `l` is the byte 108, the 76th visible one; `er</w>` the third merge.
      #expect(tokenizer.ids("low", most: 9) == [513])
      #expect(tokenizer.ids("LOWER", most: 9) == [512, 86, 514])
      #expect(tokenizer.encode("low", context: 4) == [516, 513, 517, 0])
      #expect(tokenizer.encode("low low low", context: 4) == [516, 513, 513, 517])
    }
  }

  @Test func aTableOfIdsAndItsMerges() throws {
    try withFolder { folder in
      try write(Self.merges, folder + "/merges.txt")
      let table = #"{"l":0,"o":1,"w</w>":2,"low</w>":7,"<|startoftext|>":8,"<|endoftext|>":9}"#
      let path = try write(table, folder + "/vocab.json")
      let tokenizer = try BytePairTokenizer(vocabulary: path)
      #expect(tokenizer.vocabularySize == 10)
      #expect(tokenizer.encode("low", context: 5) == [8, 7, 9, 0, 0])
      // What the table does not know is the end token.
      #expect(tokenizer.ids("z", most: 9) == [9])
      let elsewhere = try write(Self.merges, folder + "/elsewhere/m.txt")
      #expect(try BytePairTokenizer(vocabulary: path, merges: elsewhere).ids("low", most: 1) == [7])
    }
  }

  @Test func brokenVocabulariesAreNamed() throws {
    try withFolder { folder in
      let cases: [(String, String)] = [
        ("", "the file has no merges"), ("#\nl o\nl o w\n", ":3: a merge has two pieces"),
        ("{\"a\":1}", "no <|startoftext|>"), ("{\"a\":-1}", "not integers from 0"),
        ("{", "expected a JSON object"),
        ("{\"<|startoftext|>\":2,\"<|endoftext|>\":1}", "the largest id"),
      ]
      try write(Self.merges, folder + "/merges.txt")
      for (text, says) in cases {
        let path = try write(text, folder + "/v")
        let sentence = failure { _ = try BytePairTokenizer(vocabulary: path) }
        #expect(sentence.hasPrefix(path) && sentence.contains(says), "\(sentence)")
      }
      let cut = try write([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x4B], folder + "/cut.gz")
      #expect(failure { _ = try BytePairTokenizer(vocabulary: cut) }.contains("truncated"))
    }
  }

  @Test func mutatedVocabulariesGiveTokensOrAFailure() throws {
    try withFolder { folder in
      var numbers = TestNumbers(5)
      let table = Array(#"{"l":0,"o":1,"w</w>":2,"low</w>":7,"<|startoftext|>":8,"<|endoftext|>":9}"#.utf8)
      let files: [(String, [UInt8])] = [
        ("v.txt", Array(Self.merges.utf8)), ("vocab.json", table), ("v.gz", SampleFiles.gzip(Self.merges)),
      ]
      for (name, bytes) in files {
        for _ in 0..<1500 {
          try write(mutate(Array(Self.merges.utf8), &numbers), folder + "/merges.txt")
          let path = try write(mutate(bytes, &numbers), folder + "/" + name)
          do {
            let tokenizer = try BytePairTokenizer(vocabulary: path)
            let tokens = tokenizer.encode("low lower newest ½ 東京 é", context: 12)
            #expect(tokens.count == 12)
            #expect(tokens.allSatisfy { (0..<tokenizer.vocabularySize).contains(Int($0)) })
          } catch let failure as any Failure {
            #expect(failure.kind == .invalidInput)
            #expect(failure.message.hasPrefix(folder), "\(failure.message)")
          }
        }
      }
    }
  }

  // MARK: - Bytes

  @Test func bytesNeedNoFile() {
    let tokenizer = ByteTokenizer()
    #expect(tokenizer.encode("aé", context: 7) == [257, 98, 196, 170, 258, 0, 0])
    #expect(tokenizer.encode("abcdef", context: 5) == [257, 98, 99, 100, 258])
    #expect(tokenizer.encode("", context: 3) == [257, 258, 0])
  }

  @Test func anyTextGivesAsManyTokensAsAsked() throws {
    try withFolder { folder in
      let tokenizer = try BytePairTokenizer(vocabulary: write(Self.merges, folder + "/bpe.txt"))
      var numbers = TestNumbers(6)
      for _ in 0..<3000 {
        let bytes = (0..<Int.random(in: 0...60, using: &numbers)).map { _ in
          UInt8.random(in: 0...255, using: &numbers)
        }
        let text = String(decoding: bytes, as: UTF8.self) + ["&#", "&amp", "&#xD800;", "Σ"][bytes.count % 4]
        let context = Int.random(in: 2...20, using: &numbers)
        let tokens = tokenizer.encode(text, context: context)
        #expect(tokens.count == context)
        #expect(tokens.contains(tokenizer.endToken))
      }
      let long = String(repeating: "lowerish", count: 20_000)
      #expect(tokenizer.encode(long, context: 77).count == 77)
    }
  }
}
