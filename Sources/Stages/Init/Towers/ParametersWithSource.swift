import Declarations

/// Parameters together with the JSON that they were read from.
package struct ParametersWithSource<Values: Decodable & Sendable>: Decodable, Sendable {
  let values: Values
  let json: JSONValue

  package init(from decoder: any Decoder) throws {
    values = try Values(from: decoder)
    json = try JSONValue(from: decoder)
  }
}
