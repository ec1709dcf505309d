import Declarations
import Execution
import Kernels

/// `moving-shapes`: short clips of one or two shapes, with captions that say what moves where.
struct MovingShapes: NumberSource, TextSource {
  private let transform: ImageTransform
  private let frames: Int
  private let objects: Int
  private let information: Double
  private let swap: CaptionSwap
  private let clips: RandomStream
  private let wording: RandomStream

  private enum Motion: String, CaseIterable {
    case still = "stays still"
    case right = "to the right"
    case left = "to the left"
    case up = "up"
    case down = "down"

    var direction: SIMD2<Float> {
      switch self {
      case .still: SIMD2(0, 0)
      case .right: SIMD2(1, 0)
      case .left: SIMD2(-1, 0)
      case .up: SIMD2(0, -1)
      case .down: SIMD2(0, 1)
      }
    }
  }

  private struct Mover {
    let object: DrawnObject
    let motion: Motion
    let isFast: Bool

    var words: String {
      motion == .still ? motion.rawValue : "moves \(isFast ? "fast" : "slowly") \(motion.rawValue)"
    }

    /// At time 0 … 1 of the clip; the middle of the way is the object's own centre.
    func at(_ time: Float) -> DrawnObject {
      var moved = object
      moved.centre += motion.direction * (time - 0.5) * (isFast ? 0.6 : 0.25)
      return moved
    }
  }

  init(_ parameters: DataParameters) throws {
    transform = ImageTransform(
      size: try parameters.integer("size"),
      normalization: try parameters.choice("normalize", PixelNormalization.self))
    frames = try parameters.integer("frames")
    objects = try parameters.integer("objects")
    information = try parameters.number("information")
    let seed = try parameters.seed()
    clips = RandomStream(seed: seed, stage: "data", name: "moving-shapes")
    wording = RandomStream(seed: seed, stage: "data", name: "moving-shapes/wording")
    swap = CaptionSwap(
      count: try parameters.integer("count"), rate: try parameters.number("mismatch"),
      stream: RandomStream(seed: seed, stage: "data", name: "moving-shapes/mismatch"))
  }

  var shape: [Int] { [frames, 3, transform.size, transform.size] }

  private func clip(_ index: Int) -> (background: Float, movers: [Mover]) {
    var draws = ItemDraws(clips, index)
    let count = 1 + draws.next(below: objects)
    let background = 235 + draws.next() * 20
    let movers = (0..<count).map { _ in
      let motion = draws.pick(Motion.self)
      let isFast = draws.next() < 0.5
      // Along its way an object stays within the image; across it, it may be anywhere.
      let across = SIMD2(draws.next(), draws.next()) * 0.6 + 0.2
      let along = motion.direction * motion.direction
      let object = DrawnObject(
        shape: draws.pick(Shape.self), color: draws.pick(Color.self), size: draws.pick(Size.self),
        centre: across * (1 - along) + along * 0.5)
      return Mover(object: object, motion: motion, isFast: isFast)
    }
    return (background, movers)
  }

  func write(_ index: Int, into out: UnsafeMutablePointer<Float>) {
    let (background, movers) = clip(index)
    for frame in 0..<frames {
      let time = frames == 1 ? 0.5 : Float(frame) / Float(frames - 1)
      let scene = Scene(background: background, objects: movers.map { $0.at(time) })
      transform.normalize(scene.draw(side: transform.size), into: out + frame * transform.count)
    }
  }

  func text(_ index: Int) -> String {
    let index = swap[index]
    let movers = clip(index).movers
    var draws = ItemDraws(wording, index)
    let named = draws.named(movers.count, information: information)
    let phrases = zip(movers, named).compactMap { mover, named -> String? in
      if named.isEmpty { return nil }
      let words = mover.object.words(naming: named)
      return named.contains(.place) ? words + " " + mover.words : words
    }
    return phrases.isEmpty ? "a clip" : listed(phrases)
  }

  static let kind = DatasetKind(
    "moving-shapes", "short videos of coloured shapes, with captions that say what moves where",
    [
      .madeCount, .defaulted("objects", .integer(1...2), 2, "the maximum number of objects in a video"),
      .defaulted("frames", .integer(1...256), 8, "frames per video"), .size, .normalize,
    ] + Shapes.drawn + Parameter.texts, source: .drawn,
    sides: {
      DeclaredSides(
        x: try $0.declaredPictures(frames: try $0.integer("frames")), y: .side(try $0.declaredTexts()))
    },
    make: { parameters in
      let source = try MovingShapes(parameters)
      return PairedData(
        count: try parameters.integer("count"), x: .numbers(source), y: try parameters.texts(source),
        files: parameters.vocabularyFiles)
    })
}
