import Declarations
import Files
import Foundation
import TestSupport
import Testing

/// No path out of a file leads out of a folder of results, and no link inside is followed.
@Suite struct InnerFolderTests {
  @Test(arguments: [
    "", "/", "/etc/passwd", "..", ".", "a/..", "../a", "a//b", "a/", "/a", "a/./b", "a/../../b", "a\0b",
    "a/b\0/c",
    String(repeating: "x", count: 256),
  ])
  func whatCouldLeadOutIsNoPath(text: String) {
    let failure = #expect(throws: InnerPathFailure.self) { try InnerPath(text) }
    #expect(failure?.kind == .invalidInput)
  }

  /// Sizes of sparse files may be any.
  @Test func sizesAreAddedWithinBounds() {
    for (one, other, sum) in [
      (1, 2, 3), (Int.max, 1, .max), (.max, .max, .max), (.min, -1, .min), (.max, -1, .max - 1),
    ] { #expect(one.adding(bounded: other) == sum) }
  }

  @Test(
    .enabled(if: FileManager.default.isWritableFile(atPath: "/dev/shm"), "there is no tmpfs at /dev/shm"))
  func sizesOfSparseFilesAreAddedWithinBounds() throws {
    let name = "modgap-sizes-\(UUID().uuidString)"
    let memory = "/dev/shm/\(name)"
    try #require(mkdir(memory, 0o700) == 0)
    defer { try? FileManager.default.removeItem(atPath: memory) }
    for name in ["a", "b"] {
      try write([], "\(memory)/\(name)")
      try #require(truncate("\(memory)/\(name)", 9_000_000_000_000_000_000) == 0)
    }
    #expect(InnerFolder(root: "/dev/shm").size(try InnerPath(component: name)) == .max)
  }

  @Test func othersAre() throws {
    for text in [
      "a", "runs/x=1,y=0.5/log.txt", "...", "..a", "a..", "é/\u{65}\u{301}", "a\u{338}b",
      ".state/outputs.json",
    ] {
      #expect(try InnerPath(text).description.isExactly(text))
    }
    #expect(throws: InnerPathFailure.self) { try InnerPath(component: "a/b") }
    // A slash with a combining mark is one Character, and two to the file system.
    #expect(throws: InnerPathFailure.self) { try InnerPath(component: "a/\u{338}b") }
    #expect(try InnerPath("a/\u{338}b").components.count == 2)
    #expect(try InnerPath("é") != InnerPath("e\u{301}"))
  }

  /// Every operation, at a path on which a link stands, which leads to a folder or a file outside.
  private static let operations: [(String, @Sendable (InnerFolder, InnerPath) throws -> Void)] = [
    ("read", { _ = try $0.read($1) }), ("readIfPresent", { _ = try $0.readIfPresent($1) }),
    ("digest", { _ = try $0.digest(of: $1) }), ("write", { try $0.write([1], to: $1) }),
    ("create", { try $0.create($1, [1]) }), ("append", { try $0.append([1], to: $1) }),
    ("names", { _ = try $0.names($1) }), ("makeFolder", { try $0.makeFolder($1) }),
  ]

  @Test func aLinkIsRefusedByItsNameAndNotFollowed() throws {
    try withFolder { folder in
      let manager = FileManager.default
      try manager.createDirectory(atPath: "\(folder)/in/d", withIntermediateDirectories: true)
      try manager.createDirectory(atPath: "\(folder)/out/d", withIntermediateDirectories: true)
      try write([7], "\(folder)/out/f")
      let links = [
        "folder": "../out", "file": "../out/f", "dangling": "../out/new", "round": "round", "d/up": "..",
      ]
      for (name, target) in links {
        try manager.createSymbolicLink(atPath: "\(folder)/in/\(name)", withDestinationPath: target)
      }
      let inside = InnerFolder(root: "\(folder)/in")
      for place in ["folder/f", "folder/d", "folder/new", "file", "dangling", "round", "round/a", "d/up/d"] {
        for (name, operation) in Self.operations {
          let isLeaf = !place.contains("/")
          // Nothing that exists is created, and what EEXIST says is enough.
          let failure = #expect(throws: FileFailure.self, "\(name) \(place)") {
            try operation(inside, try InnerPath(place))
          }
          guard !(isLeaf && name == "create") else { continue }
          #expect(failure?.code == FileFailure.linkInside, "\(name) \(place)")
          #expect(failure?.message.contains("this is a symbolic link to") == true, "\(name) \(place)")
        }
      }
      for place in ["folder/f", "folder/d", "d/up/d"] {
        let inner = try InnerPath(place)
        let other = try InnerPath("other")
        #expect(throws: FileFailure.self) { try inside.removeFile(inner) }
        #expect(throws: FileFailure.self) { try inside.removeAll(inner) }
        #expect(throws: FileFailure.self) { try inside.rename(inner, to: other) }
        #expect(throws: FileFailure.self) { try inside.link(inner, to: other) }
        #expect(!inside.removeEmptyFolder(inner))
        #expect(!inside.isFile(inner))
      }
      #expect(manager.fileExists(atPath: "\(folder)/out/d"))
      #expect(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/out/f")) == Data([7]))
      #expect(try manager.contentsOfDirectory(atPath: "\(folder)/out").sorted() == ["d", "f"])
    }
  }

