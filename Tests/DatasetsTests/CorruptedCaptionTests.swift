import Datasets
import Declarations
import TestSupport
import Testing

/// `information` and `mismatch` on captions that are read, and items that are kept once they were read.
@Suite(.serialized) struct CorruptedCaptionTests {
  private static let kinds = ["captioned-images", "coco", "openclipart"]

  private func open(_ name: String, _ folder: String, _ more: [String: JSONValue]) throws -> PairedData {
    let values = try KindSamples.values(name, folder).merging(more) { $1 }
    return try DatasetCatalog.make(KindSamples.kind(name), with: values, seed: 0)
  }

  private func captions(_ data: PairedData) throws -> [String] { try data.y?.texts(0..<data.count) ?? [] }

  @Test(arguments: kinds) func aShareOfThePairsHasOneAnothersCaptions(name: String) throws {
    try withFolder { folder in
      let right = try captions(try open(name, folder, [:]))
      for (rate, moved) in [(0.25, 3), (0.5, 6), (1, 12)] {
        let wrong = try captions(try open(name, folder, ["mismatch": .number(rate)]))
        #expect(wrong.sorted() == right.sorted())
        #expect(zip(right, wrong).count(where: { $0 != $1 }) == moved)
      }
      let wrong = try captions(try open(name, folder, ["mismatch": 0.5]))
      #expect(try captions(try open(name, folder, ["mismatch": 0.5])) == wrong)
      #expect(try captions(try open(name, folder, ["mismatch": 0])) == right)
    }
  }

  @Test(arguments: kinds) func aShareOfTheWordsIsKeptInTheirOrder(name: String) throws {
    try withFolder { folder in
      let whole = try captions(try open(name, folder, [:]))
      let part = try captions(try open(name, folder, ["information": 0.5]))
      for (all, kept) in zip(whole, part) {
        let (all, kept) = (all.split(separator: " "), kept.split(separator: " "))
        #expect(kept.count == Int((0.5 * Double(all.count)).rounded()))
        var rest = all[...]
        for word in kept {
          let place = rest.firstIndex(of: word)
          #expect(place != nil)
          rest = rest[((place ?? rest.startIndex) + 1)...]
        }
      }
      #expect(try captions(try open(name, folder, ["information": 0])).allSatisfy(\.isEmpty))
    }
  }

  @Test func aSampleIsWorsenedByItsSeed() throws {
    try withFolder { folder in
      let right = try captions(try open("coco", folder, ["seed": 3]))
      let wrong = try captions(try open("coco", folder, ["seed": 3, "mismatch": 1]))
      #expect(wrong.sorted() == right.sorted() && zip(right, wrong).allSatisfy { $0 != $1 })
    }
  }

  @Test func keptItemsAreTheSameAndAreReadOnce() throws {
    try withFolder { folder in
      let data = try open("captioned-images", folder, [:])
      let bytes = data.count * data.x.itemSize * 4
      let (store, tight) = (SampleCache(bytes: bytes), SampleCache(bytes: bytes - 1))
      try withBudget(jobs: 2) { budget in
        let expected = try data.x.matrix(0..<data.count, budget: budget).values
        func read(_ store: SampleCache, _ name: String = "a") throws -> [Float] {
          try store.keep(data.x, count: data.count, name: name).matrix(0..<data.count, budget: budget).values
        }
        for _ in 0..<2 { #expect(try read(store) == expected && read(tight) == expected) }
        for path in data.files.dropFirst() {
          try "gone".write(toFile: path, atomically: true, encoding: .utf8)
        }
        #expect(try read(store) == expected)
        #expect(throws: (any Error).self) { try read(tight) }
        // There is room for one: another takes its place.
        #expect(throws: (any Error).self) { try read(store, "b") }
        #expect(throws: (any Error).self) { try read(store) }
      }
    }
  }
}
