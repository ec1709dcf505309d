import Contracts
import Storage

extension ResultsFolder {
  /// - Throws: `RunFailure.foldedNames` where there are such names, and the file system takes them for one.
  func refuse(_ names: [(one: String, other: String)]) throws {
    guard let first = names.first, try foldsLetters() else { return }
    throw RunFailure.foldedNames(first.one, first.other, folder: path)
  }

  /// Whether a file that is called `a` here is also found as `A`.
  private func foldsLetters() throws -> Bool {
    let files = try files
    let (low, high) = (InnerPath(fixed: ".state/folds-letters"), InnerPath(fixed: ".state/FOLDS-LETTERS"))
    try files.write([], to: low)
    defer { try? files.removeFile(low) }
    return files.isFile(high)
  }
}
