import Declarations
import ExperimentPlan
import Foundation
import Testing

@Suite struct RunNameTests {
  private static let values: [JSONValue] = [
    1, "1", "1.0", " 1", "01", true, "true", false, "false", "null", "", " ", ".", "..", "a", "A", "a,b",
    "a=b",
    "a/b", "a\\b", "a%b", "%61", "a%2Fb", "é", "e\u{301}", "\u{0}", "\n", "~", "~0", 0.1, "0.1", -1, "-1",
    "1e3",
    1000, 1e300, "nan", "inf", "\"1\"", "\"\"", [1], ["1"], [[1]], .object([:]), .object(["a": 1]),
    .object(["a": "1"]), "[1]", "{}",
  ]

  private static func name(_ values: JSONValue...) -> String {
    RunName.folder(values.enumerated().map { AxisValue(name: "a\($0)", value: $1) })
  }

  /// No axis has two values that differ in their type alone, so there is one of each kind here.
  private static let axis = values.filter { ![1, true, false, 0.1, -1, 1000].contains($0) }
  private static let typed = values.filter { !["1", "true", "false", "0.1", "-1", "[1]", "{}"].contains($0) }

  @Test(arguments: [axis, typed]) func distinctValuesNeverShareAName(values: [JSONValue]) {
    var names: [String: JSONValue] = [:]
    for value in values {
      #expect(names.updateValue(value, forKey: Self.name(value)) == nil, "\(value) and \(Self.name(value))")
    }
    let pairs = values.flatMap { a in values.map { Self.name(a, $0) } }
    #expect(Set(pairs).count == values.count * values.count)
  }

  @Test func textsOfDigitsAreReadable() {
    for text in ["07", "1.0", "1e3", "2024", "-1", "true", "nan"] {
      #expect(Self.name(.string(text)) == "a0=\(text)")
    }
  }

  @Test func namesAreSafeFolders() {
    let safe = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.+=,%~")
    for value in Self.values { #expect(Set(Self.name(value)).isSubset(of: safe), "\(Self.name(value))") }
    #expect(Self.name("relu", 3, 0.5) == "a0=relu,a1=3,a2=0.5")
    #expect(Self.name("a/b") == "a0=a%2Fb")
  }

  @Test func longNamesAreHashed() {
    let long = String(repeating: "x", count: 400)
    let (a, b) = (Self.name(.string(long + "1")), Self.name(.string(long + "2")))
    #expect(a != b && a.utf8.count == 180 && b.utf8.count == 180)
    #expect(a.hasPrefix("a0=xxx"))
    #expect(Self.name(.string(String(repeating: "ü", count: 300))).utf8.count == 180)
  }
}
