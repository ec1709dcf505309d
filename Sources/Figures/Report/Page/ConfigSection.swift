import Declarations
import ExperimentConfig

/// The config with a number before each line, which is its anchor: `#L12`; lines of a file that it extends are `#F2-L12`.
func configSection(_ config: ConfigListing?) -> [HTML] {
  guard let config else { return [] }
  return config.files.enumerated().map { index, file in
    let lines: [HTML] = file.lines.enumerated().map { number, line in
      let anchor = anchor(ConfigListing.Place(file: index, line: number + 1))
      return "<span id=\"\(anchor)\"><a href=\"#\(anchor)\">\(number + 1)</a>\(line)</span>"
    }
    let state: HTML = index == 0 ? " open" : ""
    return """
      <details\(state)><summary>\(file.name)</summary>\
      <pre class="config wide tall" tabindex="0" role="group" aria-label="\(file.name)">\(lines.joined())</pre></details>
      """
  }
}

private func anchor(_ place: ConfigListing.Place) -> HTML {
  place.file == 0 ? "L\(place.line)" : "F\(place.file + 1)-L\(place.line)"
}

/// `figure3.json:57`.
func link(to place: ConfigListing.Place, _ config: ConfigListing) -> HTML {
  "<a href=\"#\(anchor(place))\">\("\(config.files[place.file].name):\(place.line)")</a>"
}

/// A text in which places of the config, as errors state them (`figure3.json:57:3`), lead to their lines.
func linked(_ text: String, _ config: ConfigListing?) -> HTML {
  guard let config else { return "\(text)" }
  for (index, file) in config.files.enumerated() {
    guard let mark = text.firstRange(of: "\(file.name):") else { continue }
    let digits = text[mark.upperBound...].prefix { $0.isASCII && $0.isNumber }
    let rest = linked(String(text[digits.endIndex...]), config)
    let before = String(text[..<mark.lowerBound])
    guard let line = Int(digits), (1...max(1, file.lines.count)).contains(line) else {
      return "\(before)\("\(file.name):")\(String(digits))\(rest)"
    }
    return "\(before)\(link(to: ConfigListing.Place(file: index, line: line), config))\(rest)"
  }
  return "\(text)"
}
