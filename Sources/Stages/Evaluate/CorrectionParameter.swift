import Declarations
import Metrics

/// The key `correction` of `retrieval`: a word, or an object that also has the numbers of its kind.
struct CorrectionParameter: Decodable, Sendable {
  /// Nil for `none`.
  let value: HubCorrection?

  static let key = "correction"
  static let none = "none"
  private static let kinds: [String: [Parameter]] = [
    none: [],
    "nnn": [
      .defaulted("k", .integer(1...1_000_000), 128, "How many of the bank's nearest queries are averaged."),
      .defaulted("alpha", .number(0...1e6), 0.75, "The weight of their mean."),
    ],
    "qb-norm": [.defaulted("beta", .positive, 20, "The inverse temperature β of the inverted softmax.")],
    "dual-bank": [
      .defaulted("beta", .positive, 0.5025125628140703, "β₁, of the bank of queries (1/1.99)."),
      .defaulted("gallery_beta", .positive, 3, "β₂, of the bank of candidates."),
    ],
  ]

  static let declaration = Parameter.optional(
    key, .either(.choice(["nnn", "qb-norm", "dual-bank", none]), .tagged(kinds)),
    "What is subtracted from scores of candidates that are near to many queries, by default nothing (`none`). A word stands "
      + "for an object of that `kind`.")

  /// The whole object, whichever way it is written.
  static func normalForm(_ given: JSONValue) -> JSONValue {
    let object = given.string.map { .object(["kind": .string($0)]) } ?? given
    return ParameterDefaults.fill(object, object["kind"]?.string.flatMap { kinds[$0] } ?? [])
  }

  static func isNone(_ written: JSONValue?) -> Bool {
    guard let written else { return true }
    return (written.string ?? written["kind"]?.string) == none
  }

  init(from decoder: any Decoder) throws {
    let object = Self.normalForm(try JSONValue(from: decoder))
    switch object["kind"]?.string {
    case "nnn":
      value = .nearestNeighbors(k: object["k"]?.integer ?? 1, alpha: object["alpha"]?.number ?? .nan)
    case "qb-norm": value = .queryBank(beta: object["beta"]?.number ?? .nan)
    case "dual-bank":
      value = .dualBank(
        beta: object["beta"]?.number ?? .nan, galleryBeta: object["gallery_beta"]?.number ?? .nan)
    default: value = nil
    }
  }
}
