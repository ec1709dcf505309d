import Foundation

/// A gnuplot string constant. Single quotes, because backquotes and backslashes mean nothing in them, so
/// no title of a config can run a command.
func quoted(_ text: String) -> String {
  let line = text.map { $0.isNewline ? " " : $0 }.filter { !$0.unicodeScalars.contains { $0.value < 0x20 } }
  return "'" + String(line).replacingOccurrences(of: "'", with: "''") + "'"
}

/// A text that may stand behind `#`.
func comment(_ text: String) -> String {
  "# " + String(text.map { $0.isNewline ? " " : $0 }).replacingOccurrences(of: "\\", with: "/")
}

/// A number for a script: eight significant digits; what gnuplot skips where it is not finite.
func plotted(_ number: Double) -> String {
  guard number.isFinite else { return "NaN" }
  let text = String(format: "%.8g", number)
  return text == "-0" ? "0" : text
}
