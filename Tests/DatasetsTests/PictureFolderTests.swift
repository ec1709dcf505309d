import Datasets
import Declarations
import Foundation
import TestSupport
import Testing

/// Which files of a folder count as pictures, and what is said of the others.
@Suite struct PictureFolderTests {
  /// Beginnings of files that look like pictures, by the name that they are called by.
  private static let foreign: [(name: String, bytes: [UInt8])] = [
    ("GIF", Array("GIF89a123456789".utf8)), ("TIFF", [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0]),
    ("TIFF", [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8]),
    ("BMP", Array("BM".utf8) + [70, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 2, 0, 0, 0]),
    ("HEIC", [0, 0, 0, 24] + Array("ftypheic0000".utf8)),
    ("AVIF", [0, 0, 0, 24] + Array("ftypavif0000".utf8)),
    ("JPEG XL", [0xFF, 0x0A, 1, 2]),
    ("SVG drawing", Array("<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>".utf8)),
  ]

  private func open(_ folder: String, _ more: [String: JSONValue] = [:]) throws -> PairedData {
    let values: [String: JSONValue] = ["folder": .string(folder), "size": 8]
    return try DatasetCatalog.make("image-folder", with: values.merging(more) { $1 }, seed: 0)
  }

  /// Three classes, fifteen pictures, one of them beside the classes; endings of every kind and of none.
  @Test func picturesAreToldByTheirFirstBytes() throws {
    try withFolder { folder in
      let (png, jpeg, webp) = (SamplePictures.gradientPNG, SamplePictures.jpeg, SamplePictures.webp)
      for number in 0..<3 { try write(png, folder + "/cat/\(number).png") }
      for name in ["p.jpe", "q.jfif", "r.png"] { try write(jpeg, folder + "/cat/" + name) }
      try write(png, folder + "/cat/noending")
      for number in 0..<3 { try write(webp, folder + "/dog/\(number).webp") }
      try write(png, folder + "/dog/9.jpg")
      for number in 0..<3 { try write(webp, folder + "/zebra/deep/\(number).webp") }
      try write(png, folder + "/top.png")
      let data = try open(folder)
      #expect(data.count == 14 && data.files.count == 14)
      #expect(data.classes == ["cat", "dog", "zebra"])
      #expect(data.labels.map { Int($0) } == [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2])
      let rows = try withBudget(jobs: 1) { try data.x.matrix(0..<14, budget: $0).rows }
      #expect(rows == 14)
      let remarks = try data.remarks()
      #expect(remarks.count == 1 && remarks[0].contains("1 image that is beside the class folders"))
      #expect(remarks[0].contains("top.png"), "\(remarks)")
    }
  }

  @Test func whatLooksLikeAPictureIsNamed() throws {
    try withFolder { folder in
      try write(SamplePictures.gradientPNG, folder + "/cat/a.png")
      for (number, one) in Self.foreign.enumerated() {
        try write(one.bytes, folder + "/cat/x\(number)\(number % 2 == 0 ? ".jpg" : "")")
      }
      try write("", folder + "/cat/y.jpeg")
      try write("<html>not found</html>", folder + "/cat/z.WebP")
      for name in ["notes.txt", "labels.json", "Thumbs.db", ".hidden.gif", ".DS_Store"] {
        try write("GIF89a"[...].first.map { _ in "text" } ?? "", folder + "/cat/" + name)
      }
      let data = try open(folder)
      #expect(data.count == 1)
      let remarks = try data.remarks()
      #expect(remarks.count == 1, "\(remarks)")
      let remark = remarks.first ?? ""
      #expect(remark.contains("skipped 10 files that look like an image"), "\(remark)")
      for (number, one) in Self.foreign.enumerated() {
        #expect(remark.contains("cat/x\(number)\(number % 2 == 0 ? ".jpg" : "") (\(one.name))"), "\(remark)")
      }
      #expect(remark.contains("and 2 more") && !remark.contains("notes"), "\(remark)")
    }
  }

