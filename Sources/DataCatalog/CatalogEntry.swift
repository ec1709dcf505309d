import Declarations
import Files
import Foundation

/// One thing that the catalogue can get: a file, or an archive that is unpacked.
package struct CatalogEntry: Sendable, Equatable {
  package enum Unpacking: String, Sendable, CaseIterable {
    case none, zip
    case tarGzip = "tar.gz"
  }

  package let name: String
  /// What it is for.
  package let purpose: String
  /// Where it is, in the order in which they are tried; none where everybody has to accept its terms in person.
  package let urls: [String]
  /// Of the download, in bytes; nil where it is not known.
  package let size: Int?
  /// Of the download; nil where it is not known, and then recorded at first use.
  package let sha256: Digest?
  package let licence: String
  package let citation: String
  package let unpack: Unpacking
  /// The file, or the folder that an archive is unpacked into, below the folder of data.
  package let into: InnerPath
  /// Of an archive: files and folders below `into` that are there when it is unpacked; none where the catalogue says none.
  package let contains: [InnerPath]

  package init(
    name: String, purpose: String, urls: [String], size: Int?, sha256: Digest?, licence: String,
    citation: String, unpack: Unpacking, into: InnerPath, contains: [InnerPath] = []
  ) {
    self.name = name
    self.purpose = purpose
    self.urls = urls
    self.size = size
    self.sha256 = sha256
    self.licence = licence
    self.citation = citation
    self.unpack = unpack
    self.into = into
    self.contains = contains
  }

  /// The name of its file in a folder or on a mirror, where its URL does not say one that is its own.
  var plainFileName: String {
    unpack == .none ? into.name ?? name : "\(name).\(unpack.rawValue)"
  }

  /// The last part of a URL's path; nil where that is no file name.
  static func fileName(of url: String) -> String? {
    guard let name = URL(string: url)?.lastPathComponent, (try? InnerPath(component: name)) != nil else {
      return nil
    }
    return name
  }

  package static func == (a: CatalogEntry, b: CatalogEntry) -> Bool { a.name.isExactly(b.name) }
}
