import Declarations
import Files
import Foundation

/// Images on disk, decoded when they are asked for.
struct ImageFiles: NumberSource {
  let paths: [String]
  let transform: ImageTransform
  var limits = ImageLimits.standard

  var shape: [Int] { [3, transform.size, transform.size] }

  func write(_ index: Int, into out: UnsafeMutablePointer<Float>) throws {
    try ImageFile.load(paths[index], transform, limits: limits, into: out)
  }
}

/// The images in a folder and in those below it, in the order of their names.
///
/// Links to images are followed, and the folder itself may be a link. Links to other folders are not, for they lead
/// out of the data to wherever their target is, the whole file system perhaps.
///
/// An image is told by its first bytes, whatever its name ends in. Hidden files, and files that neither look
/// like an image nor are named like one, are passed over without a word.
struct PictureListing {
  /// Those that can be read.
  private(set) var paths: [String] = []
  /// What looks like an image, or is named like one, and is none that can be read; and why.
  private(set) var passedOver: [(path: String, reason: String)] = []
  /// Links to folders, which are not followed.
  private(set) var links: [String] = []

  private static let deepest = 32

  /// - Throws: `FileFailure` where a folder or an image cannot be opened; `DatasetFailure` where folders lie
  ///   more than 32 deep, a link leads nowhere, or a name is not UTF-8.
  init(below folder: String) throws { try visit(folder, depth: 0) }

  /// The folder's own files alone.
  init(beside folders: Set<String>, in folder: String) throws {
    for name in try FolderListing(folder).entries where !folders.contains(name) {
      let path = folder + "/" + name
      if !Paths.isFolder(path) { try look(path) }
    }
  }

  private mutating func visit(_ folder: String, depth: Int) throws {
    guard depth < Self.deepest else {
      throw DatasetFailure.badFile(
        path: folder,
        detail: "this folder is nested \(Self.deepest) deep, and deeper folders are not read; move it up")
    }
    for name in try FolderListing(folder).entries {
      let path = folder + "/" + name
      if !Paths.isFolder(path) {
        try look(path)
      } else if Paths.isLink(path) {
        links.append(path)
      } else {
        try visit(path, depth: depth + 1)
      }
    }
  }

  private mutating func look(_ path: String) throws {
    let isNamed = ForeignPicture.isNamed(path)
    switch FileStatus(path)?.kind {
    case .folder: return
    case .other, .link:
      if isNamed { passedOver.append((path, "not a regular file")) }
      return
    // Opening says why it cannot be read.
    case nil where Paths.isLink(path): throw DatasetFailure.brokenLink(path: path)
    case nil where !isNamed: return
    case nil, .file: break
    }
    let file = try InputFile(path)
    let head = try file.bytes(at: 0, count: ForeignPicture.headBytes)
    if ImageFormat(head) != nil {
      paths.append(path)
    } else if let name = ForeignPicture.name(of: head) {
      passedOver.append((path, name))
    } else if isNamed {
      passedOver.append((path, head.isEmpty ? "empty" : "not an image"))
    }
  }
}

// MARK: - What is said of them

extension PictureListing {
  private static let mostNamed = 8

  /// Sentences on what was passed over, with names as seen from `root`.
  func remarks(in root: String) -> [String] {
    var remarks: [String] = []
    if !passedOver.isEmpty {
      let (files, look) = passedOver.count == 1 ? ("file", "looks") : ("files", "look")
      remarks.append(
        "\(root): skipped \(passedOver.count) \(files) that \(look) like an image, because only PNG, JPEG and WebP are "
          + "read, recognised by their first bytes: \(named(in: root)); convert the files that should count")
    }
    if !links.isEmpty {
      remarks.append(
        "\(root): skipped \(counted(links.count, "link")) to folders, because only links to images and links that "
          + "are class folders are followed: " + Self.list(links.map { Self.name($0, in: root) }))
    }
    return remarks
  }

  /// `dog/a.gif (GIF), dog/b.jpg (empty)`.
  func named(in root: String) -> String {
    Self.list(passedOver.map { "\(Self.name($0.path, in: root)) (\($0.reason))" })
  }

  static func list(_ names: [String]) -> String {
    let more = names.count > mostNamed ? " and \(names.count - mostNamed) more" : ""
    return names.prefix(mostNamed).joined(separator: ", ") + more
  }

  /// The path as seen from `root`.
  static func name(_ path: String, in root: String) -> String {
    path.utf8.starts(with: (root + "/").utf8)
      ? String(decoding: path.utf8.dropFirst(root.utf8.count + 1), as: UTF8.self) : path
  }

  mutating func append(_ other: PictureListing) {
    paths += other.paths
    passedOver += other.passedOver
    links += other.links
  }
}
