import Declarations

/// What an `init` kind that makes models says of the files that a model of its networks becomes.
package struct ModelFiles: Sendable {
  /// Weights as `.safetensors`, and what describes them in open_clip's form.
  package struct File: Sendable, Equatable {
    package let weights: [UInt8]
    package let description: [UInt8]

    package init(weights: [UInt8], description: [UInt8]) {
      self.weights = weights
      self.description = description
    }
  }

  /// What follows the name of each file, with these parameters of the `init` stage: nothing, or `.x` and `.y`.
  package let suffixes: @Sendable (JSONValue) -> [String]
  /// In the order of `suffixes`.
  package let files: @Sendable (Model) throws -> [File]

  package init(
    suffixes: @escaping @Sendable (JSONValue) -> [String], files: @escaping @Sendable (Model) throws -> [File]
  ) {
    self.suffixes = suffixes
    self.files = files
  }
}
