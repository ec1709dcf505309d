import Contracts
import Datasets
import Declarations
import TestSupport
import Testing

/// What a description tells without files is what the data are when they are read.
@Suite struct DeclaredSideTests {
  @Test(arguments: KindSamples.names) func agreesWithTheData(name: String) throws {
    let kind = KindSamples.kind(name)
    func compare(_ values: [String: JSONValue]) throws {
      let data = try DatasetCatalog.make(kind, with: values, seed: 3)
      guard let declared = DatasetCatalog.declared(kind, with: values) else {
        #expect(kind == "tensors")
        return
      }
      expectSame(declared.x, data.x.inputKind, name)
      switch (declared.y, data.y) {
      case (.none, nil), (.perhaps, nil): break
      case (.side(let side), let other?), (.perhaps(let side), let other?):
        expectSame(side, other.inputKind, name)
      default: Issue.record("\(name): \(declared.y)")
      }
    }
    guard !KindSamples.made.contains(name) else {
      try compare(["count": 12])
      return try compare(["count": 12, "size": 20, "context": 9, "frames": 3, "length": 40, "dimensions": 7])
    }
    try withFolder { folder in try compare(try KindSamples.values(name, folder)) }
  }

  private func expectSame(_ side: DeclaredSides.Side, _ inputKind: InputKind, _ name: String) {
    switch (side, inputKind) {
    case (.numbers(let shape), .numbers(let found)): #expect(shape == found, "\(name)")
    case (.tokens(let context, let vocabulary), .tokens(let length, let tokens)):
      #expect(context == length && (vocabulary == nil || vocabulary == tokens), "\(name)")
    default: Issue.record("\(name): \(side) and \(inputKind)")
    }
  }

  @Test func aVocabularyFileIsNotRead() {
    let declared = DatasetCatalog.declared("shapes", with: ["vocabulary": "/nowhere/vocab.json"])
    #expect(declared?.y == .side(.tokens(context: 77, vocabulary: nil)))
  }
}
