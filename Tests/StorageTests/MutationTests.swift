import Datasets
import Declarations
import Files
import Foundation
import Kernels
import Storage
import TestSupport
import Testing

/// Damaged files never stop the program: each of thousands of mutations gives matrices of a sane shape
/// or a failure with a sentence.
@Suite(.serialized) struct MutationTests {
  @Test func mutatedNPYFilesGiveMatricesOrAFailure() throws {
    let values = DataFiles.bytes(of: Fixture.pair(4, 3).x.values)
    for version in [UInt8(1), 2, 3] {
      let file = DataFiles.npy("<f4", "(4, 3)", values, version: version)
      try survive(file, "a.npy", members: [""], rounds: 1000, seed: UInt64(version))
    }
  }

  @Test func mutatedSafetensorsGiveMatricesOrAFailure() throws {
    let pair = Fixture.pair(4, 3)
    let file = DataFiles.safetensors([
      ("x", "F32", [4, 3], DataFiles.bytes(of: pair.x.values)),
      ("y", "F32", [4, 3], DataFiles.bytes(of: (pair.y ?? pair.x).values)),
    ])
    try survive(file, "a.safetensors", members: ["", ":x"], rounds: 2000, seed: 7)
  }

  @Test func mutatedHDF5FilesGiveMatricesOrAFailure() throws {
    let file = try DataFiles.hdf5()
    try survive(file, "a.h5", members: [":/both", ":/pair/x"], rounds: 1000, seed: 11)
  }

  @Test func mutatedCSVFilesGiveATableOrAFailure() throws {
    let file = CSV.encode(Fixture.tables[0].table)
    var numbers = TestNumbers(3)
    for _ in 0..<5000 {
      let mutant = mutate(file, &numbers)
      do {
        let table = try CSV.decode(mutant, path: "a.csv")
        #expect(table.columns.allSatisfy { $0.values.count == table.rowCount })
      } catch let failure as any Failure {
        #expect(failure.kind == .invalidInput)
      }
    }
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

  /// Flips bits, writes extreme bytes or numbers, cuts, doubles or removes a stretch.
  private func mutate(_ file: [UInt8], _ numbers: inout TestNumbers) -> [UInt8] {
    var bytes = file
    for _ in 0..<Int.random(in: 1...4, using: &numbers) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &numbers)
      let length = min(bytes.count - place, [1, 2, 4, 8].randomElement(using: &numbers) ?? 1)
      switch Int.random(in: 0..<8, using: &numbers) {
      case 0, 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &numbers)
      case 2: bytes[place] = .random(in: 0...255, using: &numbers)
      case 3: for index in place..<place + length { bytes[index] = 0xFF }
      case 4: for index in place..<place + length { bytes[index] = 0 }
      case 5: bytes.removeSubrange(place..<place + length)
      case 6: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
      default: if Int.random(in: 0..<4, using: &numbers) == 0 { bytes.removeLast(bytes.count - place) }
      }
    }
    return bytes
  }
}
