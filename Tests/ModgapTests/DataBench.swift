import Declarations
import Files
import Foundation
import RunSupport

/// A folder with a catalogue, files that a server on 127.0.0.1 serves, and the program.
final class DataBench {
  static let python = ProcessInfo.processInfo.environment["MODGAP_PYTHON"] ?? "python3"
  /// Where the tests can run: with the program, Python for the server, and curl.
  static let isPossible =
    Program.isBuilt && has([python, "-c", "import http.server"]) && has(["curl", "--version"])
  static let missing = "needs the built program, curl, and a Python (MODGAP_PYTHON)"

  private static func has(_ words: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  let bench: Workbench
  let served: String
  private let server = Process()
  /// The server ends when this closes.
  private let input = Pipe()
  private(set) var port = ""
  private var entries: [JSONValue] = []
  private static let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("DataServer").path

  init() throws {
    bench = try Workbench()
    served = bench.folder + "/served"
    try FileManager.default.createDirectory(atPath: served, withIntermediateDirectories: true)
    let output = Pipe()
    server.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    server.arguments = [Self.python, Self.scripts + "/server.py", served]
    server.standardInput = input
    server.standardOutput = output
    try server.run()
    port = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  deinit {
    try? input.fileHandleForWriting.close()
    server.waitUntilExit()
  }

  func url(_ path: String) -> String { "http://127.0.0.1:\(port)/\(path)" }

  var folder: String { bench.folder }
  var data: String { bench.folder + "/data" }

  /// Makes the archives of archives.py in the folder that is served.
  func makeArchives() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [Self.python, Self.scripts + "/archives.py", served]
    try process.run()
    process.waitUntilExit()
  }

  /// A file of random bytes in the folder that is served.
  @discardableResult
  func serve(_ name: String, bytes count: Int) throws -> [UInt8] {
    var random = SystemRandomNumberGenerator()
    let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    try Data(bytes).write(to: URL(fileURLWithPath: served + "/" + name))
    return bytes
  }

  /// Adds an entry, and writes the catalogue.
  func add(
    _ name: String, _ urls: [String], size: Int? = nil, sha256: String? = nil, unpack: String = "none",
    into: String? = nil, contains: [String]? = nil
  ) throws {
    entries.append(
      .object(
        (contains.map { ["contains": .array($0.map { .string($0) })] } ?? [:]).merging([

          "name": .string(name), "for": "a test", "urls": .array(urls.map { .string($0) }),
          "size": size.map { .number(Double($0)) } ?? .null, "sha256": sha256.map { .string($0) } ?? .null,
          "licence": "MIT", "citation": "none", "unpack": .string(unpack),
          "into": .string(into ?? "\(name).bin"),
        ]) { $1 }))
    try writeCatalogue()
  }

  /// Gives an entry another list, and writes the catalogue.
  func change(_ name: String, _ key: String, _ values: [String]) throws {
    entries = entries.map { entry in
      guard entry["name"]?.string == name, var members = entry.object else { return entry }
      members[key] = .array(values.map { .string($0) })
      return .object(members)
    }
    try writeCatalogue()
  }

  private func writeCatalogue() throws {
    try bench.write(JSONValue.object(["entries": .array(entries)]).canonical, to: "configs/data.json")
  }

  func program(_ environment: [String: String] = [:]) -> Program {
    // Whatever proxy this machine has, it does not lead to this server.
    Program(
      folder: folder,
      environment: ["NO_PROXY": "*", "no_proxy": "*", "MODGAP_MIRROR": ""].merging(environment) { $1 })
  }

  func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Program.Result {
    try program(environment).run(["data"] + arguments)
  }

  func bytes(_ name: String) -> [UInt8]? {
    FileManager.default.contents(atPath: data + "/" + name).map(Array.init)
  }

  /// All files below the folder of data but the program's own, sorted.
  var files: [String] {
    let walker = FileManager.default.enumerator(atPath: data)
    var found: [String] = []
    while let name = walker?.nextObject() as? String {
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: data + "/" + name, isDirectory: &isFolder)
      if !isFolder.boolValue, !name.hasPrefix(".modgap") { found.append(name) }
    }
    return found.sorted()
  }

  /// What the program writes on a terminal of so many columns, redraw by redraw, without colours.
  func redraws(_ columns: Int, _ arguments: [String], environment: [String: String] = [:]) throws -> [String]
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [Self.python, Self.scripts + "/terminal.py", "\(columns)", Program.path] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["NO_PROXY": "*", "no_proxy": "*", "MODGAP_MIRROR": ""].merging(environment) { $1 }
    ) { $1 }
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: bytes, as: UTF8.self).replacing(/\u{1b}\[[0-9;]*m/, with: "")
      .split(separator: "\r\u{1b}[K").map(String.init)
  }

  /// The requests that the server has had, `path range` each.
  func requests() throws -> [String] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["curl", "--silent", "--noproxy", "*", url("log")]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
