import Contracts
import Datasets
import Declarations
import Execution
import ExperimentPlan
import Files

/// The data files that a task reads, held to what the plan was made with.
struct TaskFiles: Sendable {
  /// The files at one moment: the same stamps are the same contents.
  typealias Stamps = [ExactString: FileStamp]

  let task: String
  let files: [DataFile]
  /// What lists the files of a folder.
  let data: [DataSignature]
  let digests: FileDigests
  /// Where items are kept that were read from the files.
  let shared: SharedObjects

  /// Reads the files, and compares their digests with the plan's.
  ///
  /// - Returns: the stamps of all that was read.
  /// - Throws: `RunFailure.fileChanged` with the file; `FileFailure` where one is gone.
  func checked() throws -> Stamps {
    var stamps: Stamps = [:]
    // A training may read its model's files, too.
    var known: [ExactString: String] = [:]
    var changed: String?
    for file in files {
      let digest = try digest(of: file) { path in
        if let known = known[ExactString(path)] { return known }
        let (digest, stamp) = try digests.read(path)
        (stamps[ExactString(path)], known[ExactString(path)]) = (stamp, digest)
        if digests.isOther(digest, than: path) { changed = changed ?? path }
        return digest
      }
      guard digest != file.digest else { continue }
      throw RunFailure.fileChanged(
        task: task, path: changed ?? file.path, isOneOfThoseOf: changed == nil && file.listedBy != nil)
    }
    return stamps
  }

  /// The stamps as they are, without reading any content.
  func stamps() throws -> Stamps {
    var stamps: Stamps = [:]
    for file in files {
      _ = try digest(of: file) { path in
        stamps[ExactString(path)] = try FileStamp(of: path)
        return ""
      }
    }
    return stamps
  }

  /// A file whose stamp is not what it was, or that was not there.
  static func difference(_ before: Stamps, _ after: Stamps) -> String? {
    Set(before.keys).union(after.keys).sorted().first { before[$0] != after[$0] }?.text
  }

  private func digest(
    of file: DataFile, _ digestOfFile: (String) throws -> String
  ) throws -> String? {
    guard let data = file.listedBy else { return try digestOfFile(file.path) }
    let signature = self.data.first { $0.kind == data["kind"]?.string }
    return try signature?.digestOfListing(data, in: .disk, digestOfFile: digestOfFile)
  }
}

/// A checkpoint is not worth keeping where a file was written to since the stage began.
struct FilesWereTouched: Error {}

extension TaskFiles {
  /// Runs a stage that reads the files, and believes what it gives only where no file changed from before the
  /// first was read until after the last was.
  ///
  /// A file that was written to meanwhile and has the planned content again may have had another one in
  /// between, so the stage is run again.
  /// - Throws: `RunFailure.fileChanged`, `RunFailure.fileKeepsChanging`, what the stage throws.
  func watching<Result>(
    notice: (String) -> Void, _ body: (_ isUntouched: @escaping @Sendable () throws -> Bool) throws -> Result
  ) throws -> Result {
    guard !files.isEmpty else { return try body { true } }
    for _ in 0..<3 {
      let before = try forgettingItems(checked)
      let outcome = Swift.Result<Result, any Error> { try body { try stamps() == before } }
      if case .failure(let error) = outcome, error is Cancelled { throw error }
      let after = try forgettingItems(checked)
      guard let path = Self.difference(before, after) else {
        // Untouched again, and yet a checkpoint was refused: a file came and went.
        if case .failure(let error) = outcome, error is FilesWereTouched { continue }
        return try outcome.get()
      }
      shared.forget()
      notice(
        "\(path) was changed while it was read, but has the planned content now, so the stage is run again")
    }
    throw RunFailure.fileKeepsChanging(task: task, path: files.first?.path ?? "")
  }

  /// Items that were read from a file that changed are not to be met again.
  private func forgettingItems<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      shared.forget()
      throw error
    }
  }
}
