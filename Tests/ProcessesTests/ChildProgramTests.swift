import Declarations
import Execution
import Foundation
import Processes
import Testing

/// Programs that do not do what they should.
@Suite("Programs")
struct ChildProgramTests {
  private static let shell = ChildProgram(path: "/bin/sh")

  private func run(_ text: String, seconds: Double = 20, bytes: Int = 1000) throws -> ChildProgram.Ended {
    try Self.shell.run(["-c", text], limit: .init(seconds: seconds, outputBytes: bytes))
  }

  @Test func theirOutputIsKeptUpToItsLimit() throws {
    let ended = try run("head -c 300000 /dev/zero; echo no >&2; exit 3")
    #expect(ended.ending == .status(3) && ended.output.count == 1000)
    #expect(ended.errors == Array("no\n".utf8))
  }

  @Test func whatTheyStartedEndsWithThem() throws {
    let ended = try run("sleep 60 & echo $!")
    let id = try #require(
      pid_t(String(decoding: ended.output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)))
    // Killed; nobody may have waited for it yet.
    for _ in 0..<500 where kill(id, 0) == 0 && !isDead(id) { usleep(10_000) }
    #expect(kill(id, 0) != 0 || isDead(id))
  }

  private func isDead(_ id: pid_t) -> Bool {
    let state = (try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)) ?? ") Z"
    return state.contains(") Z") || state.contains(") X")
  }

  @Test func signalsAreTold() throws {
    #expect(try run("kill -9 $$").ending == .signal(9))
    #expect(try run("kill -PIPE $$").ending == .signal(SIGPIPE), "it ignores none that this program ignores")
    #expect(throws: ChildProgram.NotStarted.self) {
      try ChildProgram(path: "/nonexistent").run([], limit: .init(seconds: 1))
    }
  }

  @Test func theyAreLookedForInWholePathsOnly() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("path-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("sh"), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let found = ChildProgram.find("sh", environment: ["PATH": "::.:bin:\(folder.path):/bin"])
    #expect(found?.path == "/bin/sh")
    #expect(ChildProgram.find("sh", environment: [:]) == nil)
  }
}
