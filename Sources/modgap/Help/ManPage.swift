/// `modgap(1)` in roff, from the same declarations as `--help`.
package enum ManPage {
  package static var text: String {
    let head = [
      ".TH MODGAP 1 \"\" \"modgap \(Version.text)\" \"User Commands\"", ".SH NAME",
      "modgap \\- declarative experiments on the modality gap", ".SH SYNOPSIS",
      ".B modgap", ".I COMMAND", "[\\fIARGUMENTS\\fR]", ".SH DESCRIPTION",
      escaped(
        "Runs experiments on the modality gap from JSON configs: embeddings, trainings, shifts, tables, figures, and a "
          + "verdict on every claim. Data go to standard output, everything else to standard error."),
      ".SH COMMANDS",
    ]
    let commands = Command.all.flatMap(section)
    let tail =
      exitStatus + environment + [
        ".SH FILES", ".TP", "\\fIresults/NAME/\\fR", "an experiment's tables, figures, reports and manifest",
        ".TP",
        "\\fIresults/.store/\\fR", "the cache of all experiments",
      ]
    return (head + commands + tail).joined(separator: "\n") + "\n"
  }

  private static func section(_ command: Command) -> [String] {
    [
      ".SS \(escaped(command.name))", ".B modgap \(escaped(command.name))", escaped(command.usage), ".PP",
      escaped(command.summary.sentence),
    ]
      + command.options.flatMap(entry)
      + (command.examples.isEmpty ? [] : [".PP", "Examples:"])
      + command.examples.flatMap {
        [".PP", ".nf", ".RS 4", escaped($0.command), ".RE", ".fi", escaped($0.what.sentence)]
      }
  }

  private static func entry(_ option: Option) -> [String] {
    let value = option.value.map { " \\fI\(escaped($0))\\fR" } ?? ""
    return [".TP", "\\fB\(escaped(option.name))\\fR\(value)", escaped(option.help)]
  }

  private static var exitStatus: [String] {
    [".SH EXIT STATUS"] + ExitStatus.all.flatMap { [".TP", ".B \($0.code)", escaped($0.meaning)] }
  }

  private static var environment: [String] {
    let variables = [
      ("MODGAP_DATA", "where configs look for data (default: data, beside configs)"),
      ("MODGAP_MIRROR", "a prefix for the addresses of modgap data get"),
      ("OPENBLAS_CORETYPE", "OpenBLAS's kernel; by default the program chooses it"),
      ("NO_COLOR", "print no colours"),
    ]
    return [".SH ENVIRONMENT"] + variables.flatMap { [".TP", ".B \($0.0)", escaped($0.1)] }
  }

  /// A text in which roff sees nothing of its own.
  package static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "\n": result += " "
      case "…": result += "..."
      case "'" where result.isEmpty, "." where result.isEmpty: result += "\\&" + String(character)
      default: result.append(character)
      }
    }
    return result
  }
}

extension String {
  /// With a capital first letter and a full stop.
  fileprivate var sentence: String { prefix(1).uppercased() + dropFirst() + "." }
}

/// What the program's exit statuses say.
enum ExitStatus {
  static let all: [(code: String, meaning: String)] = [
    ("0", "done, every claim holds"), ("1", "a stage failed"), ("2", "a claim failed"),
    ("3", "nothing was decided"),
    ("64", "usage"), ("65", "invalid config or data"), ("70", "internal error"),
    ("74", "disk or input/output"),
    ("75", "lease timeout"), ("130 or 143", "interrupted"),
  ]

  /// `0 done, every claim holds · 1 a stage failed · …`, in lines of at most 110 characters.
  static var lines: String {
    var lines = ["Exit status:"]
    for (index, (code, meaning)) in all.enumerated() {
      let next = " \(code) \(meaning)" + (index == all.count - 1 ? "." : " ·")
      if (lines[lines.count - 1] + next).count > 110 { lines.append("") }
      lines[lines.count - 1] += lines[lines.count - 1].isEmpty ? String(next.dropFirst()) : next
    }
    return lines.joined(separator: "\n")
  }
}
