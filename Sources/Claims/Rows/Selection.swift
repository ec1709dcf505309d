import Contracts
import Declarations

/// Columns and the values that a row must have in them: the `where` of a claim or a figure.
package typealias Selection = [String: [JSONValue]]

/// The selection that a JSON object spells: each member a value, or a list of values.
package func selection(_ json: JSONValue?) -> Selection {
  (json?.object ?? [:]).mapValues { $0.array ?? [$0] }
}

/// Both selections at once; where both name a column, `narrower` decides.
package func merging(_ selection: Selection, _ narrower: Selection) -> Selection {
  selection.merging(narrower) { $1 }
}

/// `temperature = 0.01, modality = x or y`, in alphabetical order.
package func describe(_ selection: Selection) -> String {
  selection.sorted { $0.key < $1.key }.map { column, values in
    "\(column) = \(values.map { $0.string ?? $0.canonical }.joined(separator: " or "))"
  }.joined(separator: ", ")
}
