/// A command of the program: its help and what it does.
package struct Command: Sendable {
  package let name: String
  package let summary: String
  /// What stands behind the name in the usage line.
  package let usage: String
  /// Real examples, shown first.
  package let examples: [(command: String, what: String)]
  package let options: [Option]
  /// - Returns: the exit status.
  let run: @Sendable (Arguments) throws -> Int32

  package var help: String {
    var text = "\(summary)\n\nExamples:\n"
    for example in examples { text += "  \(example.command)\n      \(example.what)\n" }
    text += "\nUsage: modgap \(name) \(usage)\n"
    guard !options.isEmpty else { return text }
    text += "\nOptions:\n"
    for option in options {
      let head = option.value.map { "\(option.name) \($0)" } ?? option.name
      text += "  \(head.padding(to: 24)) \(option.help)\n"
    }
    return text
  }

  package static let all: [Command] = [
    .validate, .plan, .show, .run, .why, .verify, .report, .reproduction, .nightly, .bisectDrift, .diff,
    .export, .analyze, .data, .gc,
    .doctor, .schema, .man, .completions, .bench,
  ]

  static var overview: String {
    var text = """
      modgap runs experiments on the modality gap from JSON configs.

      Examples:
        modgap run configs/figure3.json
            computes the experiment, draws its figures, judges its claims
        modgap plan configs/figure3.json
            shows what a run would compute, what is cached, and why
        modgap run configs/figure3.json --set stages.loss.with.batch=100
            the same with one value changed; only what depends on it is recomputed

      Usage: modgap COMMAND [ARGUMENTS]

      Commands:

      """
    for command in all { text += "  \(command.name.padding(to: 12)) \(command.summary)\n" }
    text += """

      For more, see modgap COMMAND --help. Data go to standard output, everything else to standard error.
      \(ExitStatus.lines)

      """
    return text
  }
}

extension String {
  func padding(to width: Int) -> String {
    count >= width ? self : self + String(repeating: " ", count: width - count)
  }
}
