import Declarations

/// Shell completions, from the same declarations as `--help`.
package enum Completions: String, CaseIterable, Sendable {
  case bash
  case zsh
  case fish

  package var text: String {
    switch self {
    case .bash: Self.bashText
    case .zsh: Self.zshText
    case .fish: Self.fishText
    }
  }

  /// Options whose value is one of a few words, or a file or folder.
  private static let words: [String: [String]] = [
    "--color": ["auto", "always", "never"],
    "--skip": NightOptions.Part.allCases.map(\.rawValue),
  ]

  private static func isPath(_ option: Option) -> Bool {
    ["FILE", "DIR", "FOLDER"].contains { option.value?.contains($0) ?? false }
  }

  private static func quoted(_ text: String) -> String { "'" + text.replacingBytes("'", with: "'\\''") + "'" }

  private static var bashText: String {
    let cases = Command.all.map { command in
      "    \(command.name)) options=\(quoted((command.options.map(\.name) + ["--help", "--color"]).joined(separator: " "))) ;;"
    }
    let values = words.sorted { $0.key < $1.key }.map { name, words in
      "    \(name)) COMPREPLY=($(compgen -W \(quoted(words.joined(separator: " "))) -- \"$word\")); return ;;"
    }
    return """
      # bash completion for modgap: modgap completions bash > /etc/bash_completion.d/modgap
      _modgap() {
        local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} options=
        if [ "$COMP_CWORD" = 1 ]; then
          COMPREPLY=($(compgen -W \(quoted((Command.all.map(\.name) + ["--help", "--version"]).joined(separator: " "))) -- "$word"))
          return
        fi
        case $before in
      \(values.joined(separator: "\n"))
        esac
        case ${COMP_WORDS[1]} in
      \(cases.joined(separator: "\n"))
        esac
        case $word in
          -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
          *) compopt -o filenames; COMPREPLY=($(compgen -f -- "$word")) ;;
        esac
      }
      complete -F _modgap modgap

      """
  }

  private static var zshText: String {
    let commands = Command.all.map { "    \(quoted("\($0.name):\(colonless($0.summary))"))" }
    let cases = Command.all.map { command in
      let options = command.options.map { option -> String in
        let repeats = option.repeats ? "*" : ""
        let value = option.value.map { ":\(colonless($0)):\(action(option))" } ?? ""
        return "        \(quoted("\(repeats)\(option.name)[\(bracketless(option.help))]\(value)"))"
      }
      return "    \(command.name))\n      _arguments \\\n"
        + (options + ["        '*:file:_files'"]).joined(separator: " \\\n") + " ;;"
    }
    return """
      #compdef modgap
      # zsh completion for modgap: modgap completions zsh > "${fpath[1]}/_modgap"
      _modgap() {
        local -a commands
        commands=(
      \(commands.joined(separator: "\n"))
        )
        if (( CURRENT == 2 )); then
          _describe command commands
          return
        fi
        local command=$words[2]
        shift words
        (( CURRENT-- ))
        case $command in
      \(cases.joined(separator: "\n"))
        esac
      }
      _modgap "$@"

      """
  }

  private static func action(_ option: Option) -> String {
    words[option.name].map { "(\($0.joined(separator: " ")))" } ?? (isPath(option) ? "_files" : " ")
  }

  private static func colonless(_ text: String) -> String { text.replacingBytes(":", with: "\\:") }

  private static func bracketless(_ text: String) -> String {
    text.replacingBytes("[", with: "(").replacingBytes("]", with: ")").replacingBytes(":", with: "\\:")
  }

  private static var fishText: String {
    let commands = Command.all.map {
      "complete -c modgap -n __fish_use_subcommand -f -a \($0.name) -d \(quoted($0.summary))"
    }
    let options = Command.all.flatMap { command in
      command.options.map { option -> String in
        let name = String(option.name.dropFirst(2))
        let words = words[option.name].map { " -a \(quoted($0.joined(separator: " ")))" } ?? ""
        let value = option.value == nil ? "" : isPath(option) ? " -r" : " -x"
        let place = "'__fish_seen_subcommand_from \(command.name)'"
        return "complete -c modgap -n \(place) -l \(name)\(value)\(words) -d \(quoted(option.help))"
      }
    }
    return
      (["# fish completion for modgap: modgap completions fish > ~/.config/fish/completions/modgap.fish"]
      + commands + options).joined(separator: "\n") + "\n"
  }
}
