import Datasets
import Declarations
import Files
import Foundation
import Kernels
import TestSupport
import Testing

/// Data that are read from files.
@Suite(.serialized) struct ReadDataTests {
  private func captions(_ name: String) throws -> [String] {
    var found: [String] = []
    try KindSamples.with(name) { found = try $0.y?.texts(0..<12) ?? [] }
    return found
  }

  @Test func captionsAreThoseOfTheFiles() throws {
    #expect(try captions("proteins-file")[3] == "Protein 3")
    #expect(try captions("captioned-images")[3] == "a picture, \"number\" 3")
    #expect(try captions("coco")[3] == "one 3")
    #expect(try captions("image-folder")[6] == "a photo of a ant.")
    #expect(try captions("image-folder")[7] == "a photo of a polar bear.")
    #expect(try captions("cifar")[1] == "a photo of a automobile.")
    #expect(try captions("idx")[5] == "a photo of a 1.")
    let clipart = try captions("openclipart")
    #expect(clipart[0] == "Dog & cat 0, animal, dog 0")
    #expect(clipart.contains("dog 7"))
  }

  @Test func theLastCaptionOfCOCO() throws {
    try withFolder { folder in
      let values = try KindSamples.values("coco", folder).merging(["captions": "last"]) { $1 }
      #expect(try DatasetCatalog.make("coco", with: values, seed: 0).y?.texts(4..<5) == ["three 4"])
    }
  }

  @Test func residuesAreTokensByLetter() throws {
    try KindSamples.with("proteins-file") { data in
      #expect(try data.x.texts(0..<1) == ["MKVLLAC"])
      let tokens = try withBudget(jobs: 1) { try data.x.tokens(0..<1, budget: $0) }
      #expect(tokens == [27, 13, 11, 22, 12, 12, 1, 3, 28, 0, 0, 0, 0, 0, 0, 0])
    }
  }

  @Test func tensorsAreUsedAsTheyAre() throws {
    try KindSamples.with("tensors") { data in
      let numbers = try withBudget(jobs: 1) { try data.x.matrix(2..<3, budget: $0).values }
      #expect(numbers == (24..<36).map { Float($0) })
      #expect(data.x.inputKind == .numbers(shape: [3, 2, 2]))
      #expect(data.y?.inputKind == .tokens(context: 4, vocabulary: 48))
      #expect(data.labels == (0..<12).map { Int32($0 % 3) })
    }
  }

  /// `file.safetensors:name`, with integers of 64 bits.
  @Test(.enabled(if: SharedData.isPresent, "needs the reference data (MODGAP_SHARED)"))
  func theReferenceTensorsAreUsedAsTheyAre() throws {
    let path = SharedData.golden("tiny_clip.io.safetensors")
    let values: [String: JSONValue] = [
      "images": .string(path + ":images"), "tokens": .string(path + ":tokens"),
    ]
    let data = try DatasetCatalog.make("tensors", with: values, seed: 0)
    #expect(data.count == 6 && data.files == [path, path])
    #expect(data.x.inputKind == .numbers(shape: [3, 32, 32]))
    let images = try SafetensorsFile(path).load("images").values
    let tokens = try SafetensorsFile(path).load("tokens").values
    let read = try withBudget(jobs: 2) { budget in
      (try data.x.matrix(0..<6, budget: budget).values, try data.y?.tokens(0..<6, budget: budget))
    }
    #expect(read.0 == images)
    #expect(read.1?.map { Float($0) } == tokens)
  }

  @Test func tensorsOfNoUseAreNamed() throws {
    try withFolder { folder in
      func says(_ name: String, _ type: String, _ shape: [Int], _ bytes: [UInt8]) throws -> String {
        let path = try KindSamples.npy(folder + "/\(name).npy", type, shape, bytes)
        return failure { _ = try DatasetCatalog.make("tensors", with: [name: .string(path)], seed: 0) }
      }
      let negative = try says("tokens", "<i4", [1, 2], [1, 0, 0, 0, 255, 255, 255, 255])
      #expect(negative.contains("/tokens.npy: item 1") && negative.contains("is -1.0, not an integer"))
      let half = try says("tokens", "<f4", [1, 1], [0, 0, 0, 0x3F])
      #expect(half.contains("is 0.5, not an integer"), "\(half)")
      let pixels = [UInt8](repeating: 0, count: 8) + [0, 0, 0xC0, 0x7F]
      let nan = try says("images", "<f4", [1, 3, 1, 1], pixels)
      #expect(nan.contains("/images.npy: item 0") && nan.contains("not finite"), "\(nan)")
      #expect(try says("images", "<f4", [1, 3], pixels).contains("(n, 3, h, w)"))
    }
  }

