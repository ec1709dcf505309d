import Foundation
import Kernels

/// Reference data that live beside the repository: `MODGAP_SHARED` if set, else `../shared` from the
/// package root. Tests that need them are skipped where they are absent.
package enum SharedData {
  package static let folder: URL = {
    if let set = ProcessInfo.processInfo.environment["MODGAP_SHARED"] {
      return URL(fileURLWithPath: set, isDirectory: true)
    }
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { root.deleteLastPathComponent() }
    return root.deletingLastPathComponent().appendingPathComponent("shared", isDirectory: true)
  }()

  package static func golden(_ name: String) -> String {
    folder.appendingPathComponent("golden/\(name)").path
  }

  /// The authors' shipped embeddings: `clip`, `convirt_random`…
  package static func features(_ name: String) -> String {
    folder.appendingPathComponent("data/authors-features/features_\(name).npy").path
  }

  /// Whether reference results and the authors' embeddings are there.
  package static let isPresent =
    FileManager.default.fileExists(atPath: golden("README.md"))
    && FileManager.default.fileExists(atPath: features("clip"))

  package static let missing: String = "the reference data are not beside the repository (MODGAP_SHARED)"
}

/// A CSV file of plain cells, by column name.
package struct GoldenTable: Sendable {
  package let rows: [[String: String]]

  package init(_ name: String) throws {
    let text = try String(contentsOfFile: SharedData.golden(name), encoding: .utf8)
    let lines = text.split(whereSeparator: \.isNewline).map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let header = lines.first ?? []
    rows = lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
  }

  package func rows(where key: String, _ value: String) -> [[String: String]] {
    rows.filter { $0[key] == value }
  }
}

extension [String: String] {
  /// The cell as a number; NaN where it is none, which no comparison survives.
  package func number(_ key: String) -> Double { self[key].flatMap(Double.init) ?? .nan }
}

/// The authors' `.npy` files: version 1.0, float32, C order, shape (2, n, d).
package func readPair(_ path: String) throws -> (x: Matrix, y: Matrix) {
  let data = try Data(contentsOf: URL(fileURLWithPath: path))
  let start = 10 + Int(data[8]) + 256 * Int(data[9])
  let header = String(decoding: data[10..<start], as: UTF8.self)
  let shape = (header.split(separator: "(").last ?? "").split(separator: ")")[0]
    .split(separator: ",").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
  let size = shape[1] * shape[2]
  var values = [Float](repeating: 0, count: 2 * size)
  _ = values.withUnsafeMutableBytes { data.copyBytes(to: $0, from: start..<data.count) }
  return (
    Matrix(rows: shape[1], columns: shape[2], values: Array(values[..<size])),
    Matrix(rows: shape[1], columns: shape[2], values: Array(values[size...]))
  )
}
