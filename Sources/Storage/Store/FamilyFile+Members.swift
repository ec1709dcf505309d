import Contracts
import Declarations

/// Members and transforms as JSON. Doubles stand as text, so that −0, NaN and infinities survive.
extension FamilyFile {
  static func json(_ member: EmbeddingFamily.Member, _ vectors: inout TransformVectors) -> JSONValue {
    .object([
      "base": .number(Double(member.base)),
      "coordinates": .array(member.coordinates.map(json)),
      "moves": .array(member.transforms.map { json($0, &vectors) }),
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

  private static func json(_ transform: any EmbeddingTransform, _ vectors: inout TransformVectors)
    -> JSONValue
  {
    var members: [String: JSONValue] = ["kind": .string(type(of: transform).storedKind)]
    for field in transform.fields {
      members[field.storedName] =
        switch field.value {
        case .number(let value): .string("\(value)")
        case .flag(let value): .bool(value)
        case .vector(let value): vectors.place(of: value)
        }
    }
    return .object(members)
  }

  static func member(
    _ json: JSONValue, _ vectors: [[Double]], _ catalog: TransformCatalog
  ) throws -> EmbeddingFamily.Member {
    guard let base = json["base"]?.integer, let coordinates = json["coordinates"]?.array,
      let transforms = json["moves"]?.array
    else { throw Problem(description: "a member lacks a part") }
    return EmbeddingFamily.Member(
      coordinates: try coordinates.map(coordinate), base: base,
      transforms: try transforms.map { try transform($0, vectors, catalog) })
  }

  private static func coordinate(_ json: JSONValue) throws -> Coordinate {
    guard let name = json["name"]?.string else { throw Problem(description: "a coordinate has no name") }
    if let text = json["text"]?.string { return Coordinate(name, .text(text)) }
    if let value = json["integer"]?.string.flatMap({ Int($0) }) { return Coordinate(name, .integer(value)) }
    return Coordinate(name, .real(try double(json, "real")))
  }

  private static func transform(
    _ json: JSONValue, _ vectors: [[Double]], _ catalog: TransformCatalog
  ) throws -> any EmbeddingTransform {
    guard let type = catalog[json["kind"]?.string ?? ""] else {
      throw Problem(description: "an unknown transform `\(json["kind"]?.string ?? "")`")
    }
    var transform = type.init()
    var fields = TransformFields { name, like in
      switch like {
      case .number: .number(try double(json, name))
      case .flag: .flag(try flag(json, name))
      case .vector: .vector(try vector(json, name, vectors))
      }
    }
    try transform.code(&fields)
    return transform
  }

  private static func flag(_ json: JSONValue, _ key: String) throws -> Bool {
    guard let value = json[key]?.bool else {
      throw Problem(description: "`\(key)` is neither true nor false")
    }
    return value
  }

  private static func double(_ json: JSONValue, _ key: String) throws -> Double {
    guard let value = json[key]?.string.flatMap({ Double($0) }) else {
      throw Problem(description: "`\(key)` is not a number")
    }
    return value
  }

  private static func vector(_ json: JSONValue, _ key: String, _ vectors: [[Double]]) throws -> [Double] {
    guard let place = json[key]?.integer, vectors.indices.contains(place) else {
      throw Problem(description: "`\(key)` refers to a vector that does not exist")
    }
    return vectors[place]
  }
}
