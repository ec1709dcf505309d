import Datasets
import Declarations
import Files
import Foundation
import TestSupport
import Testing

/// Bytes that are not UTF-8, in every text that is read.
@Suite struct TextBytesTests {
  // MARK: - The check

  @Test func theCheckAgreesWithTheStandardLibrary() {
    var numbers = TestNumbers(21)
    let odd: [UInt8] = [
      0xC0, 0xC1, 0xC2, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xFF, 0x0D,
      0x0A,
    ]
    for _ in 0..<3000 {
      let bytes = (0..<Int.random(in: 0...9, using: &numbers)).map { _ in
        Bool.random(using: &numbers)
          ? odd.randomElement(using: &numbers) ?? 0 : UInt8.random(in: 1...255, using: &numbers)
      }
      let isValid = String(validating: bytes, as: UTF8.self) != nil
      let fault = UTF8Check.fault(in: bytes)
      #expect((fault == nil) == isValid, "\(bytes)")
      guard let fault else { continue }
      // All before the fault is text.
      let before = Array(bytes[..<fault.offset])
      #expect(String(validating: before, as: UTF8.self) != nil && bytes[fault.offset] == fault.byte)
      let breaks = before.indices.filter { place in
        before[place] == 10 || before[place] == 13 && before[(place + 1)...].first != 10
      }
      #expect(fault.line == breaks.count + 1)
      #expect(fault.column == fault.offset - (breaks.last ?? -1))
      // The same in two stretches, wherever they are cut.
      for cut in 0...bytes.count {
        var check = UTF8Check()
        let found =
          check.fault(inNext: bytes[..<cut]) ?? check.fault(inNext: bytes[cut...]) ?? check.faultAtEnd
        #expect(found == fault, "\(bytes) \(cut)")
      }
    }
  }

  @Test func aNULIsNoText() {
    let fault = UTF8Check.fault(in: Array("ab\n\0c".utf8))
    #expect(fault?.offset == 3 && fault?.line == 2 && fault?.column == 1 && fault?.byte == 0)
  }

  // MARK: - Files

  private func remark(_ kind: String, _ values: [String: JSONValue]) -> String {
    failure {
      let data = try DatasetCatalog.make(kind, with: values, seed: 0)
      _ = try data.y?.texts(0..<data.count)
    }
  }