  @Test func whatIsRemovedIsTheLinkAndNotWhatItLeadsTo() throws {
    try withFolder { folder in
      let manager = FileManager.default
      try manager.createDirectory(atPath: "\(folder)/in/a/b", withIntermediateDirectories: true)
      try manager.createDirectory(atPath: "\(folder)/out", withIntermediateDirectories: true)
      try write([7], "\(folder)/out/f")
      try manager.createSymbolicLink(atPath: "\(folder)/in/a/b/l", withDestinationPath: "../../../out")
      try manager.createSymbolicLink(atPath: "\(folder)/in/l", withDestinationPath: "../out")
      let inside = InnerFolder(root: "\(folder)/in")
      try inside.removeAll(try InnerPath("a"))
      try inside.removeAll(try InnerPath("l"))
      try inside.removeAll(try InnerPath("never/was"))
      #expect(try inside.names() == [])
      #expect(manager.fileExists(atPath: "\(folder)/out/f"))
    }
  }

  /// What a killed process left is told by its name; a day old, where it was another machine's.
  @Test func unfinishedFilesOfProcessesThatAreGoneAreRemoved() throws {
    try withFolder { folder in
      let own = ProcessIdentity.own
      let gone = ".tmp-\(own.pid)-\(own.processStart &+ 1)-\(own.bootMark)-3"
      let others = [
        ".tmp-\(own.pid)-\(own.processStart)-\(own.bootMark)-4", ".tmp-1-1-0123456789abcdef-5", ".tmp-notes",
        ".tmp-a-b-c-d", "loss.csv",
      ]
      for name in [gone] + others { try write([1], "\(folder)/\(name)") }
      for name in [".tmp-notes", ".tmp-a-b-c-d"] {
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSince1970: 0)], ofItemAtPath: "\(folder)/\(name)")
      }
      InnerFolder(root: folder).removeAbandoned()
      #expect(try Set(InnerFolder(root: folder).names()) == Set(others))
    }
  }

  @Test func theRootMayBeALink() throws {
    try withFolder { folder in
      try FileManager.default.createDirectory(atPath: "\(folder)/disk", withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/results", withDestinationPath: "disk")
      let inside = InnerFolder(root: "\(folder)/results")
      try inside.write([1, 2], to: try InnerPath("a/b"))
      #expect(try inside.read(try InnerPath("a/b")) == [1, 2])
      #expect(FileManager.default.fileExists(atPath: "\(folder)/disk/a/b"))
    }
  }

  @Test func pipesAreNoFilesAndNobodyWaitsForThem() throws {
    try withFolder { folder in
      #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
      let inside = InnerFolder(root: folder)
      let pipe = try InnerPath("pipe")
      #expect(throws: FileFailure.self) { try inside.read(pipe) }
      #expect(throws: FileFailure.self) { try inside.append([1], to: pipe) }
      #expect(throws: FileFailure.self) { try inside.digest(of: pipe) }
      #expect(!inside.isFile(pipe))
    }
  }

  @Test func aFileWithOtherNamesIsNotAddedTo() throws {
    try withFolder { folder in
      try FileManager.default.createDirectory(atPath: "\(folder)/in", withIntermediateDirectories: true)
      try write([7], "\(folder)/keys")
      try #require(link("\(folder)/keys", "\(folder)/in/log.txt") == 0)
      let inside = InnerFolder(root: "\(folder)/in")
      let failure = #expect(throws: FileFailure.self) { try inside.append([1], to: try InnerPath("log.txt")) }
      #expect(failure?.code == FileFailure.otherNames)
      #expect(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/keys")) == Data([7]))
    }
  }

  @Test func aFileThatClaimsToBeHugeIsRefused() throws {
    try withFolder { folder in
      let path = try write([7], "\(folder)/f")
      try #require(truncate(path, 1 << 43) == 0)
      let failure = #expect(throws: FileFailure.self) {
        try InnerFolder(root: folder).read(try InnerPath("f"))
      }
      #expect(failure?.code == EFBIG)
    }
  }
}
