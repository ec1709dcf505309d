import Declarations
import Files
import Foundation
import TestSupport
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

  @Test func linksToLinksAreFollowed() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, target) in [("a", "b"), ("b", "c"), ("circle", "other"), ("other", "circle")] {
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/\(name)", withDestinationPath: target)
    }
    try GivenFile.write("new", to: folder + "/a")
    #expect(text(folder + "/c") == "new" && kind(folder + "/a") == S_IFLNK && kind(folder + "/b") == S_IFLNK)
    #expect(throws: FileFailure.self) { try GivenFile.write("new", to: folder + "/circle") }
  }

  /// A log that the output goes to keeps what it has, and what is written after.
  @Test func anOpenDescriptorIsWrittenTo() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/log"
    try "before ".write(toFile: path, atomically: false, encoding: .utf8)
    let descriptor = open(path, O_WRONLY | O_APPEND)
    defer { close(descriptor) }
    for name in ["/dev/fd/\(descriptor)", "/proc/self/fd/\(descriptor)"] {
      try GivenFile.write("and ", to: name)
    }
    #expect(write(descriptor, "after", 5) == 5)
    #expect(text(path) == "before and and after")
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
