import Declarations
import Files
import Foundation
import TestSupport
import Testing

@Suite struct DiskTests {
  @Test func aFileIsReplacedAsAWhole() throws {
    try withFolder { folder in
      let path = "\(folder)/a"
      for text in ["one", "", "two"] {
        try AtomicWriter(syncsFolder: true).write(text, to: path)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a"])
    }
  }

  @Test func aFailedWriteLeavesTheOldFileAndNothingElse() throws {
    try withFolder { folder in
      try FileManager.default.createDirectory(
        atPath: "\(folder)/a/b", withIntermediateDirectories: true)
      let failure = #expect(throws: FileFailure.self) { try AtomicWriter().write("x", to: "\(folder)/a") }
      #expect(failure?.kind == .io)
      #expect(failure?.path == "\(folder)/a")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a"])
      let inFile = try write([1], "\(folder)/file")
      let other = #expect(throws: FileFailure.self) { try AtomicWriter().write("x", to: "\(inFile)/a") }
      #expect(other?.code == ENOTDIR)
    }
  }

  @Test func aFullDiskIsSaid() throws {
    let descriptor = open("/dev/full", O_WRONLY)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let failure = #expect(throws: FileFailure.self) {
      try [UInt8(1)].withUnsafeBytes { try Disk.write($0, to: descriptor, path: "results/a.csv") }
    }
    #expect(failure?.kind == .io)
    #expect(
      failure?.message
        == "results/a.csv: could not write: the disk is full; what was written before is intact: free some "
        + "space and run the same command again")
  }

  @Test(arguments: [ENOSPC, EDQUOT, EFBIG, EROFS, EACCES, EPERM, EIO, EMFILE, ENAMETOOLONG, ENOTDIR, EXDEV])
  func everyFailureToWriteIsAnIOFailureWithAdvice(code: Int32) {
    let failure = FileFailure(.write, "results/a", code: code)
    #expect(failure.kind == .io)
    #expect(failure.message.hasPrefix("results/a: could not write: "))
    #expect(failure.message.contains("; ") || failure.message.contains(": "))
  }

  @Test func onlyAChangedFileIsWrittenAgain() throws {
    try withFolder { folder in
      let output = try OutputFolder("\(folder)/x/y")
      #expect(try output.write("1", to: "tables/a.csv"))
      #expect(try !output.write("1", to: "tables/a.csv"))
      #expect(try output.write("2", to: "tables/a.csv"))
      #expect(try output.read("tables/a.csv") == Array("2".utf8))
      #expect(try output.read("tables/b.csv") == nil)
      #expect(try output.names() == ["tables"])
      try output.remove("tables")
      #expect(try output.names() == [])
    }
  }

  @Test func aFileInTheWayOfTheFolderIsAnIOFailure() throws {
    try withFolder { folder in
      let file = try write([1], "\(folder)/file")
      for path in [file, "\(file)/inner"] {
        let failure = #expect(throws: FileFailure.self) { try OutputFolder(path) }
        #expect(failure?.kind == .io)
        #expect(failure?.code == ENOTDIR)
      }
    }
  }

  @Test(.enabled(if: getuid() != 0, "root may write everywhere"))
  func aReadOnlyFolderIsAnIOFailure() throws {
    try withFolder { folder in
      chmod(folder, 0o500)
      defer { chmod(folder, 0o700) }
      let failure = #expect(throws: FileFailure.self) { try AtomicWriter().write("x", to: "\(folder)/a") }
      #expect(failure?.code == EACCES)
      #expect(failure?.kind == .io)
    }
  }
}
