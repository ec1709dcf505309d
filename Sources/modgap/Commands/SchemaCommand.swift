import ExperimentConfig

extension Command {
  static let schema = Command(
    name: "schema",
    summary: "prints the grammar of configs as JSON Schema draft-07, for editors",
    usage: "",
    examples: [
      ("modgap schema > configs/schema/experiment.schema.json", "what configs name under $schema")
    ],
    options: []
  ) { _ in
    try Terminal.out(Schema(CommonOptions.grammar).json.pretty)
    return 0
  }
}
