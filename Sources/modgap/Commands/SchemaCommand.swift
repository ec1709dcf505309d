import ExperimentConfig
import Stages

extension Command {
  static let schema = Command(
    name: "schema",
    summary: "prints the grammar of configs as JSON Schema draft-07 for editors, or as a Markdown page",
    usage: "",
    examples: [
      ("modgap schema > configs/schema/experiment.schema.json", "the file that configs name in $schema"),
      (
        "modgap schema --markdown > docs/reference.md",
        "every key of every stage, kind of data, figure and check"
      ),
    ],
    options: [.flag("--markdown", "print it as a Markdown page")]
  ) { arguments in
    let grammar = CommonOptions.grammar
    try Terminal.out(
      arguments.has("--markdown")
        ? Reference(grammar, transforms: stageCatalog.transforms.declarations).markdown
        : Schema(grammar).text)
    return 0
  }
}
