import Contracts
import Digests
import ExperimentConfig
import Foundation

/// The folder name of a run: `activation=relu,seed=3`.
package enum RunName {
  /// Longer names would not fit a file system's 255 bytes with what is put behind them.
  static let longest = 180

  package static func folder(_ axes: [AxisValue]) -> String {
    guard !axes.isEmpty else { return "single" }
    let name = axes.map { "\($0.name)=\(component($0.value))" }.joined(separator: ",")
    guard name.utf8.count > longest else { return name }
    return
      "\(String(decoding: name.utf8.prefix(longest - 17), as: UTF8.self))~\(Digest(of: name).hex.prefix(16))"
  }

  private static let kept = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.+")

  private static func component(_ value: JSONValue) -> String {
    switch value {
    case .array, .object: String(Digest(of: value.canonical).hex.prefix(12))
    default:
      Interpolation.plain(value).addingPercentEncoding(withAllowedCharacters: kept) ?? value.canonical
    }
  }
}