  @Test func labelsAndClasses() throws {
    try KindSamples.with("image-folder") { data in
      #expect(data.classes == ["ant", "polar bear"])
      #expect(data.labels == [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
    }
    try KindSamples.with("cifar") { #expect($0.labels[9] == 9 && $0.classes[9] == "truck") }
  }

  // MARK: - Broken files

  @Test func brokenFilesAreNamed() throws {
    try withFolder { folder in
      func says(_ kind: String, _ values: [String: JSONValue]) -> String {
        failure {
          let data = try DatasetCatalog.make(kind, with: values, seed: 0)
          try withBudget(jobs: 1) { _ = try data.x.matrix(0..<data.count, budget: $0) }
          _ = try data.x.texts(0..<data.count)
        }
      }
      func at(_ text: String) throws -> [String: JSONValue] {
        ["path": .string(try write(text, folder + "/f"))]
      }
      let tables = [
        ("path,text\n", "no column `caption`"), ("path,caption\na.png\n", "/f:2: found 1 field,"),
        ("path,caption,caption\na.png,b,c\n", "several columns `caption`"),
        ("path,caption\n\"a\n", "a quoted field does not end; add the closing quote"),
        ("path,caption\n", "found no row"),
        ("path,caption\nno.png,x\n", "/no.png: could not"),
      ]
      for (table, expected) in tables {
        let sentence = says("captioned-images", try at(table))
        #expect(sentence.contains(expected), "\(sentence)")
      }
      let text = says("proteins", try at("MKV"))
      #expect(text.contains("it does not begin with `>`"))
      let digit = says("proteins", try at(">a\nM1V\n"))
      #expect(digit.contains("item 0"))
      let path = try write("[]", folder + "/f")
      let annotations = says("coco", ["annotations": .string(path), "folder": "x"])
      #expect(annotations.contains("not a captions file"))
      let images = says("idx", ["images": .string(path)])
      #expect(images.contains("not an idx3-ubyte"))
      #expect(says("cifar", ["folder": .string(folder)]).contains("test_batch.bin"))
      #expect(says("image-folder", ["folder": .string(folder)]).contains("found no image"))
      #expect(says("openclipart", ["folder": .string(folder)]).contains("/png: could not list"))
      #expect(says("tensors", [:]).contains("`images` must be given, or `tokens`"))
      #expect(says("shapes", ["information": 2]).contains("`information` must be"))
    }
  }

  @Test(arguments: ["proteins-file", "captioned-images", "coco", "idx", "openclipart"])
  func mutatedFilesGiveItemsOrAFailure(name: String) throws {
    try withFolder { folder in
      let values = try KindSamples.values(name, folder)
      let path =
        name == "openclipart"
        ? folder + "/svg/animals/dog_0.svg"
        : (values["path"] ?? values["annotations"] ?? values["images"])?.string ?? ""
      let original = try contents(path)
      var numbers = TestNumbers(9)
      for _ in 0..<400 {
        try write(mutate(original, &numbers), path)
        do {
          let data = try DatasetCatalog.make(KindSamples.kind(name), with: values, seed: 0)
          try withBudget(jobs: 1) { _ = try data.x.matrix(0..<min(2, data.count), budget: $0) }
          _ = try data.x.texts(0..<min(2, data.count))
          _ = try data.y?.texts(0..<min(2, data.count))
        } catch let failure as any Failure {
          #expect(failure.kind == .invalidInput, "\(failure.message)")
        }
      }
    }
  }

  // MARK: - Memory

  @Test func memoryIsBoundedByTheBatch() throws {
    try withFolder { folder in
      // Filter 2 adds the row above.
      let rows = [UInt8](repeating: 2, count: 3001 * 2000)
      let picture = SamplePictures.png(1000, 2000, type: 2, rows: rows)
      let path = try write(picture, folder + "/large.png")
      let list = "path,caption\n" + String(repeating: "large.png,x\n", count: 60)
      let values: [String: JSONValue] = ["path": .string(try write(list, folder + "/l.csv")), "size": 64]
      let data = try DatasetCatalog.make("captioned-images", with: values, seed: 0)
      #expect(data.files.contains(path))
      Outside.forgetPeak()
      let before = Outside.peakMemory
      for start in stride(from: 0, to: 60, by: 4) {
        try withBudget(jobs: 2) { _ = try data.x.matrix(start..<start + 4, budget: $0) }
      }
      // One such picture decoded whole has 8 MB; all of them 480.
      #expect(Outside.peakMemory - before < 40 << 20)
    }
  }

  @Test(.enabled(if: Outside.clipart != nil, "needs Debian's openclipart-png and -svg (MODGAP_CLIPART)"))
  func theClipartOfDebian() throws {
    let values: [String: JSONValue] = ["folder": .string(Outside.clipart ?? ""), "size": 32]
    let data = try DatasetCatalog.make("openclipart", with: values, seed: 0)
    #expect(data.count == 8121)
    let texts = try data.y?.texts(0..<data.count) ?? []
    #expect(!texts.contains(""))
    #expect(Double(texts.filter { $0.contains(", ") }.count) > 0.9 * 8121)
    // 20,990 × 29,700 pixels, in a few megabytes.
    let largest = try #require(data.files.firstIndex { $0.hasSuffix("/stop_sign_right_font_mig_.png") })
    Outside.forgetPeak()
    let before = Outside.peakMemory
    let numbers = try withBudget(jobs: 1) { try data.x.matrix(largest..<largest + 1, budget: $0).values }
    #expect(Outside.peakMemory - before < 64 << 20)
    #expect(Set(numbers).count > 10)
  }
}
