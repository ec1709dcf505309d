import Datasets
import Declarations
import Foundation
import Kernels
import TestSupport
import Testing

/// `seed` on data that are read: their items in random order, or a sample of them.
@Suite(.serialized) struct SampleTests {
  static let read = KindSamples.names.filter { !KindSamples.made.contains($0) }

  /// All that is known of each item.
  private struct Item: Hashable {
    let numbers: [Float]
    let tokens: [[Int32]]
    let label: Int32?
  }

  private func items(_ data: PairedData) throws -> [Item] {
    try withBudget(jobs: 2) { budget in
      try (0..<data.count).map { index in
        let range = index..<index + 1
        return Item(
          numbers: try data.x.matrix(range, budget: budget).values,
          tokens: try [data.x, data.y].compactMap { try $0?.tokens(range, budget: budget) },
          label: data.labels.isEmpty ? nil : data.labels[index])
      }
    }
  }

  private func open(_ name: String, _ folder: String, _ more: [String: JSONValue]) throws -> PairedData {
    let values = try KindSamples.values(name, folder).merging(more) { $1 }
    return try DatasetCatalog.make(KindSamples.kind(name), with: values, seed: 0)
  }

  @Test(arguments: read) func aSampleIsWithoutReplacementAndTheSameForASeed(name: String) throws {
    try withFolder { folder in
      let all = try items(try open(name, folder, [:]))
      // Captions and labels alone may agree; every item as a whole is another.
      #expect(Set(all).count == 12 || name == "proteins-file")
      let shuffled = try items(try open(name, folder, ["seed": 5]))
      #expect(shuffled != all && counted(shuffled) == counted(all), "a permutation of whole items")
      let sample = try items(try open(name, folder, ["seed": 5, "count": 7]))
      #expect(sample == Array(shuffled.prefix(7)))
      #expect(try items(try open(name, folder, ["seed": 5, "count": 7])) == sample)
      #expect(try items(try open(name, folder, ["seed": 6, "count": 7])) != sample)
      #expect(try items(try open(name, folder, ["count": 7])) == Array(all.prefix(7)))
    }
  }

  private func counted(_ items: [Item]) -> [Item: Int] {
    items.reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }

  @Test(arguments: read) func theSeedOfTheExperimentDoesNotReachThem(name: String) throws {
    let signature = try #require(
      DatasetCatalog.signatures.first { $0.kind == KindSamples.kind(name) })
    try withFolder { folder in
      let values = try KindSamples.values(name, folder)
      #expect(!signature.needsSeed(.object(values)))
      func numbers(_ seed: UInt64) throws -> [Item] {
        try items(try DatasetCatalog.make(signature.kind, with: values, seed: seed))
      }
      #expect(try numbers(1) == numbers(2))
      #expect((signature.source != .read) == (name == "proteins-file"), "proteins may be made, too")
    }
  }

  @Test(arguments: ["captioned-images", "coco", "image-folder"])
  func everyFileCountsThatASampleMightHaveHad(name: String) throws {
    try withFolder { folder in
      let all = try open(name, folder, [:]).files
      let first = try open(name, folder, ["count": 2]).files
      #expect(first.count < all.count)
      #expect(try open(name, folder, ["count": 2, "seed": 1]).files == all)
      let signature = try #require(DatasetCatalog.signatures.first { $0.kind == name })
      let values = try KindSamples.values(name, folder).merging(["count": 2, "seed": 1]) { $1 }
      #expect(Set(try signature.listing(values)) == Set(all))
    }
  }

  @Test func captionsMoveWithTheirPictures() throws {
    try withFolder { folder in
      let data = try open("captioned-images", folder, ["seed": 3])
      let plain = try open("captioned-images", folder, [:])
      let texts = try #require(data.y).texts(0..<12)
      #expect(Set(texts).count == 12)
      for (index, text) in texts.enumerated() {
        let number = try #require(text.split(separator: " ").last.flatMap { Int($0) })
        let (moved, own) = try withBudget(jobs: 1) { budget in
          (
            try data.x.matrix(index..<index + 1, budget: budget),
            try plain.x.matrix(number..<number + 1, budget: budget)
          )
        }
        #expect(moved == own)
      }
    }
  }

  @Test func aBadSeedIsNamed() throws {
    try withFolder { folder in
      let says = failure { _ = try open("idx", folder, ["seed": -1]) }
      #expect(says == "data of kind `idx`: `seed` must be an integer of at least 0")
    }
  }

  @Test func tensorsWithASideOf0AreRefused() throws {
    try withFolder { folder in
      func says(_ name: String, _ shape: [Int]) throws -> String {
        let path = try KindSamples.npy(folder + "/\(name).npy", "<f4", shape, [])
        return failure { _ = try DatasetCatalog.make("tensors", with: [name: .string(path)], seed: 0) }
      }
      for shape in [[3, 0], [0, 3]] {
        let tokens = try says("tokens", shape)
        #expect(tokens.contains("(n, context) with no side 0"), "\(tokens)")
      }
      for shape in [[2, 3, 0, 4], [2, 3, 4, 0], [0, 3, 4, 4]] {
        let images = try says("images", shape)
        #expect(images.contains("(n, 3, h, w) with no side 0"), "\(images)")
      }
    }
  }
}
