/// A folder of results. A file whose bytes have not changed is left alone, so that its time tells when
/// its content last did.
package struct OutputFolder: Sendable {
  package let files: InnerFolder
  package var path: String { files.path }

  /// Creates the folder and those above it.
  /// - Throws: `FileFailure` of kind `.io`.
  package init(_ path: String) throws { try self.init(InnerFolder(root: path)) }

  /// - Throws: `FileFailure` of kind `.io`, where a link stands in the way, too.
  package init(_ files: InnerFolder) throws {
    self.files = files
    try files.makeFolder()
  }

  /// Writes a file below the folder, creating folders on the way. Gives whether the bytes differed.
  @discardableResult
  package func write(_ bytes: [UInt8], to name: String) throws -> Bool {
    let target = try InnerPath(name)
    if let old = try? files.readIfPresent(target), old == bytes { return false }
    try files.write(bytes, to: target)
    return true
  }

  @discardableResult
  package func write(_ text: String, to name: String) throws -> Bool {
    try write(Array(text.utf8), to: name)
  }

  /// The content of a file below the folder, or nil where there is none.
  package func read(_ name: String) throws -> [UInt8]? { try files.readIfPresent(try InnerPath(name)) }

  package func remove(_ name: String) throws { try files.removeAll(try InnerPath(name)) }

  /// The names in a folder, sorted by their bytes.
  package static func names(in path: String) throws -> [String] { try Disk.names(in: path) }

  /// The names in the folder, sorted.
  package func names() throws -> [String] { try files.names() }
}
