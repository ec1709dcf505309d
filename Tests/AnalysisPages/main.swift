import Declarations
import ExperimentConfig
import Figures
import Foundation
import Statistics

// Pages of analyses for `make test-report`: `AnalysisPages FOLDER`.

let folder = URL(fileURLWithPath: CommandLine.arguments.dropFirst().first ?? ".")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
for (name, contents) in [
  ("pairs", pairs()), ("hostile", hostile()), ("single", single()), ("one", onePair()), ("large", large()),
] {
  let page = try analysisPage(contents)
  try Data(page.utf8).write(to: folder.appendingPathComponent("\(name).html"))
}
