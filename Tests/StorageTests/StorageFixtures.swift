import Contracts
import Declarations
import Foundation
import Kernels
import Stages

/// A folder of its own for a test, removed afterwards.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let path = NSTemporaryDirectory() + "modgap-storage-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(path)
}

/// Numbers that look random and are the same in every run (SplitMix64).
struct TestNumbers: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  mutating func float() -> Float { Float(next() >> 40) / Float(1 << 23) - 1 }
  mutating func double() -> Double { Double(next() >> 11) / Double(1 << 52) - 1 }

  mutating func matrix(_ rows: Int, _ columns: Int) -> Matrix {
    Matrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in float() })
  }
}

enum Fixture {
  static func pair(_ rows: Int = 7, _ columns: Int = 5, seed: UInt64 = 1, isNormalized: Bool = false)
    -> Embeddings
  {
    var numbers = TestNumbers(seed)
    return Embeddings(
      x: numbers.matrix(rows, columns), y: numbers.matrix(rows, columns), isNormalized: isNormalized)
  }

  /// Two bases, one of them a single tower, and members with every kind of transform and coordinate.
  static var family: EmbeddingFamily {
    var numbers = TestNumbers(9)
    let gap = (0..<5).map { _ in numbers.double() }
    let other = (0..<25).map { _ in numbers.double() }
    let tower = Embeddings(x: numbers.matrix(4, 5), isNormalized: true)
    var members = (-4...4).map { step in
      EmbeddingFamily.Member(
        coordinates: [Coordinate("delta", .real(Double(step) * 0.1))], base: 0,
        transforms: [
          GapShift(
            gap: gap, amountX: Double(step) / 3, amountY: -0.0, renormalizes: step.isMultiple(of: 2))
        ])
    }
    members.append(
      EmbeddingFamily.Member(
        coordinates: [Coordinate("layer", .integer(3)), Coordinate("name", .text("a \"b\"\n"))], base: 1))
    members.append(
      EmbeddingFamily.Member(
        coordinates: [Coordinate("degrees", .real(.infinity))], base: 0,
        transforms: [
          Elevation(degrees: 20.1), Subtraction(x: gap, y: [1, -0.0, 4e-300, 1e308, 3]),
          RotationOfY(w: other),
        ]))
    return EmbeddingFamily(bases: [pair(), tower], members: members)
  }

  static var tables: [NamedTable] {
    [
      NamedTable(
        "",
        Table([
          .init("delta", .reals([1.0, 0.1, 1e-300])), .init("k", .integers([1, -5, Int.max])),
          .init("name", .texts(["1", "a,\"b\"\nc", ""])),
        ])),
      NamedTable("histogram", Table([.init("bin", .reals([]))])),
      NamedTable("none", Table([])),
    ]
  }

  static let key = String(repeating: "0a", count: 32)
  static let keyTree = JSONValue.object(["kind": .string("gap"), "with": .object(["delta": .number(0.25)])])
}

/// The folder of reference data, and a Python that has h5py, where there are such.
enum Outside {
  static let shared: String? = {
    let environment = ProcessInfo.processInfo.environment
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let path =
      environment["MODGAP_SHARED"]
      ?? package.deletingLastPathComponent().appendingPathComponent("shared").path
    return FileManager.default.fileExists(atPath: path + "/golden") ? path : nil
  }()

  static let python: String? = {
    let python = ProcessInfo.processInfo.environment["MODGAP_PYTHON"] ?? "python3"
    let answer = run(python, ["-c", "import h5py, numpy, pandas"])
    return answer?.status == 0 ? python : nil
  }()

  static let hasH5dump = run("h5dump", ["--version"])?.status == 0

  /// Runs a program and gives its status and what it printed; nil where it cannot be started.
  static func run(_ program: String, _ arguments: [String]) -> (status: Int32, output: String)? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    guard (try? process.run()) != nil else { return nil }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
