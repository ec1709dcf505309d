import Datasets
import Declarations
import Foundation
import TestSupport
import Testing

/// Data files that ask for more than they are: told before the memory is asked for.
@Suite struct HostileDataTests {
  private func folder() throws -> String {
    let path = NSTemporaryDirectory() + "modgap-hostile-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  /// 2³⁰ pictures of one pixel, as a sparse file: a list of them takes more than any machine of ours has.
  @Test func aListThatDoesNotFitIsRefused() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var header: [UInt8] = [0, 0, 8, 3]
    for side in [1 << 30, 1, 1] {
      header += (0..<4).reversed().map { UInt8(truncatingIfNeeded: side >> (8 * $0)) }
    }
    let path = "\(folder)/images"
    try Data(header).write(to: URL(fileURLWithPath: path))
    try #require(truncate(path, off_t(header.count + (1 << 30))) == 0)
    let failure = #expect(throws: (any Error).self) {
      try DatasetCatalog.make("idx", with: ["images": .string(path), "size": 8], seed: 0)
    }
    #expect((failure as? any Failure)?.kind == .invalidInput)
    #expect((failure as? any Failure)?.message.contains("a list of 1073741824 items") == true)
  }

  /// Each folder has two links to the next, so that there are 2²⁰ ways to the last.
  @Test func aFolderThatManyLinksLeadToIsReadOnce() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let manager = FileManager.default
    for depth in 0..<20 {
      let inner = "\(folder)/\(depth)"
      try manager.createDirectory(atPath: inner, withIntermediateDirectories: true)
      guard depth < 19 else { continue }
      for name in ["a", "b"] {
        try manager.createSymbolicLink(atPath: "\(inner)/\(name)", withDestinationPath: "../\(depth + 1)")
      }
    }
    try Data(SamplePictures.gradientPNG).write(to: URL(fileURLWithPath: "\(folder)/19/p.png"))
    func make() throws -> PairedData {
      try DatasetCatalog.make(
        "image-folder", with: ["folder": .string(folder + "/0"), "size": 8], seed: 0)
    }
    let failure = #expect(throws: DatasetFailure.self) { try make() }
    #expect(failure?.kind == .invalidInput)
    #expect(failure?.message.contains("the classes `a` and `b` are the same folder") == true)
    // A link of the first folder is a class; those further down are not followed, on whatever way.
    try manager.removeItem(atPath: "\(folder)/0/b")
    let deeper = #expect(throws: DatasetFailure.self) { try make() }
    #expect(deeper?.kind == .invalidInput)
    #expect(deeper?.message.contains("there is no PNG, JPEG or WebP image") == true, "\(deeper as Any)")
    try Data(SamplePictures.gradientPNG).write(to: URL(fileURLWithPath: "\(folder)/1/p.png"))
    #expect(try make().count == 1)
  }
}
