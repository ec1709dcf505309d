import DataCatalog
import Declarations
import Files
import Foundation
import TestSupport
import Testing

@Suite struct CatalogTests {
  private static let usual = [
    "name": #""a""#, "for": #""f""#, "urls": #"["https://example.org/x"]"#, "size": "1", "sha256": "null",
    "licence": #""MIT""#, "citation": #""c""#, "unpack": #""none""#, "into": #""a.bin""#,
  ]

  private func catalog(_ text: String) throws -> DataCatalog {
    let folder = NSTemporaryDirectory() + "modgap-catalog-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Disk.makeFolder(folder)
    try AtomicWriter().write(text, to: folder + "/c.json")
    return try DataCatalog(reading: folder + "/c.json")
  }

  private func entry(_ changes: [String: String?]) -> String {
    let members = Self.usual.merging(changes.compactMapValues { $0 }) { $1 }
      .filter { changes[$0.key] != .some(nil) }
    return "{"
      + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ") + "}"
  }

  private func message(_ text: String) -> String {
    do {
      _ = try catalog(text)
      return ""
    } catch let failure as any Failure {
      return failure.message
    } catch {
      return "\(error)"
    }
  }

  @Test(
    arguments: [
      (["name": "1"], "entries[0].name: found 1"), (["name": #""../a""#], "letters, digits"),
      (["name": #""""#], "a text"), (["name": #"".a""#], "letters, digits"),
      (["urls": #""https://a""#], "a list of URLs"), (["urls": #"["ftp://a/b"]"#], "https:// or http://"),
      (["urls": #"["file:///etc/passwd"]"#], "https:// or http://"), (["urls": #"["https:///x"]"#], "URL"),
      (["urls": #"["https://a/b c"]"#], "URL"), (["urls": "[3]"], "entries[0].urls[0]"),
      (["size": "-1"], "number of bytes"), (["size": "1.5"], "number of bytes"), (["size": #""1""#], "bytes"),
      (["sha256": #""12""#], "64 hexadecimal digits"),
      (["unpack": #""tar""#], "\"none\", \"zip\", \"tar.gz\""),
      (["into": #""../a""#], "inside the folder of data"), (["into": #""/a""#], "inside the folder of data"),
      (["into": #""a//b""#], "inside the folder of data"), (["into": #""a\\b""#], "backslash"),
      (["into": #"".modgap/a""#], "program's own"), (["into": #""a\u0007""#], "control character"),
      (["into": nil], "\"into\" is missing"), (["licence": nil], "\"licence\" is missing"),
      (["lisence": #""x""#], "did you mean \"licence\"?"),
      (["contains": #"["a"]"#], "only an archive contains"),
      (["contains": "3", "unpack": #""zip""#], "a list of paths"),
      (["contains": #"["a", "../b"]"#, "unpack": #""zip""#], "entries[0].contains[1]"),
      (["contains": #"["/a"]"#, "unpack": #""zip""#], "entries[0].contains[0]"),
      (["contains": "[3]", "unpack": #""zip""#], "a path inside what is unpacked"),
    ] as [([String: String?], String)])
  func everyMistakeIsNamedWithItsPlace(changes: [String: String?], says: String) {
    let text = message("{\"entries\": [\(entry(changes))]}")
    #expect(text.contains(says), "\(text)")
    #expect(text.contains("/c.json:1:"), "\(text)")
  }

  @Test func theWholeIsAnObjectOfEntries() {
    for text in ["", "[]", "3", "{}", #"{"entries": 3}"#, #"{"entries": [3]}"#, "{\"entries\": [", "\u{FF}"] {
      #expect(message(text).contains("/c.json:1:"), "\(text)")
    }
    let two = "{\"entries\": [\(entry([:])), \(entry(["into": #""b""#]))]}"
    #expect(message(two).contains("the name \"a\" a second time"))
    let place = "{\"entries\": [\(entry([:])), \(entry(["name": #""b""#]))]}"
    #expect(message(place).contains("another entry has, too"))
    #expect(message("{\"entries\": [], \"entries\": []}").contains("a second time"))
  }

  @Test func aFolderTakesTheNameOfTheURL() throws {
    let catalog = try catalog("{\"entries\": [\(entry(["into": #""w/""#]))]}")
    #expect(catalog.entries[0].into.description == "w/x")
    #expect(
      try self.catalog("{\"entries\": [\(entry(["into": #"".""#, "unpack": #""zip""#]))]}").entries[0].into
        == .here)
  }

  // MARK: - The project's own

  private static let own = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("configs/data.json").path

  @Test func theProjectsCatalogueIsOfTheForm() throws {
    let catalog = try DataCatalog(reading: Self.own)
    for entry in catalog.entries {
      #expect(entry.urls.count == Set(entry.urls).count)
      // Who has to accept terms is told where.
      #expect(!entry.urls.isEmpty || entry.licence.contains("https://"), "\(entry.name)")
      #expect(!entry.urls.contains { $0.contains(" ") } && !entry.citation.isEmpty)
      // An archive that unpacks to something else would be recorded as good.
      #expect(entry.contains.isEmpty == (entry.unpack == .none), "\(entry.name)")
    }
    for name in [
      "authors", "clip-vit-b-32", "clip-vit-b-16", "resnet18", "clip-vocabulary", "coco-val2017",
      "coco-captions",
      "cifar-10", "cifar-100", "eurosat", "svhn", "fairface", "hateful-memes",
    ] {
      #expect(try !catalog.entries(named: name).isEmpty, "\(name)")
    }
    #expect(try catalog.entries(named: "cifar-10").map(\.name) == ["cifar-10"])
    #expect(throws: CatalogFailure.self) { try catalog.entries(named: "coc") }
    #expect(throws: CatalogFailure.self) { try catalog.entries(named: "") }
  }

  /// The digests of the authors' arrays are those of the files that are beside the clone.
  @Test(.enabled(if: Outside.shared != nil, "needs the shared data beside the clone (MODGAP_SHARED)"))
  func theAuthorsArraysAreThese() throws {
    let folder = try #require(Outside.shared) + "/data/authors-features"
    for entry in try DataCatalog(reading: Self.own).entries(named: "authors") {
      let path = folder + "/" + entry.into.description
      #expect(try Digest(file: path) == entry.sha256, "\(entry.name)")
      #expect(FileStatus(path)?.size == entry.size)
    }
  }

  @Test func missingFilesHaveTheCommandThatPutsThemThere() throws {
    let catalog = try DataCatalog(reading: Self.own)
    func command(_ path: String) -> String? { catalog.command(for: path, usual: "/p/data")?.command.text }
    #expect(command("/p/data/features_clip.npy") == "modgap data get authors-clip")
    #expect(command("/q/features_clip.npy") == "modgap data get authors-clip --into /q")
    #expect(command("/p/data/coco/val2017") == "modgap data get coco-val2017")
    #expect(command("/p/data/coco/annotations/captions_val2017.json") == "modgap data get coco-captions")
    #expect(command("/p/configs/paper/../../data/coco/train2017") == "modgap data get coco-train2017")
    #expect(
      command("/big/coco/annotations/captions_train2017.json") == "modgap data get coco-captions --into /big")
    #expect(command("/p/data/fairface/fairface_label_val.csv") == "modgap data get fairface-labels-val")
    #expect(command("/p/data/fairface/val/1.jpg") == "modgap data get fairface-pictures")
    #expect(
      catalog.command(for: "/q/svhn/test_32x32.mat", usual: "/p/data", isUsual: false)?.command.text
        == "modgap data get svhn-test --catalogue \(Self.own) --into /q")
    for path in ["/p/data/features_mine.npy", "/p/data", "/", "/p/data/coco", "/p/data/features_clip.npy/x"] {
      #expect(command(path) == nil, "\(path)")
    }
  }
}