  /// Latin-1, Windows-1252, an overlong form, a surrogate, a cut character, UTF-16.
  private static let wrong: [[UInt8]] = [
    [0xE9], [0x93], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF5], [0x00, 0x61],
  ]

  @Test(arguments: wrong) func aTableOfCaptions(bytes: [UInt8]) throws {
    try withFolder { folder in
      let file = Array("path,caption\r\np.png,caf".utf8) + bytes + Array("\r\n".utf8)
      let path = try write(file, folder + "/list.csv")
      let values: [String: JSONValue] = ["path": .string(path)]
      let says = remark("captioned-images", values)
      #expect(says.hasPrefix("\(path):2:10: "), "\(says)")
      #expect(says.contains("byte 23 of the file") && says.contains("as UTF-8"), "\(says)")
      if bytes[0] != 0 {
        #expect(says.contains("0x" + String(bytes[0], radix: 16, uppercase: true)), "\(says)")
      }
      try write(SampleFiles.gzip(file), path)
      #expect(remark("captioned-images", values) == says)
    }
  }

  @Test(arguments: wrong) func sequencesAndLists(bytes: [UInt8]) throws {
    try withFolder { folder in
      let fasta = try write(
        Array(">a\nMK\n>b Prot".utf8) + bytes + Array("in\nMK\n".utf8), folder + "/a.fasta")
      #expect(remark("proteins", ["path": .string(fasta)]).hasPrefix("\(fasta):3:8: "))
      let coco = try write(
        Array("{\"images\": [],\n \"x\": \"".utf8) + bytes + Array("\"}".utf8), folder + "/c.json")
      let values: [String: JSONValue] = ["annotations": .string(coco), "folder": .string(folder)]
      #expect(remark("coco", values).hasPrefix("\(coco):2:8: "), "\(remark("coco", values))")
    }
  }

  @Test func aFASTAFileBeyondOneStretch() throws {
    try withFolder { folder in
      // A character that lies across the border of what is read at once, and a fault behind it.
      let start = ">a " + String(repeating: "x", count: (1 << 20) - 4) + "é\nMK\n>b "
      let path = try write(Array(start.utf8) + [0xE9, 0x0A], folder + "/a.fasta")
      #expect(remark("proteins", ["path": .string(path)]).hasPrefix("\(path):3:4: "))
      try write(Array(start.utf8) + Array("end\nMK\n".utf8), path)
      let data = try DatasetCatalog.make("proteins", with: ["path": .string(path)], seed: 0)
      #expect(try data.y?.texts(0..<2).map(\.count) == [(1 << 20) - 3, 3])
    }
  }

  @Test(arguments: ["\n", "\r\n", "\r"]) func anyLineBreakAndAMark(lineBreak: String) throws {
    try withFolder { folder in
      let fasta = "\u{FEFF}" + [">P1 Protein é OS=x", "MK", "LV", ">P2", "A"].joined(separator: lineBreak)
      let path = try write(fasta, folder + "/a.fasta")
      let data = try DatasetCatalog.make("proteins", with: ["path": .string(path)], seed: 0)
      #expect(try data.x.texts(0..<2) == ["MKLV", "A"])
      #expect(try data.y?.texts(0..<2) == ["Protein é", "P2"])
      let csv = try write(
        "\u{FEFF}" + ["path,caption", "p.png,é", "q.png,b"].joined(separator: lineBreak), folder + "/list.csv"
      )
      let pairs = try DatasetCatalog.make("captioned-images", with: ["path": .string(csv)], seed: 0)
      #expect(try pairs.y?.texts(0..<2) == ["é", "b"])
    }
  }

  @Test func vocabularies() throws {
    try withFolder { folder in
      func says(_ path: String) -> String { failure { _ = try BytePairTokenizer(vocabulary: path) } }
      let merges = try write(Array("#\nl o\nl ".utf8) + [0xE9, 0x0A], folder + "/merges.txt")
      #expect(says(merges).hasPrefix("\(merges):3:3: the byte 0xE9 (byte 8 "))
      let table = try write("{\"l\":0,\"<|startoftext|>\":1,\"<|endoftext|>\":2}", folder + "/vocab.json")
      #expect(says(table).hasPrefix("\(merges):3:3: "))
      try write(Array("{\"".utf8) + [0xFF, 0xFE] + Array("\":0}".utf8), table)
      #expect(says(table).hasPrefix("\(table):1:3: the byte 0xFF"))
      let packed = try write(SampleFiles.gzip("#\nl o\n\0"), folder + "/bpe.gz")
      #expect(says(packed).contains("NUL"))
    }
  }

  @Test func namesOfClassesAndFiles() throws {
    try withFolder { folder in
      let values = try KindSamples.values("cifar", folder)
      let root = values["folder"]?.string ?? folder
      let names = try write(Array("a\nb\n".utf8) + [0xC4, 0x0A], root + "/batches.meta.txt")
      #expect(remark("cifar", values).hasPrefix("\(names):3:1: "), "\(remark("cifar", values))")
      try write("a\nb\n", names)
      #expect(remark("cifar", values).contains("it names 2 classes, but CIFAR-10 has 10"))
    }
    try withFolder { folder in
      try write(KindSamples.picture(1), folder + "/cats/a.png")
      let name = (Array((folder + "/caf").utf8) + [0xE9, 0]).map { CChar(bitPattern: $0) }
      #expect(mkdir(name, 0o755) == 0)
      let says = remark("image-folder", ["folder": .string(folder)])
      #expect(says.hasPrefix("\(folder): the name of the file `caf\\xE9` is not UTF-8"), "\(says)")
      rmdir(name)
    }
  }

  @Test func drawings() throws {
    try withFolder { folder in
      let values = try KindSamples.values("openclipart", folder)
      let path = try write(
        Array("<svg>\n<dc:title>caf".utf8) + [0xE9] + Array("</dc:title></svg>".utf8),
        folder + "/svg/animals/dog_0.svg")
      #expect(remark("openclipart", values).hasPrefix("\(path):2:14: "), "\(remark("openclipart", values))")
    }
  }

  @Test func headersOfWeights() throws {
    try withFolder { folder in
      let header = Array("{\"__metadata__\":{\"a\":\"".utf8) + [0xE9] + Array("\"}}".utf8)
      let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
      let path = try write(length + header, folder + "/w.safetensors")
      #expect(failure { _ = try SafetensorsFile(path) }.contains("not UTF-8 from byte 30 of the file on"))
    }
  }

  @Test(arguments: [#"\uD83D"#, #"\uDCA9"#, #"\uD83D\u0041"#, #"\\\uD83D x"#])
  func halfACharacterInJSON(escape: String) throws {
    try withFolder { folder in
      let text = """
        {"images": [{"id": 1, "file_name": "p.png"}],
        "annotations": [{"image_id": 1, "caption": "a \(escape)"}]}
        """
      let path = try write(text, folder + "/c.json")
      let says = remark("coco", ["annotations": .string(path), "folder": .string(folder)])
      #expect(says.hasPrefix("\(path):2: ") && says.contains("surrogate"), "\(says)")
      try write(text.replacingOccurrences(of: escape, with: #"\\uD83D \uD83D\uDCA9"#), path)
      let data = try DatasetCatalog.make(
        "coco", with: ["annotations": .string(path), "folder": .string(folder)], seed: 0)
      #expect(try data.y?.texts(0..<1) == ["a \\uD83D \u{1F4A9}"])
    }
  }
}
