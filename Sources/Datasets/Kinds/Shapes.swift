import Declarations
import Execution
import Kernels

/// `shapes`: images of one to three coloured shapes, with captions that say what is where.
struct Shapes: NumberSource, TextSource {
  private let transform: ImageTransform
  private let objects: ClosedRange<Int>
  private let information: Double
  private let swap: CaptionSwap
  private let scenes: RandomStream
  private let wording: RandomStream

  private static let places = [
    "at the top left", "at the top", "at the top right", "on the left", "in the centre", "on the right",
    "at the bottom left", "at the bottom", "at the bottom right",
  ]

  init(_ parameters: DataParameters) throws {
    transform = ImageTransform(
      size: try parameters.integer("size"),
      normalization: try parameters.choice("normalize", PixelNormalization.self))
    objects = 1...(try parameters.integer("objects"))
    information = try parameters.number("information")
    let seed = try parameters.seed()
    scenes = RandomStream(seed: seed, stage: "data", name: "shapes")
    wording = RandomStream(seed: seed, stage: "data", name: "shapes/wording")
    swap = CaptionSwap(
      count: try parameters.integer("count"), rate: try parameters.number("mismatch"),
      stream: RandomStream(seed: seed, stage: "data", name: "shapes/mismatch"))
  }

  var shape: [Int] { [3, transform.size, transform.size] }

  /// The scene, and the place of each object among the nine of a grid.
  private func scene(_ index: Int) -> (scene: Scene, cells: [Int]) {
    var draws = ItemDraws(scenes, index)
    let count = objects.lowerBound + draws.next(below: objects.count)
    let background = 235 + draws.next() * 20
    let cells = draws.distinct(count, below: Self.places.count)
    let drawn = cells.map { cell in
      let middle = (SIMD2(Float(cell % 3), Float(cell / 3)) + 0.5) / 3
      let shift = (SIMD2(draws.next(), draws.next()) - 0.5) * 0.03
      return DrawnObject(
        shape: draws.pick(Shape.self), color: draws.pick(Color.self), size: draws.pick(Size.self),
        centre: middle + shift)
    }
    return (Scene(background: background, objects: drawn), cells)
  }

  func write(_ index: Int, into out: UnsafeMutablePointer<Float>) {
    transform.normalize(scene(index).scene.draw(side: transform.size), into: out)
  }

  func text(_ index: Int) -> String {
    let index = swap[index]
    let (scene, cells) = scene(index)
    var draws = ItemDraws(wording, index)
    let named = draws.named(cells.count, information: information)
    let phrases = zip(zip(scene.objects, cells), named).compactMap { object, named -> String? in
      if named.isEmpty { return nil }
      let words = object.0.words(naming: named)
      return named.contains(.place) ? words + " " + Self.places[object.1] : words
    }
    return phrases.isEmpty ? "a picture" : listed(phrases)
  }

  /// What the attributes of the items are called: what the only object of an image is, and how many there are.
  static let attributes = ["shape", "colour", "size", "number"]

  /// Shape, colour and size are those of the only object; nil where images may have several.
  private func attribute(_ name: String, count: Int) -> PairedData.Attribute? {
    func classes<Value: RawRepresentable & CaseIterable & Equatable>(
      _ value: (DrawnObject) -> Value
    ) -> PairedData.Attribute? where Value.RawValue == String {
      guard objects.count == 1 else { return nil }
      let all = Array(Value.allCases)
      let labels = (0..<count).map { index in
        scene(index).scene.objects.first.flatMap { all.firstIndex(of: value($0)) } ?? 0
      }
      return PairedData.Attribute(classes: all.map(\.rawValue), labels: labels.map(Int32.init))
    }
    switch name {
    case "shape": return classes(\.shape)
    case "colour": return classes(\.color)
    case "size": return classes(\.size)
    case "number":
      let words = ["one thing", "two things", "three things"].prefix(objects.upperBound)
      return PairedData.Attribute(
        classes: Array(words), labels: (0..<count).map { Int32(scene($0).scene.objects.count - 1) })
    default: return nil
    }
  }

  static let drawn: [Parameter] = [
    .defaulted(
      "information", .number(0...1), 1,
      "the share of shapes, colours, sizes and places that the captions name"),
    .defaulted(
      "mismatch", .number(0...1), 0, "the share of pairs whose captions are exchanged with each other"),
  ]

  static let kind = DatasetKind(
    "shapes", "generated images of coloured shapes, with captions that say what is where",
    [
      .madeCount, .defaulted("objects", .integer(1...3), 3, "the maximum number of objects in an image"),
      .size,
      .normalize,
    ]
      + drawn + Parameter.texts, source: .drawn, attributes: attributes,
    sides: DeclaredSides.captionedPictures
  ) { parameters in
    let source = try Shapes(parameters)
    let count = try parameters.integer("count")
    return PairedData(
      count: count, x: .numbers(source), y: try parameters.texts(source),
      attributes: { source.attribute($0, count: count) }, files: parameters.vocabularyFiles)
  }
}
