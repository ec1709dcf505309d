import Foundation
import RunSupport
import Runner
import Testing

/// git itself, with nobody's settings.
private enum Git {
  static let isInstalled = (try? run(["--version"], in: "/")) != nil

  struct Failed: Error {}

  @discardableResult
  static func run(_ arguments: [String], in folder: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["git", "-c", "user.email=a@b", "-c", "user.name=x", "-c", "protocol.file.allow=always"] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = [
      "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1",
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed() }
    return String(decoding: output, as: UTF8.self)
  }
}

/// What is said of a repository, read without git, beside what git itself says.
@Suite(.serialized, .enabled(if: Git.isInstalled, "git is not installed"))
struct GitStateTests {
  private let bench: Workbench
  private let folder: String

  init() throws {
    bench = try Workbench()
    folder = "\(bench.folder)/tree"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  @discardableResult
  private func git(_ arguments: String...) throws -> String { try Git.run(arguments, in: folder) }

  private func put(_ text: String, _ name: String) throws { try bench.write(text, to: "tree/\(name)") }

  private func start() throws {
    try git("init", "-q")
    try put("one\n", "a.txt")
    try put("two\n", "sub/b-c.txt")
    try put("three\n", "sub/b/d.txt")
    try put("four\n", "sub.x")
    try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "a.txt")
    try git("add", ".")
    try git("commit", "-qm", "first")
  }

  /// The same revision as git's, and the same word on changes.
  private func compare(_ what: String, in place: String? = nil) throws {
    let place = place ?? folder
    let state = try #require(GitState(folder: place), "\(what)")
    #expect(state.revision + "\n" == (try Git.run(["rev-parse", "HEAD"], in: place)), "\(what)")
    let status = try Git.run(["status", "--porcelain", "--untracked-files=no"], in: place)
    #expect(state.isDirty == !status.isEmpty, "\(what): \(status)")
  }

