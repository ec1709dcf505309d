import Contracts

/// Members and moves as JSON. Doubles stand as text, so that −0, NaN and infinities survive.
extension FamilyFile {
  static func json(_ member: EmbeddingFamily.Member, _ vectors: inout MoveVectors) -> JSONValue {
    .object([
      "base": .number(Double(member.base)),
      "coordinates": .array(member.coordinates.map(json)),
      "moves": .array(member.moves.map { json($0, &vectors) }),
    ])
  }

  private static func json(_ coordinate: Coordinate) -> JSONValue {
    let (type, text): (String, String) =
      switch coordinate.value {
      case .integer(let value): ("integer", "\(value)")
      case .real(let value): ("real", "\(value)")
      case .text(let value): ("text", value)
      }
    return .object(["name": .string(coordinate.name), type: .string(text)])
  }

  private static func json(_ move: Move, _ vectors: inout MoveVectors) -> JSONValue {
    switch move {
    case .along(let gap, let amountX, let amountY, let renormalize):
      .object([
        "kind": .string("along"), "gap": vectors.place(of: gap), "amountX": .string("\(amountX)"),
        "amountY": .string("\(amountY)"), "renormalize": .bool(renormalize),
      ])
    case .elevation(let degrees):
      .object(["kind": .string("elevation"), "degrees": .string("\(degrees)")])
    case .subtract(let x, let y):
      .object(["kind": .string("subtract"), "x": vectors.place(of: x), "y": vectors.place(of: y)])
    case .rotateY(let w):
      .object(["kind": .string("rotateY"), "w": vectors.place(of: w)])
    }
  }

  static func member(_ json: JSONValue, _ vectors: [[Double]]) throws -> EmbeddingFamily.Member {
    guard let base = json["base"]?.integer, let coordinates = json["coordinates"]?.array,
      let moves = json["moves"]?.array
    else { throw Problem(description: "a member lacks a part") }
    return EmbeddingFamily.Member(
      coordinates: try coordinates.map(coordinate), base: base, moves: try moves.map { try move($0, vectors) }
    )
  }

  private static func coordinate(_ json: JSONValue) throws -> Coordinate {
    guard let name = json["name"]?.string else { throw Problem(description: "a coordinate has no name") }
    if let text = json["text"]?.string { return Coordinate(name, .text(text)) }
    if let value = json["integer"]?.string.flatMap({ Int($0) }) { return Coordinate(name, .integer(value)) }
    return Coordinate(name, .real(try double(json, "real")))
  }

  private static func move(_ json: JSONValue, _ vectors: [[Double]]) throws -> Move {
    switch json["kind"]?.string {
    case "along":
      guard let renormalize = json["renormalize"]?.bool else {
        throw Problem(description: "a move lacks `renormalize`")
      }
      return .along(
        gap: try vector(json, "gap", vectors), amountX: try double(json, "amountX"),
        amountY: try double(json, "amountY"), renormalize: renormalize)
    case "elevation": return .elevation(degrees: try double(json, "degrees"))
    case "subtract": return .subtract(x: try vector(json, "x", vectors), y: try vector(json, "y", vectors))
    case "rotateY": return .rotateY(w: try vector(json, "w", vectors))
    case let kind: throw Problem(description: "an unknown move `\(kind ?? "")`")
    }
  }

  private static func double(_ json: JSONValue, _ key: String) throws -> Double {
    guard let value = json[key]?.string.flatMap({ Double($0) }) else {
      throw Problem(description: "`\(key)` is not a number")
    }
    return value
  }

  private static func vector(_ json: JSONValue, _ key: String, _ vectors: [[Double]]) throws -> [Double] {
    guard let place = json[key]?.integer, vectors.indices.contains(place) else {
      throw Problem(description: "`\(key)` refers to a vector that is not there")
    }
    return vectors[place]
  }
}
