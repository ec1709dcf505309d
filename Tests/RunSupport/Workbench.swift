import Files
import Foundation
import Runner

/// A folder of its own for a test, removed when the test is done.
package final class Workbench: Sendable {
  package let folder: String

  package init() throws {
    folder = NSTemporaryDirectory() + "modgap-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  package var results: String { folder + "/results" }

  @discardableResult
  package func write(_ text: String, to name: String) throws -> String {
    let path = "\(folder)/\(name)"
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  package func text(_ name: String) throws -> String {
    try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
  }

  /// Every artefact digest of an experiment by task, from its manifest.
  package func digests(_ experiment: String) throws -> [String: String] {
    try Manifest.read("\(results)/\(experiment)/manifest.json").results.mapValues(\.digest)
  }

  /// The bytes of every table of an experiment, by path.
  package func tables(_ experiment: String) throws -> [String: Data] {
    let root = "\(results)/\(experiment)"
    var found: [String: Data] = [:]
    let walker = FileManager.default.enumerator(atPath: root)
    while let name = walker?.nextObject() as? String {
      guard name.hasSuffix(".csv") || name.hasSuffix(".h5") else { continue }
      found[name] = FileManager.default.contents(atPath: "\(root)/\(name)")
    }
    return found
  }
}

extension Workbench {
  /// Writes a matrix as float32 `.npy`.
  package func npy(_ rows: [[Float]], to name: String) throws {
    let shape = "(\(rows.count), \(rows.first?.count ?? 0))"
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }"
    header += String(repeating: " ", count: 64 - (10 + header.utf8.count + 1) % 64) + "\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    bytes += [UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)] + Array(header.utf8)
    for value in rows.flatMap({ $0 }) {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += Array($0) }
    }
    try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
  }

  /// A column of a table of an experiment.
  package func column(_ name: String, of table: String) throws -> [Double] {
    let table = try CSV.read("\(results)/\(table)")
    return (0..<table.rowCount).compactMap { table[name]?.cell($0).number }
  }
}

/// Rows in general position, the same in every run.
package func scatteredRows(_ count: Int, _ columns: Int, seed: Int, shift: Float) -> [[Float]] {
  (0..<count).map { row in
    (0..<columns).map { column in
      let angle = Float((seed + 1) * (row * columns + column + 1)) * 0.7391
      return sin(angle) + 0.3 * cos(3.1 * angle) + (column == 0 ? shift : 0)
    }
  }
}
