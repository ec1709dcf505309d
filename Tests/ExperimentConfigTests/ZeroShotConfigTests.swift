import ConfigSupport
import Testing

/// What a zero-shot experiment may get wrong before anything is embedded.
@Suite struct ZeroShotConfigTests {
  private func problems(delta: String = "[0, 0.5]", score: String = "") throws -> String {
    let folder = try ConfigFolder()
    try folder.write(
      """
      { "name": "a", "data": { "d": { "kind": "shapes", "objects": 1, "count": 8 } }, "stages": [
        { "id": "clip", "stage": "init", "kind": "clip", "with": { "preset": "ViT-B-32", "data": "d" } },
        { "id": "moved", "stage": "shift", "kind": "gap", "from": "clip", "with": { "delta": \(delta) } },
        { "id": "score", "stage": "evaluate", "kind": "zero-shot", "from": "moved",
          "with": { "model": "clip", "data": "d"\(score) } },
        { "id": "loss", "stage": "evaluate", "kind": "contrastive-loss", "from": "moved",
          "with": { "temperature": [1, 0.1] } } ] }
      """)
    return try folder.problems()
  }

  /// Two rows of the same coordinates could not be told apart.
  @Test func aNumberThatTellsRowsApartIsGivenOnce() throws {
    #expect(try problems(score: #", "labels": "shape", "k": [1, 5]"#) == "")
    for delta in ["[0, 0.5, 0]", "[0, -0.0]", "[1e0, 1]"] {
      #expect(try problems(delta: delta).contains("expected each number only once"), "\(delta)")
    }
    #expect(
      try problems(score: #", "k": [1, 5, 1]"#).contains("with.k[2]: found 1, expected each number only once")
    )
  }

  /// A word that is nearly an attribute is no file that is missing.
  @Test func aMisspeltAttributeIsNamed() throws {
    let said = try problems(score: #", "labels": "shap""#)
    #expect(said.contains("did you mean \"shape\"") && said.contains("a file that can be read, "), "\(said)")
  }
}