  @Test func theLastOfThePassedOverAreNamedToo() throws {
    try withFolder { folder in
      try write(SamplePictures.gradientPNG, folder + "/a.png")
      try write("", folder + "/y.jpeg")
      try write("<html>not found</html>", folder + "/z.WebP")
      let remark = try open(folder).remarks().joined()
      #expect(
        remark.contains("2 files") && remark.contains("y.jpeg (empty), z.WebP (not an image)"), "\(remark)")
    }
  }

  @Test func aClassWithoutPicturesIsAnError() throws {
    try withFolder { folder in
      try write(SamplePictures.gradientPNG, folder + "/cat/a.png")
      try write("GIF89a", folder + "/dog/a.gif")
      try write("text", folder + "/zebra/readme.txt")
      let sentence = failure { _ = try open(folder) }
      #expect(sentence.contains("classes dog (which has only a.gif (GIF)), zebra"), "\(sentence)")
      try FileManager.default.removeItem(atPath: folder + "/cat")
      let nothing = failure { _ = try open(folder) }
      #expect(nothing.contains("found no image") && nothing.contains("dog/a.gif (GIF)"), "\(nothing)")
    }
  }

  @Test func aPictureThatCannotBeOpenedIsAnError() throws {
    try withFolder { folder in
      try write(SamplePictures.gradientPNG, folder + "/cat/a.png")
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/cat/b.png", withDestinationPath: "/nowhere/b.png")
      #expect(failure { _ = try open(folder) }.contains("/cat/b.png"))
    }
  }

  @Test func aLinkThatLeadsBackIsNotFollowed() throws {
    try withFolder { folder in
      try write(SamplePictures.gradientPNG, folder + "/cat/a.png")
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/cat/back", withDestinationPath: folder + "/cat")
      let data = try open(folder)
      #expect(data.count == 1)
      #expect(try data.remarks().joined().contains("cat/back"))
    }
  }

  /// Folders of classes are kept on other disks, which may not be there.
  @Test(arguments: ["dog", "cat/b", "cat/b.png", "cat/deep/b"])
  func aLinkToWhatIsNotThereIsAnError(_ name: String) throws {
    try withFolder { folder in
      try write(SamplePictures.gradientPNG, folder + "/cat/a.png")
      try write(SamplePictures.gradientPNG, folder + "/cat/deep/a.png")
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/" + name, withDestinationPath: "/nowhere/\(name)")
      let sentence = failure { _ = try open(folder) }
      #expect(
        sentence.contains("\(folder)/\(name) is a link whose target /nowhere/\(name) does not exist"),
        "\(sentence)"
      )
    }
  }

  @Test func linksToPicturesAndToClassesAreFollowed() throws {
    try withFolder { elsewhere in
      try write(SamplePictures.gradientPNG, elsewhere + "/dog/a.png")
      try write(SamplePictures.gradientPNG, elsewhere + "/dog/private/b.png")
      try write(SamplePictures.jpeg, elsewhere + "/one.jpg")
      try withFolder { folder in
        try write(SamplePictures.gradientPNG, folder + "/cat/a.png")
        let links = ["/dog": "/dog", "/cat/one.jpg": "/one.jpg", "/cat/more": "/dog/private"]
        for (name, target) in links {
          try FileManager.default.createSymbolicLink(
            atPath: folder + name, withDestinationPath: elsewhere + target)
        }
        let data = try open(folder)
        #expect(data.classes == ["cat", "dog"] && data.count == 4)
        #expect(
          data.files.map { $0.dropFirst(folder.count) } == [
            "/cat/a.png", "/cat/one.jpg", "/dog/a.png", "/dog/private/b.png",
          ])
        let remarks = try data.remarks().joined()
        #expect(
          remarks.contains("skipped 1 link to folders") && remarks.contains("cat/more"), "\(remarks)")
      }
    }
  }

  @Test(arguments: ["cat", "."]) func aFolderIsOneClass(_ target: String) throws {
    try withFolder { folder in
      try write(SamplePictures.gradientPNG, folder + "/cat/a.png")
      try FileManager.default.createSymbolicLink(atPath: folder + "/dog", withDestinationPath: target)
      let sentence = failure { _ = try open(folder) }
      #expect(sentence.contains("`\(target)` and `dog` are the same folder"), "\(sentence)")
    }
  }

  /// The system's own files are not opened, whichever way leads there.
  @Test func nothingOfTheSystemIsRead() throws {
    try withFolder { folder in
      try write(SamplePictures.gradientPNG, folder + "/cat/a.png")
      try FileManager.default.createSymbolicLink(atPath: folder + "/cat/root", withDestinationPath: "/")
      #expect(try open(folder).count == 1)
      for (name, target) in [
        ("/cat/x.png", "/proc/self/status"), ("/dog", "/proc/self"), ("/dog", "/sys"), ("/dog", "/dev"),
        ("/dog", "/"),
      ] {
        try FileManager.default.createSymbolicLink(atPath: folder + name, withDestinationPath: target)
        let sentence = failure { _ = try open(folder) }
        #expect(sentence.contains("is below /proc, /sys or /dev"), "\(target): \(sentence)")
        try FileManager.default.removeItem(atPath: folder + name)
      }
      #expect(
        failure { _ = try DatasetCatalog.make("idx", with: ["images": "/proc/self/status"], seed: 0) }
          .contains("/proc"))
    }
  }

  @Test func aNameThatIsNotUTF8IsAnError() throws {
    try withFolder { folder in
      try write(SamplePictures.gradientPNG, folder + "/cat/a.png")
      let path = (folder + "/caf").utf8.map { CChar(bitPattern: $0) } + [CChar(bitPattern: 0xE9), 0]
      try #require(mkdir(path, 0o755) == 0)
      let sentence = failure { _ = try open(folder) }
      #expect(sentence.contains("`caf\\xE9`") && sentence.contains("not UTF-8"), "\(sentence)")
    }
  }

  @Test func theClipartSaysWhatItPassesOver() throws {
    try withFolder { folder in
      var values = try KindSamples.values("openclipart", folder)
      values["count"] = 12
      try write("GIF89a", folder + "/png/animals/z.png")
      let data = try DatasetCatalog.make("openclipart", with: values, seed: 0)
      #expect(data.count == 12)
      #expect(try data.remarks().joined().contains("animals/z.png (GIF)"))
    }
  }

  @Test func picturesOfCOCOWithoutACaptionAreCounted() throws {
    try withFolder { folder in
      try write(SamplePictures.gradientPNG, folder + "/a.png")
      let list = """
        { "images": [ { "id": 1, "file_name": "a.png" }, { "id": 2, "file_name": "b.png" } ],
          "annotations": [ { "image_id": 1, "caption": "x" }, { "image_id": 7, "caption": "y" } ] }
        """
      let values: [String: JSONValue] = [
        "annotations": .string(try write(list, folder + "/c.json")), "folder": .string(folder), "size": 8,
      ]
      let data = try DatasetCatalog.make("coco", with: values, seed: 0)
      #expect(data.count == 1)
      let remarks = try data.remarks().joined(separator: "\n")
      #expect(remarks.contains("left out 1 of 2 images, which has no caption"), "\(remarks)")
      #expect(remarks.contains("left out the captions of 1 image that `images` does not list"), "\(remarks)")
    }
  }
}
