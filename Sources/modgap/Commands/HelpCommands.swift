import Declarations

extension Command {
  static let man = Command(
    name: "man",
    summary: "prints the manual page",
    usage: "",
    examples: [
      ("modgap man | man -l -", "shows it"),
      ("modgap man > /usr/local/share/man/man1/modgap.1", "installs it"),
    ],
    options: []
  ) { arguments in
    try arguments.refusePositional()
    try Terminal.out(ManPage.text)
    return 0
  }

  static let completions = Command(
    name: "completions",
    summary: "prints the completions of commands and options for a shell",
    usage: "bash | zsh | fish",
    examples: [
      ("source <(modgap completions bash)", "for this shell"),
      ("modgap completions fish > ~/.config/fish/completions/modgap.fish", "for all"),
    ],
    options: []
  ) { arguments in
    let shells = Completions.allCases.map(\.rawValue).joined(separator: ", ")
    let name = try arguments.single("the name of a shell: \(shells)")
    guard let shell = Completions(rawValue: name) else {
      throw UsageError.badValue(
        option: "the shell", found: name, expected: "one of \(shells)", command: arguments.command)
    }
    try Terminal.out(shell.text)
    return 0
  }
}

extension Arguments {
  fileprivate func refusePositional() throws {
    guard positional.isEmpty else {
      throw UsageError.wrongCount(found: positional.count, expected: "none", command: command)
    }
  }
}
