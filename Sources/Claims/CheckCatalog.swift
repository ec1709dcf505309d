import Declarations

/// The checks a claim may make. A new one is a file in `Checks/` and a line here.
package let checkCatalog = CheckCatalog([
  ValueCheck.variant,
  RangeCheck.variant,
  RangeCheck.each,
  ExtremumCheck.minimum,
  ExtremumCheck.maximum,
  LocalMinimaCheck.variant,
  MonotoneCheck.variant,
  GreaterCheck.variant,
  RatioCheck.variant,
  EquivalentCheck.variant,
  DrawCheck.variant,
  KneeCheck.variant,
])

/// Checks that claims are put to.
package struct CheckCatalog: Sendable {
  package let variants: [CheckVariant]

  package init(_ variants: [CheckVariant]) { self.variants = variants }

  /// What the validator and the schema know of the checks.
  package var signatures: [CheckSignature] { variants.map(\.signature) }

  /// Whether a claim asks that the bootstrap over pairs decide it.
  func asksForPairs(_ name: String, _ parameters: JSONValue) -> Bool {
    variants.first { $0.signature.name == name }?.signature.resampling(with: parameters) != nil
  }

  /// The check that a claim asks for, and its parameters with all that is left to defaults.
  ///
  /// - Throws: `RowFailure` where there is no such check, or it cannot be made with these parameters.
  func check(_ name: String, _ parameters: JSONValue) throws -> any Check {
    guard let variant = variants.first(where: { $0.signature.name == name }) else {
      throw RowFailure.unknownKind("check", name, known: variants.map(\.signature.name))
    }
    let whole = ParameterDefaults.fill(parameters, variant.signature.parameters)
    return try variant.make(CheckParameters(json: whole))
  }
}

extension Parameter {
  package static let of = Parameter.required("of", .column(.numbers), "the column of the quantity")
  package static let over = Parameter.required(
    "over", .column(.numbers), "the column of the grid, such as delta")
  /// The bootstrap over pairs decides, which the stage must have made.
  package static let overPairs = resampling("over")
  /// The same for checks of a curve, whose `over` is the grid.
  package static let bootstrap = resampling("bootstrap")

  private static func resampling(_ name: String) -> Parameter {
    .optional(
      name, .choice([CheckSignature.pairs]),
      "pairs: of means over pairs that have no seeds, the bootstrap over the pairs decides; the stage must have "
        + "\"bootstrap\". Of claims with the basis paper this is so without the key, if the stage has it")
  }
  /// - Parameter companion: the key without which it says nothing.
  package static func within(_ summary: String, beside companion: String? = nil) -> Parameter {
    .defaulted("within", .nonNegative, .number(0), summary, beside: companion)
  }
}

extension ParameterType {
  static let nonNegative = ParameterType.number(0...Double.greatestFiniteMagnitude)
}
