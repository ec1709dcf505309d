import Declarations
import Files
import Foundation
import HDF5
import Stages
import Storage
import TestSupport
import Testing

/// Artefacts whose bytes lead the library astray: each is a family or a problem.
@Suite(.serialized) struct HostileHDF5Tests {
  /// Numbers for which no memory would do are refused before anything is made of them.
  @Test(arguments: [Int.max, 1 << 40, 10, -1]) func familiesThatStateTooManyThingsAreRefused(count: Int)
    throws
  {
    for (bases, vectors) in [(count, 0), (0, count)] {
      let bytes = try HDF5Image.make { root in
        try root.group("bases") { try $0.setAttribute("count", bases) }
        try root.group("vectors") { try $0.setAttribute("count", vectors) }
        try root.write("members", ["[]"], shape: [])
      }
      let problem = #expect(throws: FamilyFile.Problem.self) {
        try FamilyFile.read(bytes, stageCatalog.transforms)
      }
      if count != 10 { #expect(problem?.description == "a group has \(count) members") }
    }
  }

  @Test func emptyMatricesOfAnyHeightAreRefused() throws {
    let member = #"[{"base":0,"coordinates":[],"moves":[]}]"#
    func family(rows: Int) throws -> [UInt8] {
      try HDF5Image.make { root in
        try root.group("bases") { bases in
          try bases.setAttribute("count", 1)
          try bases.group("0") { group in
            try group.setAttribute("normalized", 0)
            let nothing = UnsafeBufferPointer<Float>(start: nil, count: 0)
            for name in ["x", "y"] { try group.write(name, nothing, shape: [rows, 0]) }
          }
        }
        try root.group("vectors") { try $0.setAttribute("count", 0) }
        try root.write("members", [member], shape: [])
      }
    }
    #expect(try FamilyFile.read(family(rows: 3), stageCatalog.transforms).bases[0].x.rows == 3)
    for rows in [1 << 30, 1 << 60] {
      let bytes = try family(rows: rows)
      #expect(throws: (any Error).self, "\(rows)") { try FamilyFile.read(bytes, stageCatalog.transforms) }
    }
  }

  /// Bytes whose digest fits, and that nobody's writer made: each mutant is a family or a problem.
  @Test func mutatedArtefactsNeverStopTheProgram() throws {
    try withFolder { folder in
      let store = try ArtefactStore(results: folder, transforms: stageCatalog.transforms, syncs: false)
      let record = try store.save(
        .embeddings(Fixture.family), key: Fixture.key, keyTree: Fixture.keyTree, stage: "init/mlp")
      let file = "\(record.folder)/artefact.h5"
      let intact = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
      var numbers = TestNumbers(3)
      var failures = 0
      for _ in 0..<400 {
        var bytes = intact
        for _ in 0..<Int.random(in: 1...12, using: &numbers) {
          // Headers, which take the front, are hit as often as all the rest.
          let end = Bool.random(using: &numbers) ? bytes.count : min(bytes.count, 4096)
          bytes[Int.random(in: 0..<end, using: &numbers)] = .random(in: 0...255, using: &numbers)
        }
        do {
          _ = try HDF5Image.read(bytes) { root in
            _ = try root.open("bases") { try $0.open("0") { _ = try $0.matrix("x") } }
            _ = try root.text("members")
          }
        } catch {
          #expect(error is HDF5Failure, "\(error)")
        }
        do {
          let family = try FamilyFile.read(bytes, stageCatalog.transforms)
          #expect(
            !family.bases.isEmpty && family.members.allSatisfy { family.bases.indices.contains($0.base) })
        } catch {
          failures += 1
          #expect(
            error is HDF5Failure || error is FamilyFile.Problem || error is JSONFault, "\(error)")
        }
      }
      #expect(failures > 20, "the mutations hardly hurt")
    }
  }
}
