import Contracts

/// The checks a claim may make. A new one is a file in `Checks/` and a line here.
let checkVariants: [CheckVariant] = [
  ValueCheck.variant,
  RangeCheck.variant,
  ExtremumCheck.minimum,
  ExtremumCheck.maximum,
  LocalMinimaCheck.variant,
  MonotoneCheck.variant,
  GreaterCheck.variant,
  RatioCheck.variant,
  EquivalentCheck.variant,
]

/// What the validator and the schema know of the checks.
package let checkSignatures: [CheckSignature] = checkVariants.map(\.signature)

extension Parameter {
  static let of = Parameter.required("of", .string, "the column with the quantity")
  static let over = Parameter.required("over", .string, "the column with the grid, such as delta")
  static func within(_ summary: String) -> Parameter {
    .defaulted("within", .nonNegative, .number(0), summary)
  }
}

extension ParameterType {
  static let anyNumber = ParameterType.number(
    -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)
  static let nonNegative = ParameterType.number(0...Double.greatestFiniteMagnitude)
}
