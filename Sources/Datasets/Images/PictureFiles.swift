import Contracts
import Foundation

/// Pictures on disk, decoded when they are asked for.
struct PictureFiles: NumberSource {
  let paths: [String]
  let transform: ImageTransform
  var limits = ImageLimits.standard

  var shape: [Int] { [3, transform.size, transform.size] }

  func write(_ index: Int, into out: UnsafeMutablePointer<Float>) throws {
    try ImageFile.load(paths[index], transform, limits: limits, into: out)
  }

  /// The pictures below a folder, links followed, in the order of their names; told by their endings; at
  /// most 16 folders deep.
  static func find(below folder: String, depth: Int = 16) throws -> [String] {
    try FolderListing(folder).entries.flatMap { name -> [String] in
      let path = folder + "/" + name
      guard FolderListing.isFolder(path) else { return isPicture(name) ? [path] : [] }
      return depth > 0 ? try find(below: path, depth: depth - 1) : []
    }
  }

  private static func isPicture(_ name: String) -> Bool {
    ["png", "jpg", "jpeg"].contains((name as NSString).pathExtension.lowercased())
  }
}

/// The names in a folder, sorted by their bytes, hidden ones left out.
struct FolderListing {
  let entries: [String]

  /// - Throws: `FileFailure` where it is no folder, or cannot be read; `TextFailure.badFileName` where a name is not
  ///   UTF-8.
  init(_ folder: String) throws {
    guard let stream = opendir(folder) else { throw FileFailure(.list, folder, code: errno) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      guard bytes.first != UInt8(ascii: ".") else { continue }
      guard let name = String(validating: bytes, as: UTF8.self) else {
        throw TextFailure.badFileName(folder: folder, bytes)
      }
      names.append(name)
    }
    entries = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }
}
