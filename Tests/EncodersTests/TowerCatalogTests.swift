import Contracts
import Declarations
import Encoders
import Testing

/// What holds for every architecture of the catalog, whatever it computes.
@Suite("Laws of the catalog of towers")
struct TowerCatalogTests {
  static let names = towerCatalog.architectures.map(\.name)

  private func architecture(_ name: String) throws -> any TowerArchitecture {
    try #require(towerCatalog[name])
  }

  private func keys(_ architecture: some TowerArchitecture, _ given: [String: JSONValue]) -> TowerKeys {
    TowerKeys(architecture, given: given, items: architecture.items)
  }

  @Test(
    "of nothing but an embedding size it is made, and has the tensors that its entry names", arguments: names)
  func defaults(_ name: String) throws {
    let architecture = try architecture(name)
    let tower = try architecture.make(keys(architecture, ["embedding": 24]))
    #expect(tower.embedding == 24)
    let tensors = tower.layout.tensors
    let projection = try #require(tensors.first { $0.name == architecture.projection })
    #expect(projection.shape.count == 2 && projection.shape.last == 24)
    #expect(architecture.optional.isSubset(of: tensors.map(\.name)))
    #expect(!architecture.namings.isEmpty && architecture.takes(architecture.items))
    #expect(!(architecture.takesTokens && architecture.takesPictures))
  }

  @Test("what it says of itself makes the same tower again, without data", arguments: names)
  func description(_ name: String) throws {
    let architecture = try architecture(name)
    let first = keys(architecture, ["embedding": 24])
    let again = TowerKeys(architecture, given: first.values, items: nil)
    #expect(Set(first.values.keys) == architecture.keys)
    #expect(try architecture.make(again).layout == architecture.make(first).layout)
    #expect(again.values == first.values)
  }

  @Test("keys of one name have one type, and each a sentence", arguments: names)
  func keyTypes(_ name: String) throws {
    let own = try architecture(name).parameters
    #expect(Set(own.map(\.name)).count == own.count)
    for parameter in own {
      #expect(parameter.summary.hasSuffix("."), "\(parameter.name)")
      for other in towerCatalog.architectures.flatMap(\.parameters) where other.name == parameter.name {
        #expect("\(other.type)" == "\(parameter.type)", "\(parameter.name)")
      }
    }
  }

  @Test("presets give keys that it has", arguments: names)
  func presets(_ name: String) throws {
    let architecture = try architecture(name)
    for parameter in architecture.parameters where parameter.name == TowerKeys.preset {
      guard case .choice(let words) = parameter.type else { continue }
      for word in words {
        let sizes = try #require(architecture.sizes(ofPreset: word))
        #expect(architecture.keys.subtracting(sizes.keys) == TowerKeys.variants)
        let keys = keys(architecture, [TowerKeys.preset: .string(word)])
        for (key, size) in sizes { #expect(try keys.integer(key) == size) }
      }
    }
  }

  @Test("given wins over the preset, that over the data, those over the default")
  func precedence() throws {
    let vit = VisionArchitecture()
    func image(_ given: [String: JSONValue], _ items: InputKind?) throws -> Int {
      try TowerKeys(vit, given: given, items: items).integer("image")
    }
    let items = InputKind.numbers(shape: [3, 48, 48])
    #expect(try image(["image": 7, "preset": "mini"], items) == 7)
    #expect(try image(["preset": "mini"], items) == 32)
    #expect(try image([:], items) == 48)
    #expect(try image([:], nil) == 224)
    #expect(try image([:], .numbers(shape: [3, 48, 40])) == 224)
  }

  @Test("names are one each, and the work, where it is known, is some", arguments: names)
  func work(_ name: String) throws {
    #expect(Self.names.count { $0 == name } == 1)
    let architecture = try architecture(name)
    let work = try architecture.operations(keys(architecture, [:]), on: architecture.items)
    #expect(work.map { $0 > 0 } ?? true)
  }

  @Test("a value that cannot be one is a sentence")
  func misfits() {
    let keys = TowerKeys(VideoArchitecture(), given: ["width": "wide"], items: nil)
    let failure = #expect(throws: TowerFailure.self) { try keys.integer("width") }
    #expect(
      failure?.message
        == "the encoder cannot be built: `width` is the string \"wide\", but must be an integer")
    #expect(throws: TowerFailure.self) { try keys.integer("colour") }
  }
}
