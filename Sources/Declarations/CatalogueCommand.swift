/// The command that gets a missing file which the catalogue of data has: `modgap data get NAME…`.
package struct CatalogueCommand: Sendable, Hashable {
  /// Of entries of the catalogue.
  package var names: Set<String>
  /// The folder that the file belongs below; nil for the usual one.
  package let folder: String?
  /// The catalogue's file; nil for the one that the command finds itself.
  package let catalogue: String?

  package init(names: Set<String>, folder: String?, catalogue: String? = nil) {
    self.names = names
    self.folder = folder
    self.catalogue = catalogue
  }

  package var command: ShellCommand {
    ShellCommand(["modgap", "data", "get"] + names.sorted() + options)
  }

  /// Those that say which catalogue and which folder.
  package var options: [String] {
    [("--catalogue", catalogue), ("--into", folder)].flatMap { option, value in
      value.map { [option, $0] } ?? []
    }
  }
}
