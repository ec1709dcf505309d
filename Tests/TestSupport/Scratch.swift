import Foundation
import Kernels

/// A folder of its own for a test, removed afterwards.
package func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let path = NSTemporaryDirectory() + "modgap-test-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(path)
}

/// Writes a file, creating the folders on the way.
@discardableResult
package func write(_ bytes: [UInt8], _ path: String) throws -> String {
  let url = URL(fileURLWithPath: path)
  try FileManager.default.createDirectory(
    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
  try Data(bytes).write(to: url)
  return path
}

@discardableResult
package func write(_ text: String, _ path: String) throws -> String { try write(Array(text.utf8), path) }

/// Numbers that look random and are the same in every run (SplitMix64).
package struct TestNumbers: RandomNumberGenerator {
  private var state: UInt64
  package init(_ seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  package mutating func float() -> Float { Float(next() >> 40) / Float(1 << 23) - 1 }
  package mutating func double() -> Double { Double(next() >> 11) / Double(1 << 52) - 1 }

  package mutating func matrix(_ rows: Int, _ columns: Int) -> Matrix {
    Matrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in float() })
  }
}
