import DataCatalog
import Declarations
import Execution
import Files
import Foundation

extension FileSystem {
  /// The disk, which knows of missing files whether the catalogue has them.
  ///
  /// - Parameter config: the catalogue is looked for below the current folder first, then near this file.
  static func disk(catalogueNear config: String) -> FileSystem {
    // Read when the first file is missing, and once.
    let holder = Holder()
    var disk = FileSystem.disk
    let usual = URL(
      fileURLWithPath: DataCommand.usualFolder, relativeTo: URL(fileURLWithPath: disk.currentFolder)
    )
    .standardizedFileURL.path
    disk.catalogued = { missing in
      let own = DataCatalog.find(near: [config])
      return holder.catalog { own.flatMap { try? DataCatalog(reading: $0) } }?
        .command(for: missing, usual: usual, isUsual: own == DataCatalog.find())
    }
    return disk
  }

  private final class Holder: Sendable {
    private let found = Mutex<DataCatalog??>(nil)

    func catalog(_ find: () -> DataCatalog?) -> DataCatalog? {
      found.withLock { found in
        if let found { return found }
        let catalog = find()
        found = .some(catalog)
        return catalog
      }
    }
  }
}
