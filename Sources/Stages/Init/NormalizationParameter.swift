import Declarations
import Encoders

/// The key `normalization` of a random perceptron: a word, or an object that also says where it stands.
struct NormalizationParameter: Decodable, Sendable {
  /// Nil for `none`.
  let value: Normalization?

  private static let key = "normalization"
  private static let none = "none"
  private static let defaults: [Parameter] = [
    .defaulted(
      "place", .choice(Normalization.Place.allCases.map(\.rawValue)),
      .string(Normalization.Place.before.rawValue), "Where it stands: before or after the nonlinearity."),
    .defaulted("epsilon", .number(0...1e6), 1e-5, "Added to the variance, or to the mean square."),
  ]
  private static let kinds = Normalization.Kind.allCases.map(\.rawValue)

  /// It has no declared default, so that the keys of what was computed before there was one are as they were.
  static let declaration = Parameter.optional(
    key,
    .either(
      .choice([none] + kinds),
      .tagged(Dictionary(kinds.map { ($0, defaults) } + [(none, [])], uniquingKeysWith: { a, _ in a }))),
    "Normalisation in each layer, by default `none`: over the outputs of an item (`layer`; `rms` without subtracting "
      + "the mean), or over the items (`batch`). A word stands for an object of that `kind`.")

  /// Says it the one way, and nothing for `none`.
  static func normalForm(_ with: JSONValue) -> JSONValue {
    guard case .object(var members) = with, let given = members[key] else { return with }
    members[key] = object(given)
    return .object(members)
  }

  /// The whole object, whichever way it is written; nil for `none`.
  private static func object(_ given: JSONValue) -> JSONValue? {
    let object = given.string.map { .object(["kind": .string($0)]) } ?? given
    return object["kind"]?.string == none ? nil : ParameterDefaults.fill(object, defaults)
  }

  init(from decoder: any Decoder) throws {
    let object = Self.object(try JSONValue(from: decoder))
    guard let kind = object?["kind"]?.string.flatMap(Normalization.Kind.init),
      let place = object?["place"]?.string.flatMap(Normalization.Place.init),
      let epsilon = object?["epsilon"]?.number
    else {
      value = nil
      return
    }
    value = Normalization(kind, place, epsilon: epsilon)
  }
}
