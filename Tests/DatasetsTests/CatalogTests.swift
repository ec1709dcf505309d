import Contracts
import Datasets
import Foundation
import Kernels
import TestSupport
import Testing

/// The laws that every kind of data keeps.
@Suite(.serialized) struct CatalogTests {
  @Test func everyKindIsListedOnceWithItsKeys() {
    let names = DatasetCatalog.kinds.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(DatasetCatalog.signatures.map(\.kind) == names)
    for kind in DatasetCatalog.kinds {
      #expect(Set(kind.parameters.map(\.name)).count == kind.parameters.count, "\(kind.name)")
    }
    // Configs name these; none of them may go.
    let known: Set<String> = [
      "gaussian", "noise-images", "random-tokens", "shapes", "moving-shapes", "proteins", "openclipart",
      "captioned-images", "coco", "image-folder", "cifar", "idx", "tensors",
    ]
    #expect(known.subtracting(names).isEmpty)
    let sampled = Set(KindSamples.names.map(KindSamples.kind))
    for name in names where !sampled.contains(name) {
      Issue.record("add `\(name)` to `read` of KindSamples, with the files that it reads")
    }
    #expect(sampled.subtracting(names).isEmpty, "samples of kinds that are not listed")
  }

  /// What is read can be cut short and shuffled, what is drawn has a seed, and nothing is said of it twice.
  @Test func everyKindHasTheKeysOfItsSource() {
    for kind in DatasetCatalog.kinds {
      let names = kind.parameters.map(\.name)
      #expect(names.contains("count") && names.contains("seed"), "\(kind.name)")
      #expect((kind.source == .read) != KindSamples.made.contains(kind.name), "\(kind.name)")
      #expect(kind.signature.needsSeed(.object([:])) == (kind.source != .read), "\(kind.name)")
      #expect(!kind.signature.needsSeed(.object(["seed": 1])), "\(kind.name)")
    }
    let proteins = DatasetCatalog.signatures.first { $0.kind == "proteins" }
    #expect(proteins?.needsSeed(.object(["path": "a.fasta"])) == false)
  }

  @Test func anUnknownKindIsNamed() {
    let says = failure { _ = try DatasetCatalog.make("shape", seed: 0) }
    #expect(says.contains("did you mean `shapes`"), "\(says)")
  }

  @Test(arguments: KindSamples.names)
  func anyBatchIsTheSameHoweverItIsRead(kind: String) throws {
    try KindSamples.with(kind) { data in
      #expect(data.count == 12)
      for side in [data.x] + [data.y].compactMap({ $0 }) {
        let whole = try Batch(side, 0..<12, jobs: 2)
        #expect(!whole.numbers.contains { !$0.isFinite })
        #expect(whole.numbers.isEmpty != whole.tokens.isEmpty)
        for range in [0..<1, 5..<9, 11..<12, 3..<3] {
          #expect(try Batch(side, range, jobs: 1) == whole.part(range, of: 12), "\(kind) \(range)")
        }
        checkModality(side, whole, count: 12)
      }
      #expect(data.labels.isEmpty || data.labels.count == 12)
    }
  }

  @Test(arguments: KindSamples.made)
  func theSeedDecides(kind: String) throws {
    let first = try Batch(KindSamples.made(kind, seed: 1).x, 0..<4, jobs: 1)
    #expect(try Batch(KindSamples.made(kind, seed: 1).x, 0..<4, jobs: 2) == first)
    #expect(try Batch(KindSamples.made(kind, seed: 2).x, 0..<4, jobs: 1) != first)
    // An own seed wins over the experiment's.
    #expect(try Batch(KindSamples.made(kind, seed: 2, own: 1).x, 0..<4, jobs: 1) == first)
  }

  @Test(arguments: KindSamples.names.filter { !KindSamples.made.contains($0) })
  func aCountBeyondTheDataIsAnError(kind: String) throws {
    try withFolder { folder in
      let values = try KindSamples.values(kind, folder).merging(["count": 13]) { $1 }
      let says = failure { _ = try DatasetCatalog.make(KindSamples.kind(kind), with: values, seed: 0) }
      #expect(says.contains("`count` asks for 13 items, but there are only 12"), "\(says)")
    }
  }

  private func checkModality(_ side: PairedData.Side, _ batch: Batch, count: Int) {
    switch side.inputKind {
    case .numbers(let shape):
      #expect(batch.numbers.count == count * shape.reduce(1, *))
    case .tokens(let context, let vocabulary):
      #expect(batch.tokens.count == count * context)
      #expect(batch.tokens.allSatisfy { (0..<vocabulary).contains(Int($0)) })
    }
  }
}

/// What one side gives for a range.
struct Batch: Equatable {
  let numbers: [Float]
  let tokens: [Int32]
  let texts: [String]

  init(_ side: PairedData.Side, _ range: Range<Int>, jobs: Int) throws {
    (numbers, tokens) = try withBudget(jobs: jobs) { budget in
      (try side.matrix(range, budget: budget).values, try side.tokens(range, budget: budget))
    }
    texts = try side.texts(range)
  }

  private init(numbers: [Float], tokens: [Int32], texts: [String]) {
    self.numbers = numbers
    self.tokens = tokens
    self.texts = texts
  }

  func part(_ range: Range<Int>, of count: Int) -> Batch {
    func cut<Element>(_ all: [Element]) -> [Element] {
      Array(all[range.lowerBound * all.count / count..<range.upperBound * all.count / count])
    }
    return Batch(numbers: cut(numbers), tokens: cut(tokens), texts: cut(texts))
  }
}
