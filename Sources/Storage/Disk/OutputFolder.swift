import Contracts

/// A folder of results. A file whose bytes have not changed is left alone, so that its time tells when
/// its content last did.
package struct OutputFolder: Sendable {
  package let path: String
  private let writer = AtomicWriter(syncsFile: false)

  /// Creates the folder and those above it.
  /// - Throws: `FileFailure` of kind `.io`.
  package init(_ path: String) throws {
    self.path = path
    try Disk.makeFolder(path)
  }

  /// Writes a file below the folder, creating folders on the way. Gives whether the bytes differed.
  @discardableResult
  package func write(_ bytes: [UInt8], to name: String) throws -> Bool {
    let target = "\(path)/\(name)"
    if let old = try? Disk.readIfPresent(target), old == bytes { return false }
    if name.contains("/") { try Disk.makeFolder(Disk.folder(of: target)) }
    try writer.write(bytes, to: target)
    return true
  }

  @discardableResult
  package func write(_ text: String, to name: String) throws -> Bool {
    try write(Array(text.utf8), to: name)
  }

  /// The content of a file below the folder, or nil where there is none.
  package func read(_ name: String) throws -> [UInt8]? { try Disk.readIfPresent("\(path)/\(name)") }

  package func remove(_ name: String) throws { try Disk.remove("\(path)/\(name)") }

  /// The names in a folder, sorted by their bytes.
  package static func names(in path: String) throws -> [String] { try Disk.names(in: path) }

  /// The names in the folder, sorted.
  package func names() throws -> [String] { try Disk.names(in: path) }
}
