import Contracts
import Foundation
import Storage
import Testing

/// Files that the user names on the command line: whatever is there already stays what it is.
@Suite struct GivenFileTests {
  private func folder() throws -> String {
    let path = NSTemporaryDirectory() + "modgap-given-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  private func kind(_ path: String) -> mode_t? {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }

  private func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

  @Test func aPipeIsWrittenTo() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/pipe"
    try #require(mkfifo(path, 0o600) == 0)
    // Held open at both ends, so that nobody waits.
    let descriptor = open(path, O_RDWR | O_NONBLOCK)
    defer { close(descriptor) }
    try GivenFile.write("what it says", to: path)
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor, &bytes, bytes.count)
    #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == "what it says")
    #expect(kind(path) == S_IFIFO)
  }

  @Test func aLinkIsFollowed() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder + "/d", withIntermediateDirectories: true)
    try "old".write(toFile: folder + "/d/target", atomically: true, encoding: .utf8)
    for (name, target) in [("there", "d/target"), ("not-there", "d/new"), ("absolute", "\(folder)/d/third")] {
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/\(name)", withDestinationPath: target)
      try GivenFile.write("new", to: "\(folder)/\(name)")
      #expect(kind("\(folder)/\(name)") == S_IFLNK)
    }
    for name in ["target", "new", "third"] { #expect(text("\(folder)/d/\(name)") == "new") }
  }

  @Test func aFileIsReplacedAndAFolderRefused() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try GivenFile.write("a", to: folder + "/f")
    try GivenFile.write("b", to: folder + "/f")
    #expect(text(folder + "/f") == "b")
    #expect(throws: FileFailure.self) { try GivenFile.write("a", to: folder) }
    #expect(throws: FileFailure.self) { try GivenFile.write("a", to: folder + "/f/g") }
    try GivenFile.write("c", to: folder + "/made/for/it")
    #expect(text(folder + "/made/for/it") == "c")
  }
}
