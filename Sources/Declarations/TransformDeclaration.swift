/// What becomes of a row of x and of y, and of both then: `x − amount_x·gap`.
package struct TransformEffect: Sendable {
  package let x: String
  package let y: String
  package let then: String

  package init(x: String = "unchanged", y: String = "unchanged", then: String = "") {
    (self.x, self.y, self.then) = (x, y, then)
  }
}

/// What the documentation knows of a transform.
package struct TransformDeclaration: Sendable {
  package let kind: String
  /// Their names in HDF5.
  package let fields: [String]
  package let effect: TransformEffect

  package init(kind: String, fields: [String], effect: TransformEffect) {
    (self.kind, self.fields, self.effect) = (kind, fields, effect)
  }
}
