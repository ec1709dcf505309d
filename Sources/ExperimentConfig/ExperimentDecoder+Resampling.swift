import Declarations

/// A claim that asks for the bootstrap over pairs must be about a mean over pairs of a stage that makes the samples.
extension ExperimentDecoder {
  mutating func checkResampling(
    _ check: ConfigNode, _ signature: CheckSignature, table: String, _ path: String
  ) {
    guard let key = signature.resampling(with: check.value), let node = check[key] else { return }
    let name = TableName(table)
    guard let stage = stages.first(where: { $0.spec.id == name.stage }) else { return }
    if let need = need(ofSamples: stage, table: name.suffix.isEmpty ? nil : table) {
      issues.add(
        ConfigIssue(
          at: node.position, path: "\(path).\(key)", found: "",
          expected: "\"\(key)\": \"\(CheckSignature.pairs)\" needs \(need)"))
      return
    }
    let resampled = stage.signature.columns(of: RowSources.resamplesTable).filter { !$0.isKey }.map(\.name)
    guard let of = check["of"], let column = of.text, !resampled.contains(column),
      (stage.signature.columns + grammar.coordinates).contains(where: { $0.name == column })
    else { return }
    issues.add(
      of, "\(path).of",
      expected: "a mean over pairs, as \"\(key)\": \"\(CheckSignature.pairs)\" needs: "
        + resampled.joined(separator: ", "))
  }

  /// What is missing for there to be samples of a stage's table; nil where there are.
  ///
  /// - Parameter table: nil for the stage's main table.
  private func need(ofSamples stage: DecodedStage, table: String?) -> String? {
    let suffix = RowSources.resamplesTable
    guard stage.signature.extraTables.contains(suffix) else {
      let makers = grammar.stages.filter { $0.extraTables.contains(suffix) }.map(\.kind).sorted()
      return "means over pairs, as \(makers.joined(separator: " and ")) have; "
        + "\"\(stage.signature.kind)\" has none"
    }
    let id = stage.spec.id
    if let table { return "the table \"\(id)\": there are no samples of \"\(table)\"" }
    return hasTable(suffix, stage) ? nil : "\"bootstrap\", such as 1000, under \"with\" of \"\(id)\""
  }
}
