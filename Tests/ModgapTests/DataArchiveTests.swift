import Declarations
import Files
import Foundation
import RunSupport
import Testing

@Suite(.enabled(if: DataBench.isPossible, "needs the built program, curl, and a Python (MODGAP_PYTHON)"))
struct DataArchiveTests {
  @Test func archivesAreUnpackedIntoTheirPlaces() throws {
    let bench = try DataBench()
    try bench.makeArchives()
    try bench.add("zip", [bench.url("whole/good.zip")], unpack: "zip", into: "deep/z")
    try bench.add("tar", [bench.url("whole/good.tar.gz")], unpack: "tar.gz", into: "t")
    // Its one folder is called as its place: no second one of that name.
    try bench.add("inner", [bench.url("whole/inner.zip")], unpack: "zip", into: "coco/val")
    try bench.add("other", [bench.url("whole/inner.zip")], unpack: "zip", into: "coco")
    let result = try bench.run("get", "zip", "tar", "inner")
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      bench.files == [
        "coco/val/1.txt", "coco/val/deep/2.txt", "deep/z/naïve.txt", "deep/z/pics/a.txt",
        "deep/z/pics/sub/b.txt", "t/x/naïve.txt", "t/x/one.bin",
      ])
    #expect(bench.bytes("deep/z/pics/a.txt") == Array(repeating: UInt8(ascii: "A"), count: 1000))
    #expect(FileStatus(bench.data + "/deep/z/empty")?.kind == .folder)
    #expect(result.output == "data/deep/z\ndata/t\ndata/coco/val\n")
    // Into a folder that is there; equal files are no hindrance.
    #expect(try bench.run("get", "other").status == 0)
    #expect(try bench.run("verify").output.split(separator: "\n").allSatisfy { $0.hasPrefix("ok ") })
    #expect(try bench.run("verify").status == 0)
  }

  static let refused: [(file: String, says: String)] = [
    ("dots.zip", "\"..\" leads out"), ("deep-dots.zip", "\"..\" leads out"), ("absolute.zip", "absolute"),
    ("link.zip", "link"), ("through.zip", "link"), ("backslash.zip", "leads out"), ("twice.zip", "twice"),
    ("both.zip", "twice"), ("own.zip", "program's own"), ("control.zip", "control character"),
    ("nothing.zip", "damaged"), ("folders.zip", "no files"), ("bomb.zip", "100 times"),
    ("cut.zip", "damaged"),
    ("checksum.zip", "damaged"), ("good.tar.gz", "damaged"), ("dots.tar.gz", "\"..\" leads out"),
    ("absolute.tar.gz", "absolute"), ("symlink.tar.gz", "link"), ("hardlink.tar.gz", "link"),
    ("pipe.tar.gz", "neither a file nor a folder"), ("device.tar.gz", "neither a file nor a folder"),
    ("bomb.tar.gz", "100 times"), ("good.zip", "damaged"),
  ]

  @Test func whatMayNotBeUnpackedLeavesNothing() throws {
    let bench = try DataBench()
    try bench.makeArchives()
    for (index, refused) in Self.refused.enumerated() {
      // The two good ones are said to be what they are not.
      let isZip = refused.file.hasSuffix(".zip") != refused.file.hasPrefix("good")
      try bench.add(
        "x\(index)", [bench.url("whole/\(refused.file)")], unpack: isZip ? "zip" : "tar.gz", into: "x\(index)"
      )
      let result = try bench.run("get", "x\(index)")
      #expect(result.status == 65, "\(refused.file): \(result.errors)")
      #expect(result.errors.contains(refused.says), "\(refused.file): \(result.errors)")
      #expect(bench.files.isEmpty, "\(refused.file): \(bench.files)")
      #expect(!result.errors.unicodeScalars.contains { $0.value == 0x1B })
    }
    let kept = try FileManager.default.contentsOfDirectory(atPath: bench.data + "/.modgap")
    #expect(kept.allSatisfy { $0.hasSuffix(".lock") }, "\(kept)")
    #expect(!FileManager.default.fileExists(atPath: bench.folder + "/escaped.txt"))
    #expect(!FileManager.default.fileExists(atPath: "/tmp/modgap-escaped.txt"))
  }

  @Test func whatSomebodyElsePutThereIsNotReplaced() throws {
    let bench = try DataBench()
    try bench.makeArchives()
    try bench.add("zip", [bench.url("whole/good.zip")], unpack: "zip", into: "z")
    try bench.bench.write("mine", to: "data/z/pics/a.txt")
    let result = try bench.run("get", "zip")
    #expect(
      result.status == 65 && result.errors.contains("data/z/pics/a.txt is there already"), "\(result.errors)")
    #expect(bench.files == ["z/pics/a.txt"])
    #expect(try bench.bench.text("data/z/pics/a.txt") == "mine")
    // Moved away, it is got without another download.
    try FileManager.default.removeItem(atPath: bench.data + "/z/pics")
    let before = try bench.requests().count
    #expect(try bench.run("get", "zip").status == 0)
    #expect(try bench.requests().count == before)
    #expect(bench.files.count == 3)
  }

  @Test func anArchiveOfAnotherLayoutIsNotRecorded() throws {
    let bench = try DataBench()
    try bench.makeArchives()
    try bench.add(
      "promised", [bench.url("whole/good.zip")], unpack: "zip", into: "z",
      contains: ["pics/a.txt", "pics/sub"])
    let good = try bench.run("get", "promised")
    #expect(good.status == 0 && !good.errors.contains("has all in a folder"), "\(good.errors)")
    // Its folder is called as the place of the one and not of the other, below which nothing is where it is promised.
    try bench.add("same", [bench.url("whole/inner.zip")], unpack: "zip", into: "val", contains: ["1.txt"])
    try bench.add("other", [bench.url("whole/inner.zip")], unpack: "zip", into: "w", contains: ["1.txt"])
    #expect(try bench.run("get", "same").status == 0)
    let result = try bench.run("get", "other")
    #expect(result.status == 65, "\(result.errors)")
    #expect(
      result.errors.contains("has no \"1.txt\", which the catalogue says")
        && result.errors.contains("but \"val\";"))
    #expect(!bench.files.contains { $0.hasPrefix("w/") } && FileStatus(bench.data + "/w") == nil)
    let kept = try FileManager.default.contentsOfDirectory(atPath: bench.data + "/.modgap")
    #expect(kept.filter { $0.hasPrefix("other.") } == ["other.lock"], "\(kept)")
    // Without a promise it is told where everything is.
    try bench.add("open", [bench.url("whole/inner.zip")], unpack: "zip", into: "o")
    let open = try bench.run("get", "open")
    #expect(
      open.status == 0 && open.errors.contains("all in a folder val, so it is in data/o/val"),
      "\(open.errors)")
  }

  /// A record from before the catalogue said what has to be there does not make it good.
  @Test func aRecordOfAnotherLayoutIsNoProof() throws {
    let bench = try DataBench()
    try bench.makeArchives()
    try bench.add("x", [bench.url("whole/inner.zip")], unpack: "zip", into: "w")
    #expect(try bench.run("get", "x").status == 0)
    #expect(try bench.run("verify").status == 0)
    try bench.change("x", "contains", ["1.txt"])
    let verified = try bench.run("verify")
    #expect(verified.status == 65 && verified.output.contains("data/w/1.txt"), "\(verified.output)")
    #expect(try bench.run("get", "x").status == 65)
  }

  @Test func aLinkInTheWayIsNotFollowed() throws {
    let bench = try DataBench()
    try bench.makeArchives()
    try bench.add("zip", [bench.url("whole/good.zip")], unpack: "zip", into: "z")
    try FileManager.default.createDirectory(atPath: bench.data, withIntermediateDirectories: true)
    try FileManager.default.createDirectory(
      atPath: bench.folder + "/elsewhere", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: bench.data + "/z", withDestinationPath: bench.folder + "/elsewhere")
    let result = try bench.run("get", "zip")
    #expect(result.status == 74 && result.errors.contains("symbolic link"), "\(result.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder + "/elsewhere").isEmpty)
  }
}
