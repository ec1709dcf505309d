import Contracts
import ExperimentPlan
import Files
import Storage

extension ResultsFolder {
  /// - Throws: `RunFailure.foldedNames` where there are such names, and the file system takes them for one.
  func refuse(_ names: [(one: String, other: String)]) throws {
    guard let first = names.first, try foldsLetters() else { return }
    throw RunFailure.foldedNames(first.one, first.other, folder: path)
  }

  /// A notice where another experiment of these results differs from this one in the case of letters alone; nil where
  /// none does.
  ///
  /// - Throws: `RunFailure.foldedNames` where the file system takes both for one folder.
  func refuseTwin() throws -> String? {
    let folded = experiment.foldedName
    // A root that cannot be listed is named where the folder is made.
    let names = (try? InnerFolder(root: root).names()) ?? []
    let twin = names.first {
      !$0.isExactly(experiment) && $0.foldedName == folded
    }
    guard let twin else { return nil }
    try refuse([(twin, experiment)])
    return
      "\"\(twin)\" and \"\(experiment)\" in \(root) differ only in the case of letters or in how accents are composed; on file systems that do not distinguish such names "
      + "(macOS, Windows), the results of one would replace those of the other"
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
