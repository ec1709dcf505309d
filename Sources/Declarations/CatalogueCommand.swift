/// The command that gets a missing file which the catalogue of data has: `modgap data get NAME…`.
package struct CatalogueCommand: Sendable, Hashable {
  /// Of entries of the catalogue.
  package var names: Set<String>
  /// The folder that the file belongs below; nil for the usual one.
  package let folder: String?

  package init(names: Set<String>, folder: String?) {
    self.names = names
    self.folder = folder
  }

  package var command: ShellCommand {
    ShellCommand(["modgap", "data", "get"] + names.sorted() + (folder.map { ["--into", $0] } ?? []))
  }
}
