import Datasets
import Declarations
import Foundation
import Kernels
import TestSupport
import Testing

/// Damaged files never stop the program: each of thousands of mutations gives matrices of a sane shape
/// or a failure with a sentence.
@Suite(.serialized) struct MutationTests {
  @Test func mutatedNPYFilesGiveMatricesOrAFailure() throws {
    let values = DataFiles.bytes(of: DataFiles.pair(4, 3).x.values)
    for version in [UInt8(1), 2, 3] {
      let file = DataFiles.npy("<f4", "(4, 3)", values, version: version)
      try survive(file, "a.npy", members: [""], rounds: 1000, seed: UInt64(version))
    }
  }

  @Test func mutatedSafetensorsGiveMatricesOrAFailure() throws {
    let pair = DataFiles.pair(4, 3)
    let file = DataFiles.safetensors([
      ("x", "F32", [4, 3], DataFiles.bytes(of: pair.x.values)),
      ("y", "F32", [4, 3], DataFiles.bytes(of: pair.y.values)),
    ])
    try survive(file, "a.safetensors", members: ["", ":x"], rounds: 2000, seed: 7)
  }

  @Test func mutatedHDF5FilesGiveMatricesOrAFailure() throws {
    let file = try DataFiles.hdf5()
    try survive(file, "a.h5", members: [":/both", ":/pair/x"], rounds: 1000, seed: 11)
  }

  private func survive(
    _ file: [UInt8], _ name: String, members: [String], rounds: Int, seed: UInt64
  ) throws {
    try withFolder { folder in
      var numbers = TestNumbers(seed)
      var failures = 0
      for round in 0..<rounds {
        let mutant = round == 0 ? file : mutate(file, &numbers)
        let path = try DataFiles.write(mutant, "\(folder)/\(name)")
        do {
          let matrices = try EmbeddingFile.load(path + members[round % members.count])
          #expect((1...2).contains(matrices.count))
          #expect(matrices.allSatisfy { $0.rows >= 2 && $0.columns >= 1 })
        } catch let failure as any Failure {
          failures += 1
          #expect(failure.kind == .invalidInput, "\(failure.message)")
          #expect(failure.message.hasPrefix(folder), "\(failure.message)")
        }
      }
      #expect(failures > rounds / 20, "the mutations hardly hurt")
    }
  }
}
