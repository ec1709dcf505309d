import Contracts
import Declarations
import TestSupport
import Testing

/// A transform's values, named once for reading and for writing.
@Suite struct TransformFieldsTests {
  private struct Toy: EmbeddingTransform {
    static let kind = "toy-shift"
    static let storedKind = "toy"
    static let effect = TransformEffect(x: "x", y: "y")
    var amount = 0.0
    var isOn = false
    var direction: [Double] = []

    mutating func code(_ fields: inout TransformFields) throws {
      try fields.number("amount", stored: "a", &amount)
      try fields.flag("on", &isOn)
      try fields.vector("direction", &direction)
    }

    var normEffect: NormEffect { .losesUnit }
    func rowTransform(of side: Side, columns: Int) throws -> (any RowTransform)? { nil }
  }

  private struct Missing: Error {}

  private func read(_ values: [String: TransformFields.Value]) throws -> Toy {
    var toy = Toy()
    var fields = TransformFields { name, _ in
      guard let value = values[name] else { throw Missing() }
      return value
    }
    try toy.code(&fields)
    return toy
  }

  @Test(arguments: 0..<20) func whatIsWrittenIsRead(seed: UInt64) throws {
    var numbers = TestNumbers(seed)
    let count = Int.random(in: 0...9, using: &numbers)
    let toy = Toy(
      amount: numbers.double(), isOn: seed.isMultiple(of: 2),
      direction: (0..<count).map { _ in numbers.double() })
    #expect(toy.fields.map(\.name) == ["amount", "on", "direction"])
    #expect(toy.fields.map(\.storedName) == ["a", "on", "direction"])
    let back = try read(Dictionary(uniqueKeysWithValues: toy.fields.map { ($0.storedName, $0.value) }))
    #expect(back == toy && toy.isEqual(to: back) && !toy.isEqual(to: Toy(amount: toy.amount + 1)))
  }

  @Test func whatIsMissingIsAnErrorAndAnotherTypeChangesNothing() throws {
    #expect(throws: Missing.self) { try read(["a": .number(1), "on": .flag(true)]) }
    let odd = try read(["a": .flag(true), "on": .flag(true), "direction": .number(1)])
    #expect(odd == Toy(amount: 0, isOn: true, direction: []))
  }

  @Test func aCatalogKnowsItsOwn() {
    let catalog = TransformCatalog([Toy.self, Toy.self])
    #expect(catalog["toy"] != nil && catalog["toy-shift"] == nil && catalog.knows(Toy()))
    #expect(!TransformCatalog([]).knows(Toy()))
    #expect(catalog.declarations.map(\.kind) == ["toy-shift"])
    #expect(catalog.declarations.first?.fields == ["amount", "on", "direction"])
  }
}

@Suite struct InputKindTests {
  @Test func squareImagesHaveASide() {
    #expect(InputKind.numbers(shape: [3, 32, 32]).side == 32)
    #expect(InputKind.numbers(shape: [8, 3, 16, 16]).side == 16)
    #expect(InputKind.numbers(shape: [3, 32, 16]).side == nil && InputKind.numbers(shape: [64]).side == nil)
    #expect(InputKind.tokens(context: 77, vocabulary: 100).side == nil)
  }
}
