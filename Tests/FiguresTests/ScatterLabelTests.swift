import ClaimSupport
import Claims
import Declarations
import Testing

@testable import Figures

/// Points in the colours of their labels.
@Suite("Scatter of labels")
struct ScatterLabelTests {
  /// A projection whose items have these labels, the same for both modalities.
  private static func labelled(_ labels: [String]) -> Table {
    table(
      ["modality", "index", "label", "c1", "c2"],
      ["x", "y"].flatMap { side in
        labels.enumerated().map { index, label in
          [.text(side), .integer(index), .text(label), .real(Double(index)), .real(side == "x" ? 0 : 1)]
        }
      })
  }

  private static let byLabel = #"{"kind": "scatter", "table": "p", "colour": "label"}"#

  @Test func labelsHaveColoursAndModalitiesShapes() throws {
    let lines = try ScriptTests.lines(Self.byLabel, ["p": Self.labelled(["dog", "cat", "dog"])])
    let points = lines.filter { $0.contains(" with points ") }
    #expect(points.count == 4)
    for (shape, colour) in [(7, "0072B2"), (9, "0072B2"), (7, "E69F00"), (9, "E69F00")] {
      #expect(points.contains { $0.contains("pointtype \(shape) ") && $0.contains(colour) }, "\(points)")
    }
    #expect(!lines.contains { $0.hasPrefix("# pairs") })
    // Those of the legend are hollow, so that they are of no label.
    for shape in [6, 8] {
      #expect(lines.contains { $0.contains("pointtype \(shape) ") && $0.contains("262626") })
    }
    for title in ["dog", "cat", "x", "y"] {
      #expect(lines.contains { $0.hasPrefix("set label '\(title)' ") }, "\(title)")
    }
  }

  /// Label k occurs k + 1 times, the first ones only once.
  @Test(arguments: [8, 40, 1200])
  func theMostFrequentLabelsHaveColours(_ count: Int) throws {
    let labels = (0..<count).flatMap { Array(repeating: "label \($0)", count: $0 >= count - 7 ? 3 : 1) }
    let lines = try ScriptTests.lines(Self.byLabel, ["p": Self.labelled(labels)])
    for index in count - 7..<count { #expect(lines.contains { $0.hasPrefix("set label 'label \(index)' ") }) }
    #expect(!lines.contains { $0.hasPrefix("set label 'label \(count - 8)' ") })
    let others = count == 8 ? "1 other label" : "\(count - 7) other labels"
    #expect(lines.contains { $0.hasPrefix("set label '\(others)' ") })
    let points = lines.filter { $0.contains(" with points ") }
    #expect(points.count == 16 && points.filter { $0.contains("A6A6A6") }.count == 2)
  }

  @Test func labelsOfAnyTextAndNone() throws {
    let odd = ["two\nlines", String(repeating: "long ", count: 30), "", "it's", "🐈"]
    let lines = try ScriptTests.lines(Self.byLabel, ["p": Self.labelled(odd)])
    for title in ["two lines", "long long long long lon…", "no label", "🐈"] {
      #expect(lines.contains { $0.hasPrefix("set label '\(title)' ") }, "\(title)")
    }
    #expect(lines.contains { $0.hasPrefix(#"set label "it\"#) })
    let one = try ScriptTests.lines(Self.byLabel, ["p": Self.labelled(["same", "same"])])
    #expect(one.filter { $0.contains(" with points ") }.count == 2)
  }
}
