import Declarations
import Foundation

/// Pictures on disk, decoded when they are asked for.
struct ImageFiles: NumberSource {
  let paths: [String]
  let transform: ImageTransform
  var limits = ImageLimits.standard

  var shape: [Int] { [3, transform.size, transform.size] }

  func write(_ index: Int, into out: UnsafeMutablePointer<Float>) throws {
    try ImageFile.load(paths[index], transform, limits: limits, into: out)
  }
}

/// The pictures in a folder and in those below it, in the order of their names.
///
/// Links to pictures are followed, and the folder itself may be a link. Links to other folders are not, for they lead
/// out of the data to wherever their target is, the whole file system perhaps.
///
/// A picture is told by its first bytes, whatever its name ends in. Hidden files, and files that neither look
/// like a picture nor are named like one, are passed over without a word.
struct PictureListing {
  /// Those that can be read.
  private(set) var paths: [String] = []
  /// What looks like a picture, or is named like one, and is none that can be read; and why.
  private(set) var passedOver: [(path: String, reason: String)] = []
  /// Links to folders, which are not followed.
  private(set) var links: [String] = []

  private static let deepest = 32

  /// - Throws: `FileFailure` where a folder or a picture cannot be opened; `DatasetFailure` where folders lie
  ///   more than 32 deep, a link leads nowhere, or a name is not UTF-8.
  init(below folder: String) throws { try visit(folder, depth: 0) }

  /// The folder's own files alone.
  init(beside folders: Set<String>, in folder: String) throws {
    for name in try FolderListing(folder).entries where !folders.contains(name) {
      let path = folder + "/" + name
      if FolderListing.type(path) != .folder { try look(path) }
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
      if FolderListing.type(path) != .folder {
        try look(path)
      } else if FolderListing.isLink(path) {
        links.append(path)
      } else {
        try visit(path, depth: depth + 1)
      }
    }
  }

  private mutating func look(_ path: String) throws {
    let isNamed = ForeignPicture.isNamed(path)
    switch FolderListing.type(path) {
    case .folder: return
    case .other:
      if isNamed { passedOver.append((path, "not a regular file")) }
      return
    // Opening says why it cannot be read.
    case .missing where FolderListing.isLink(path): throw DatasetFailure.brokenLink(path: path)
    case .missing where !isNamed: return
    case .missing, .file: break
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

/// The names in a folder, sorted by their bytes, hidden ones left out.
struct FolderListing {
  let entries: [String]

  /// - Throws: `FileFailure` where it is no folder, or cannot be read; `DataFileFailure.ofTheSystem`;
  ///   `TextFailure.badFileName` where a name is not UTF-8.
  init(_ folder: String) throws {
    try SystemFolders.refuse(folder)
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

  enum EntryType { case folder, file, other, missing }

  /// Links are followed.
  static func type(_ path: String) -> EntryType {
    guard let status = status(path) else { return .missing }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .folder
    case S_IFREG: return .file
    default: return .other
    }
  }

  static func isFolder(_ path: String) -> Bool { type(path) == .folder }

  static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// What is the same for all paths to one folder.
  struct Identity: Hashable {
    let device: UInt64
    let inode: UInt64
  }

  static func identity(_ path: String) -> Identity? {
    status(path).map { Identity(device: UInt64($0.st_dev), inode: UInt64($0.st_ino)) }
  }

  private static func status(_ path: String) -> stat? {
    var status = stat()
    return stat(path, &status) == 0 ? status : nil
  }
}
