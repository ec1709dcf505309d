import Datasets
import Declarations
import Foundation
import HDF5
import Kernels
import TestSupport
import Testing

/// Data of zero-shot tasks: labels, names and wording, and files that are damaged or lie.
@Suite(.serialized) struct ClassifiedKindTests {
  private func captions(_ name: String, _ more: [String: JSONValue] = [:]) throws -> [String] {
    try withFolder { folder in
      let values = try KindSamples.values(name, folder).merging(more) { $1 }
      return try DatasetCatalog.make(name, with: values, seed: 0).y?.texts(0..<12) ?? []
    }
  }

  @Test func classesHaveTheWordsOfTheirSources() throws {
    #expect(try captions("fashion-mnist").prefix(2) == ["a photo of a t-shirt.", "a photo of a trousers."])
    let land = try captions("eurosat")
    #expect(land[0] == "a centered satellite photo of annual crop land.")
    #expect(land[11] == "a centered satellite photo of lake or sea.")
    #expect(
      try captions("eurosat", ["names": "folders"])[3]
        == "a centered satellite photo of herbaceous vegetation.")
    // 10 stands for 0 in the file.
    #expect(
      try captions("svhn")[8...9] == [
        "a street sign of the number: \"9\".", "a street sign of the number: \"0\".",
      ])
    #expect(try captions("hateful-memes").prefix(2) == ["a meme.", "a hatespeech meme."])
    #expect(try captions("hateful-memes", ["captions": "text"])[3] == "text 3")
    #expect(
      try captions("fairface").prefix(3) == [
        "a photo of a white man.", "a photo of a black woman.", "a photo of a latino woman.",
      ])
  }

  @Test func facesHaveAttributes() throws {
    try KindSamples.with("fairface") { data in
      #expect(data.labels.prefix(4) == [0, 3, 5, 6] && data.classes.count == 14)
      let race = try #require(try data.attribute("race"))
      #expect(race.labels == (0..<12).map { Int32($0 % 7) } && race.classes[5] == "southeast asian")
      #expect(try data.attribute("gender")?.labels == (0..<12).map { $0 % 3 == 0 ? 0 : 1 })
      #expect(try data.attribute("age")?.labels == (0..<12).map { $0 % 2 == 0 ? 1 : 8 })
      #expect(try data.attribute("colour") == nil)
    }
    try withFolder { folder in
      let values = try KindSamples.values("fairface", folder).merging(["seed": 4, "count": 5]) { $1 }
      let sample = try DatasetCatalog.make("fairface", with: values, seed: 0)
      let race = try #require(try sample.attribute("race"))
      #expect(
        race.labels.count == 5 && sample.labels.map { $0 / 2 } == race.labels,
        "attributes move with the items")
    }
  }

  /// A config names `val`, so that it is known whether the pictures are there.
  @Test func theFolderOfFacesMayBeTheOneThatTheirPathsBeginWith() throws {
    try withFolder { folder in
      let values = try KindSamples.values("fairface", folder)
      let found = try ["", "/val", "/val/"].map { name -> [Float] in
        let data = try DatasetCatalog.make(
          "fairface", with: values.merging(["folder": .string(folder + name)]) { $1 }, seed: 0)
        return try withBudget(jobs: 1) { try data.x.matrix(0..<12, budget: $0).values }
      }
      #expect(found[0] == found[1] && found[0] == found[2])
      let elsewhere = failure {
        let data = try DatasetCatalog.make(
          "fairface", with: values.merging(["folder": .string(folder + "/other")]) { $1 }, seed: 0)
        _ = try withBudget(jobs: 1) { try data.x.matrix(0..<12, budget: $0) }
      }
      #expect(elsewhere.contains("/other/val/0.png"), "\(elsewhere)")
    }
  }

  @Test func allOfCIFARIsTrainThenTest() throws {
    try withFolder { folder in
      func records(_ labels: [UInt8]) -> [UInt8] {
        labels.flatMap { [$0] + [UInt8](repeating: $0 &* 20, count: 3072) }
      }
      for batch in 1...5 { try write(records([UInt8(batch)]), folder + "/data_batch_\(batch).bin") }
      try write(records([9, 0]), folder + "/test_batch.bin")
      func labels(_ split: String) throws -> [Int32] {
        try DatasetCatalog.make("cifar", with: ["folder": .string(folder), "split": .string(split)], seed: 0)
          .labels
      }
      #expect(try labels("all") == [1, 2, 3, 4, 5, 9, 0])
      #expect(try labels("all") == labels("train") + labels("test"))
    }
  }

  /// The names of its hundred classes are in a file; prompts of their numbers would mean nothing.
  @Test func namesOfCIFAR100ThatAreMissingAreSaid() throws {
    try withFolder { folder in
      try write([3, 7] + [UInt8](repeating: 1, count: 3072), folder + "/test.bin")
      func remarks() throws -> [String] {
        let values: [String: JSONValue] = ["folder": .string(folder), "variant": "100"]
        return try DatasetCatalog.make("cifar", with: values, seed: 0).remarks()
      }
      #expect(try remarks().contains { $0.contains("fine_label_names.txt") && $0.contains("`class 0`") })
      let names = (0..<100).map { "name_\($0)\n" }.joined()
      try write(Array(names.utf8), folder + "/fine_label_names.txt")
      #expect(try !remarks().contains { $0.contains("fine_label_names.txt") })
    }
  }

  @Test func shapesHaveAttributesThatTheirCaptionsName() throws {
    let data = try DatasetCatalog.make("shapes", with: ["count": 40, "objects": 1, "size": 16], seed: 3)
    let texts = try #require(data.y).texts(0..<40)
    let parts = try ["size", "colour", "shape"].map { try #require(try data.attribute($0)) }
    for (index, text) in texts.enumerated() {
      let words = parts.map { $0.classes[Int($0.labels[index])] }.joined(separator: " ")
      #expect(text.contains(" \(words) "), "\(text): \(words)")
    }
    let several = try DatasetCatalog.make("shapes", with: ["count": 40, "size": 16], seed: 3)
    #expect(try several.attribute("shape") == nil, "which of the objects would it be?")
    let number = try #require(try several.attribute("number"))
    #expect(number.classes == ["one thing", "two things", "three things"])
    for (label, text) in zip(number.labels, try #require(several.y).texts(0..<40)) {
      #expect(text.split(separator: " ").count { ["a", "an"].contains($0) } == Int(label) + 1, "\(text)")
    }
  }

  private func expectRefusal(_ words: String, _ body: () throws -> Void) {
    let found = failure(body)
    #expect(found.contains(words), "\(found)")
  }

  private func make(_ kind: String, _ key: String, _ path: String) throws {
    _ = try DatasetCatalog.make(kind, with: [key: .string(path), "size": 8], seed: 0)
  }

  // MARK: - SVHN

  private func svhn(_ bytes: [UInt8], name: String = "test_32x32.mat") throws -> PairedData {
    try withFolder { folder in
      let path = try write(bytes, "\(folder)/\(name)")
      let data = try DatasetCatalog.make(
        "svhn", with: ["path": .string(path), "size": 32, "normalize": "none"], seed: 0)
      // What lies in memory does not need the file.
      return data
    }
  }

  private func check(_ data: PairedData, count: Int) throws {
    #expect(data.count == count && data.labels == (0..<count).map { Int32(($0 % 10 + 1) % 10) })
    let found = try withBudget(jobs: 2) { try data.x.matrix(0..<count, budget: $0).values }
    var place = 0
    for image in 0..<count {
      for channel in 0..<3 {
        for row in 0..<32 {
          for column in 0..<32 {
            let expected = Float(SampleMAT.pixel(image, channel, row: row, column: column)) / 255
            if abs(found[place] - expected) > 1e-6 {
              Issue.record("image \(image), channel \(channel), row \(row), column \(column)")
              return
            }
            place += 1
          }
        }
      }
    }
  }

  @Test func streetNumbersStandUprightInEveryForm() throws {
    try check(svhn(SampleMAT.svhn(count: 12, isCompressed: true)), count: 12)
    try check(svhn(SampleMAT.svhn(count: 11, isCompressed: false, digitsAreDouble: false)), count: 11)
  }

  @Test func aFileOfLevel7_3IsHDF5() throws {
    let pixels = SampleMAT.pixels(count: 3).map(Float.init)
    let digits = SampleMAT.digits(count: 3).map(Float.init)
    let bytes = try HDF5Image.make { root in
      try pixels.withUnsafeBufferPointer { try root.write("X", $0, shape: [3, 3, 32, 32]) }
      try digits.withUnsafeBufferPointer { try root.write("y", $0, shape: [1, 3]) }
    }
    try check(svhn(bytes), count: 3)
  }

  @Test func matlabFilesThatLieAreRefused() throws {
    func refuses(_ bytes: [UInt8], _ words: String) {
      expectRefusal(words) { _ = try svhn(bytes) }
    }
    let digits = SampleMAT.matrix("y", [2, 1], type: 2, [1, 2])
    let pixels = SampleMAT.pixels(count: 2)
    func x(_ shape: [Int], type: Int = 2, flags: UInt8 = 0, _ data: [UInt8]? = nil) -> [UInt8] {
      SampleMAT.matrix("X", shape, type: type, data ?? pixels, flags: flags)
    }
    let whole = SampleMAT.file([x([32, 32, 3, 2]), digits])
    try check(svhn(whole), count: 2)
    refuses(Array(whole.dropLast(20)), "truncated")
    refuses(Array(whole.prefix(128)), "there is no array `X`")
    refuses(SampleMAT.file([x([32, 32, 3, 2])]), "there is no array `y`")
    refuses(SampleMAT.file([digits, x([32, 32, 3, 2]), digits]), "several arrays `y`")
    refuses(SampleMAT.file([x([32, 32, 2, 3]), digits]), "(32, 32, 3, n)")
    refuses(SampleMAT.file([x([32, 32, 3, 3]), digits]), "needs 9216 bytes")
    refuses(SampleMAT.file([x([0x7FFF_FFFF, 0x7FFF_FFFF, 0x7FFF_FFFF, 2]), digits]), "needs")
    refuses(SampleMAT.file([x([-1, 32, 3, 2]), digits]), "needs")
    refuses(SampleMAT.file([x([32, 32, 3, 2], flags: 8), digits]), "not of real uint8 or double")
    refuses(SampleMAT.file([x([32, 32, 3, 2], type: 5), digits]), "not of real uint8 or double")
    let bad = SampleMAT.matrix("y", [2, 1], type: 2, [1, 11])
    refuses(SampleMAT.file([x([32, 32, 3, 2]), bad]), "has the label 11")
    // An element that says it has four gigabytes, alone and inside another.
    let huge = SampleMAT.word(14) + SampleMAT.word(0xFFFF_FFFF) + [1, 2, 3, 4]
    refuses(SampleMAT.file([huge]), "truncated")
    refuses(SampleMAT.file([SampleMAT.compressed(huge)]), "truncated")
    refuses(SampleMAT.file([SampleMAT.compressed(SampleMAT.compressed(digits))]), "truncated")
    let packed = SampleMAT.compressed(x([32, 32, 3, 2]))
    refuses(SampleMAT.file([SampleMAT.word(15) + SampleMAT.word(40) + packed[8..<48]]), "damaged")
    refuses(SampleMAT.file([[UInt8]](repeating: SampleMAT.element(1, []), count: 10_001)), "elements")
    var big = whole
    big.swapAt(126, 127)
    refuses(big, "big-endian")
    refuses(Array("not a MATLAB file".utf8), "HDF5")
  }

  @Test func mutatedMATLABFilesGiveImagesOrAFailure() throws {
    for isCompressed in [true, false] {
      let file = SampleMAT.svhn(count: 2, isCompressed: isCompressed)
      var numbers = TestNumbers(isCompressed ? 5 : 6)
      try withFolder { folder in
        for round in 0..<500 {
          // Most bytes are pixels, which no mutation spoils: the heads of elements are changed more often.
          var mutant = mutate(round % 2 == 0 ? file : Array(file.prefix(240)), &numbers)
          if round % 2 == 1 { mutant += file.dropFirst(240) }
          let path = try write(mutant, folder + "/a.mat")
          do {
            let data = try DatasetCatalog.make("svhn", with: ["path": .string(path), "size": 8], seed: 0)
            #expect(data.count >= 1 && data.labels.allSatisfy { (0..<10).contains($0) })
          } catch let failure as any Failure {
            #expect(failure.kind == .invalidInput, "\(failure.message)")
            #expect(failure.message.contains(folder), "\(failure.message)")
          }
        }
      }
    }
  }

  // MARK: - Lists of images

  @Test func linesThatAreNoMemesAreNamed() throws {
    try withFolder { folder in
      func refuses(_ text: String, _ words: String) throws {
        let path = try write(text, folder + "/a.jsonl")
        expectRefusal(words) { try make("hateful-memes", "path", path) }
      }
      let good = #"{"img": "a.png", "label": 1}"#
      try refuses(good + "\n\n{\"img\": ", "a.jsonl:3: expected one JSON object")
      try refuses("[1]\n", "a.jsonl:1: expected one JSON object")
      try refuses(#"{"label": 1}"#, "`img`")
      try refuses(#"{"img": "a.png"}"#, "the files of the test sets have none")
      try refuses(#"{"img": "a.png", "label": 2}"#, "`label` of 0 or 1")
      try refuses(#"{"img": "a.png", "label": "1"}"#, "`label` of 0 or 1")
      try refuses(" \n\r\n", "found no line")
      let deep = String(repeating: "{\"a\":", count: 5000)
      try refuses(deep, "a.jsonl:1: expected one JSON object")
      let path = try write(good + "\r\n" + good, folder + "/a.jsonl")
      let data = try DatasetCatalog.make("hateful-memes", with: ["path": .string(path), "size": 8], seed: 0)
      #expect(data.labels == [1, 1])
    }
  }

  @Test func rowsThatAreNoFacesAreNamed() throws {
    try withFolder { folder in
      func refuses(_ text: String, _ words: String) throws {
        let path = try write(text, folder + "/a.csv")
        expectRefusal(words) { try make("fairface", "path", path) }
      }
      let head = "file,age,gender,race\n"
      try refuses("file,age,gender\n", "no column `race`")
      try refuses("file,age,gender,race,race\n", "several columns `race`")
      try refuses(head, "found no row")
      try refuses("", "no column `file`")
      try refuses(head + "a.jpg,3-9,Male\n", "a.csv:2: found 3 fields, but the header has 4")
      try refuses(head + "a.jpg,3-9,Male,Martian\n", "the race is `Martian`; expected one of White, Black")
      try refuses(head + "a.jpg,3-9,male,White\n", "the gender is `male`")
      try refuses(head + "a.jpg,4,Male,White\n", "the age is `4`")
      try refuses(head + ",3-9,Male,White\n", "the path of the image is empty")
      try refuses(head + "\"a.jpg,3-9,Male,White\n", "a.csv")
    }
  }

  @Test func aFolderThatIsNotEuroSATIsNamed() throws {
    try withFolder { folder in
      func refuses(_ words: String) {
        expectRefusal(words) { try make("eurosat", "folder", folder) }
      }
      refuses("there is no folder `AnnualCrop`")
      for name in KindSamples.landUse {
        try FileManager.default.createDirectory(
          atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
      }
      refuses("found no image")
    }
  }

  @Test func whatLiesBesideTheFoldersOfEuroSATIsSaid() throws {
    try withFolder { folder in
      let values = try KindSamples.values("eurosat", folder)
      #expect(try DatasetCatalog.make("eurosat", with: values, seed: 0).remarks().isEmpty)
      let count = try DatasetCatalog.make("eurosat", with: values, seed: 0).count
      try FileManager.default.createDirectory(atPath: folder + "/Glacier", withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: folder + "/Forest", toPath: folder + "/Glacier/inner")
      let one = try DatasetCatalog.make("eurosat", with: values, seed: 0)
      #expect(one.count == count)
      #expect(
        try one.remarks() == [
          "\(folder): skipped Glacier beside the ten folders of EuroSAT, because it is none of its classes"
        ])
      _ = try write("x", folder + "/readme.txt")
      let two = try DatasetCatalog.make("eurosat", with: values, seed: 0).remarks()
      #expect(two.count == 1 && two[0].contains("skipped Glacier, readme.txt beside"))
    }
  }

  @Test func filesOfLabelsAndNamesThatAreNoneAreRefused() throws {
    try withFolder { folder in
      func refuses(_ text: String, _ words: String, _ name: String = "a.txt") throws {
        let path = try write(text, "\(folder)/\(name)")
        expectRefusal(words) { _ = try LabelFile.load(path) }
      }
      try refuses("label\n1\n2\n", "nothing failed")
      try refuses("1\n-2\n", "a.txt:2: expected one integer")
      try refuses("1\n2.5\n", "a.txt:2")
      try refuses("1.5\n2\n", "a.txt:1")
      try refuses("1,2\n3,4\n", "a.txt:1")
      try refuses("1\n99999999\n", "a.txt:2")
      try refuses("", "found no number")
      try refuses("header\n", "found no number")
      try refuses("abc", "a.npy", "a.npy")
      let floats = try KindSamples.npy(folder + "/b.npy", "<f4", [2], [0, 0, 0, 0, 0, 0, 0, 0])
      expectRefusal("expected integers") { _ = try LabelFile.load(floats) }
      let square = try KindSamples.npy(folder + "/c.npy", "|u1", [2, 2], [0, 0, 0, 0])
      expectRefusal("(n), with one integer for each item") { _ = try LabelFile.load(square) }
      let negative = try KindSamples.npy(folder + "/d.npy", "|i1", [2], [0, 255])
      expectRefusal("item 1 (counted from 0) is -1") { _ = try LabelFile.load(negative) }
      let names = try write(" \n\n", folder + "/names.txt")
      expectRefusal("found no line of text") { _ = try LineFile.load(names) }
      let lines = try LineFile.load(write("\u{FEFF}a b \r\n c\r\n \r\n\n", folder + "/good.txt"))
      #expect(lines == ["a b", "c"])
      // The number of a class is its line's, so none is passed over.
      for (text, line) in [("a\n\nb\n", 2), ("a\r\n \r\nb", 2), ("\na\nb", 1), ("a\nb\n\t\n\nc\n", 3)] {
        let path = try write(text, folder + "/gap.txt")
        expectRefusal("gap.txt:\(line): the line is empty") { _ = try LineFile.load(path) }
      }
    }
  }
}
