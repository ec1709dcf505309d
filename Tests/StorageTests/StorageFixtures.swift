import Contracts
import Declarations
import Foundation
import Kernels
import Stages
import TestSupport

enum Fixture {
  static func pair(_ rows: Int = 7, _ columns: Int = 5, seed: UInt64 = 1, isNormalized: Bool = false)
    -> Embeddings
  {
    var numbers = TestNumbers(seed)
    return Embeddings(
      x: numbers.matrix(rows, columns), y: numbers.matrix(rows, columns), isNormalized: isNormalized)
  }

  /// Two bases, one of them a single tower, and members with every kind of transform and coordinate.
  static var family: EmbeddingFamily {
    var numbers = TestNumbers(9)
    let gap = (0..<5).map { _ in numbers.double() }
    let other = (0..<25).map { _ in numbers.double() }
    let tower = Embeddings(x: numbers.matrix(4, 5), isNormalized: true)
    var members = (-4...4).map { step in
      EmbeddingFamily.Member(
        coordinates: [Coordinate("delta", .real(Double(step) * 0.1))], base: 0,
        transforms: [
          GapShift(
            gap: gap, amountX: Double(step) / 3, amountY: -0.0, renormalizes: step.isMultiple(of: 2))
        ])
    }
    members.append(
      EmbeddingFamily.Member(
        coordinates: [Coordinate("layer", .integer(3)), Coordinate("name", .text("a \"b\"\n"))], base: 1))
    members.append(
      EmbeddingFamily.Member(
        coordinates: [Coordinate("degrees", .real(.infinity))], base: 0,
        transforms: [
          Elevation(degrees: 20.1), Subtraction(x: gap, y: [1, -0.0, 4e-300, 1e308, 3]),
          RotationOfY(w: other),
          Whitening(
            x: .init(mean: gap, factor: other), y: .init(mean: gap, factor: other), renormalizes: false),
          Standardization(
            x: .init(mean: gap, factor: gap), y: .init(mean: gap, factor: gap), renormalizes: true),
          Ablation(keep: [1, 0, 1, 1, 0]),
          Realignment(movesX: true, from: gap, to: gap, scale: 0.5, centre: gap),
        ]))
    return EmbeddingFamily(bases: [pair(), tower], members: members)
  }

  static var tables: [NamedTable] {
    [
      NamedTable(
        "",
        Table([
          .init("delta", .reals([1.0, 0.1, 1e-300])), .init("k", .integers([1, -5, Int.max])),
          .init("name", .texts(["1", "a,\"b\"\nc", ""])),
        ])),
      NamedTable("histogram", Table([.init("bin", .reals([]))])),
      NamedTable("none", Table([])),
    ]
  }

  static let key = String(repeating: "0a", count: 32)
  static let keyTree = JSONValue.object(["kind": .string("gap"), "with": .object(["delta": .number(0.25)])])
}
