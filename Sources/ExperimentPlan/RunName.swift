import Declarations
import ExperimentConfig
import Files

/// The folder name of a run: `activation=relu,seed=3`.
///
/// Distinct combinations never share a name: what is too long or no scalar ends in a digest behind a `~`, which
/// nothing else has, and an axis has no two values that differ in their type alone, as 1 and `"1"`.
package enum RunName {
  /// Longer names would not fit a file system's 255 bytes with what is put behind them.
  static let longest = 180

  package static func folder(_ axes: [AxisValue]) -> String {
    folder(axes.map { label($0.name, $0.value) })
  }

  /// - Parameter labels: one an axis, as `label` makes them.
  static func folder(_ labels: [String]) -> String {
    guard !labels.isEmpty else { return "single" }
    let name = labels.joined(separator: ",")
    guard name.utf8.count > longest else { return name }
    return
      "\(String(decoding: name.utf8.prefix(longest - 17), as: UTF8.self))~\(Digest(of: name).hex.prefix(16))"
  }

  /// `seed=3`
  static func label(_ axis: String, _ value: JSONValue) -> String { "\(axis)=\(component(value))" }

  private static func component(_ value: JSONValue) -> String {
    switch value {
    case .array, .object: "~\(Digest(of: value.canonical).hex.prefix(12))"
    case .string(let text): escaped(text)
    default: escaped(value.canonical)
    }
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      if isKept(byte) {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return result
  }

  private static func isKept(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
      UInt8(ascii: "+"):
      true
    default: false
    }
  }
}