  @Test func itSaysWhatGitSays() throws {
    #expect(GitState(folder: folder) == nil)
    try git("init", "-q")
    #expect(GitState(folder: folder) == nil, "nothing is committed yet")
    try start()
    try compare("clean")
    try compare("from below", in: "\(folder)/sub/b")
    try put("untracked\n", "new.txt")
    try compare("untracked")
    try git("add", "new.txt")
    try compare("staged")
    try git("commit", "-qm", "second")
    try compare("committed")
    try put("ONE\n", "a.txt")
    try compare("changed, of the same size")
    try put("one\n", "a.txt")
    try compare("changed back")
    try FileManager.default.removeItem(atPath: "\(folder)/sub/b/d.txt")
    try compare("removed")
    try git("checkout", "-q", ".")
    try FileManager.default.removeItem(atPath: "\(folder)/link")
    try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "sub.x")
    try compare("another link")
    try git("checkout", "-q", ".")
    try git("mv", "sub.x", "sub.y")
    try compare("renamed")
    try git("reset", "-q", "--hard")
    try git("update-index", "--assume-unchanged", "a.txt")
    try put("else\n", "a.txt")
    try compare("assumed unchanged")
  }

  @Test func theRightToExecuteCounts() throws {
    try start()
    chmod("\(folder)/a.txt", 0o755)
    try compare("may be executed")
    chmod("\(folder)/a.txt", 0o640)
    try compare("rights that git does not keep")
    chmod("\(folder)/a.txt", 0o755)
    try git("config", "core.fileMode", "false")
    try compare("on a file system without such a right")
    try git("config", "core.fileMode", "true")
    try git("add", ".")
    try git("commit", "-qm", "second")
    try compare("committed")
    chmod("\(folder)/a.txt", 0o644)
    try compare("no longer")
  }

  /// It may lead to any file of the user's, whose digits would be published.
  @Test(arguments: ["HEAD", "refs/heads/main", "packed-refs"]) func aLinkIsNoRevision(name: String) throws {
    let secret = String(repeating: "5", count: 40)
    try bench.write(name == "packed-refs" ? "\(secret) refs/heads/main\n" : "\(secret)\n", to: "secret")
    try put(name == "HEAD" ? "" : "ref: refs/heads/main\n", ".git/HEAD")
    try put("", ".git/refs/heads/x")
    // An older state of the branch, which a link in its place does not bring back.
    try put("\(String(repeating: "6", count: 40)) refs/heads/main\n", ".git/packed-refs")
    let path = "\(folder)/.git/\(name)"
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "\(bench.folder)/secret")
    #expect(GitState(folder: folder) == nil)
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.copyItem(atPath: "\(bench.folder)/secret", toPath: path)
    #expect(GitState(folder: folder)?.revision == secret)
  }

  @Test(arguments: ["2", "3", "4"]) func everyFormOfTheRepository(version: String) throws {
    try start()
    for number in 0..<40 {
      try put("\(number)\n", "many/\(number).txt")
      try git("add", ".")
      try git(
        "commit", "-qm", "a message that is long enough to be kept as a difference from another \(number)")
    }
    try git("update-index", "--index-version", version)
    try compare("loose")
    try git("pack-refs", "--all")
    try git("gc", "-q", "--aggressive", "--prune=now")
    try compare("packed")
    try git("repack", "-q", "-a", "-d", "-f", "--depth=40", "--window=60")
    for back in 0..<30 {
      try git("checkout", "-q", "HEAD~1")
      try compare("packed, \(back) back, detached")
    }
    try git("worktree", "add", "-q", "../other")
    let other = "\(bench.folder)/other"
    try compare("worktree", in: other)
    try bench.write("changed\n", to: "other/a.txt")
    try compare("changed worktree", in: other)
    try Git.run(["clone", "-q", "--shared", folder, "\(bench.folder)/shared"], in: bench.folder)
    try compare("shared objects", in: "\(bench.folder)/shared")
    try git("sparse-checkout", "set", "--cone", "--sparse-index", "sub")
    try compare("sparse")
  }

  @Test func filesOfACopiedTreeAreComparedByTheirBytes() throws {
    try start()
    let copy = "\(bench.folder)/copy"
    try Git.run(["-C", bench.folder, "version"], in: bench.folder)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/cp")
    process.arguments = ["-r", folder, copy]
    try process.run()
    process.waitUntilExit()
    let state = try #require(GitState(folder: copy))
    #expect(state.isDirty == false)
    try bench.write("ONE\n", to: "copy/a.txt")
    #expect(GitState(folder: copy)?.isDirty == true)
  }

  @Test func submodules() throws {
    try start()
    let module = "\(bench.folder)/module"
    try FileManager.default.createDirectory(atPath: module, withIntermediateDirectories: true)
    try Git.run(["init", "-q"], in: module)
    try bench.write("m\n", to: "module/m.txt")
    try Git.run(["add", "."], in: module)
    try Git.run(["commit", "-qm", "m"], in: module)
    try git("submodule", "--quiet", "add", module, "inner")
    try git("commit", "-qm", "with a module")
    try compare("with a module")
    try compare("within the module", in: "\(folder)/inner")
    try bench.write("n\n", to: "tree/inner/n.txt")
    try Git.run(["add", "."], in: "\(folder)/inner")
    try Git.run(["commit", "-qm", "n"], in: "\(folder)/inner")
    try compare("with another commit of the module")
  }

  /// git would run what a downloaded folder's configuration names.
  @Test func nothingOfARepositoryIsRun() throws {
    try start()
    let ran = "\(bench.folder)/ran"
    let line = "touch '\(ran)'; false"
    try put("* filter=x diff=x\n", ".gitattributes")
    try git("add", ".gitattributes")
    try git("commit", "-qm", "attributes")
    let config = "\(folder)/.git/config"
    let old = try String(contentsOfFile: config, encoding: .utf8)
    try Data(
      (old
        + "[core]\n fsmonitor = \"\(line)\"\n hooksPath = hooks\n pager = \"\(line)\"\n sshCommand = \"\(line)\"\n"
        + "[filter \"x\"]\n clean = \"\(line)\"\n process = \"\(line)\"\n required = true\n"
        + "[diff \"x\"]\n textconv = \"\(line)\"\n[alias]\n status = \"!\(line)\"\n rev-parse = \"!\(line)\"\n"
        + "[include]\n path = /dev/fd/0\n").utf8
    ).write(to: URL(fileURLWithPath: config))
    try put("changed\n", "a.txt")
    let state = try #require(GitState(folder: folder))
    #expect(state.isDirty == true)
    #expect(!FileManager.default.fileExists(atPath: ran))
  }

  /// Damaged, or made to mislead: no answer, and no trap.
  @Test func anyBytesAtAll() throws {
    try start()
    try git("gc", "-q")
    let packs = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/.git/objects/pack")
    var random = SystemRandomNumberGenerator()
    let names = ["index", "HEAD", "packed-refs"] + packs.map { "objects/pack/\($0)" }
    for name in names {
      let path = "\(folder)/.git/\(name)"
      guard let whole = FileManager.default.contents(atPath: path).map({ [UInt8]($0) }), !whole.isEmpty else {
        continue
      }
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
      for _ in 0..<150 {
        var bytes = whole
        for _ in 0..<Int.random(in: 1...6, using: &random) {
          bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        _ = GitState(folder: folder)
      }
      try Data(whole).write(to: URL(fileURLWithPath: path))
    }
    try compare("restored")
    for head in [
      "ref: refs/../../x", "ref: refs/heads/loop", "", "ref:", "zz", String(repeating: "a", count: 39),
    ] {
      try Data(head.utf8).write(to: URL(fileURLWithPath: "\(folder)/.git/HEAD"))
      try Data("ref: refs/heads/loop\n".utf8).write(
        to: URL(fileURLWithPath: "\(folder)/.git/refs/heads/loop"))
      #expect(GitState(folder: folder) == nil, "\(head)")
    }
    unlink("\(folder)/.git/HEAD")
    mkfifo("\(folder)/.git/HEAD", 0o600)
    #expect(GitState(folder: folder) == nil, "a FIFO is not waited for")
  }
}
