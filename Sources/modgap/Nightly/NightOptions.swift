import Declarations
import Foundation
import Kernels
import Runner

/// What a call of `nightly` asks for.
struct NightOptions: Sendable {
  /// A part of the night beside experiments and their numbers.
  enum Part: String, CaseIterable {
    case canary
    case audit
    case resume = "resume-test"
    case invariance
    case confirm
  }

  let reference: ReferenceFolder
  let parts: Set<Part>
  /// Whether the experiments are run and compared; not where a call names parts alone.
  let comparesNumbers: Bool
  /// The share of cached stages that are computed again.
  let audited: Double
  let date: NightDate
  let jobs: Int
  let root: String

  /// Where the night keeps what is none of the results: scratch folders and the history.
  var folder: String { "\(root)/.nightly" }

  init(_ arguments: Arguments) throws {
    reference = arguments.reference
    let named = [Part.resume, .invariance].filter { arguments.has("--\($0.rawValue)") }
    comparesNumbers = named.isEmpty
    parts = named.isEmpty ? Set(Part.allCases).subtracting(try Self.skipped(arguments)) : Set(named)
    audited = try Self.share(arguments.value("--audit") ?? "5%")
    date = try arguments.value("--date").map(NightDate.init(text:)) ?? NightDate.today
    jobs = try arguments.jobs()
    root = arguments.resultsRoot
  }

  private static func skipped(_ arguments: Arguments) throws -> [Part] {
    try arguments.all("--skip").map { name in
      guard let part = Part(rawValue: name) else {
        throw UsageError.badValue(
          option: "--skip", found: name,
          expected: "one of " + Part.allCases.map(\.rawValue).joined(separator: ", "), command: "nightly")
      }
      return part
    }
  }

  /// `5%`, or `5`.
  private static func share(_ text: String) throws -> Double {
    let number = text.hasBytes(last: "%") ? String(text.dropLast()) : text
    guard let percent = Double(number), (0...100).contains(percent) else {
      throw UsageError.badValue(
        option: "--audit", found: text, expected: "a percentage, as in 5%", command: "nightly")
    }
    return percent / 100
  }
}

/// The day of a night, in UTC, from which its seeds come.
struct NightDate: Sendable, Equatable {
  /// `2026-11-27`.
  let text: String
  /// Days since 1970.
  let number: Int

  static var today: NightDate { NightDate(days: Int((Date().timeIntervalSince1970 / 86_400).rounded(.down))) }

  private init(days: Int) {
    number = days
    text = String(Date(timeIntervalSince1970: Double(days) * 86_400).ISO8601Format().prefix(10))
  }

  init(text: String) throws {
    let date = try? Date("\(text)T00:00:00Z", strategy: .iso8601)
    guard let date, text.utf8.count == 10 else {
      throw UsageError.badValue(
        option: "--date", found: text, expected: "a day, as in 2026-11-27", command: "nightly")
    }
    self.init(days: Int((date.timeIntervalSince1970 / 86_400).rounded(.down)))
  }

  /// 64 bits that this day draws, for moments and samples; nothing that is computed depends on them.
  func random(_ purpose: String, _ name: String) -> UInt64 {
    RandomStream(seed: UInt64(bitPattern: Int64(number)), stage: purpose, name: name).key
  }

  /// Seeds that no other night has: 16 for each day, above all that a config names.
  func seeds(_ count: Int) -> [Int] { (0..<count).map { 1_000_000 + 16 * number + $0 } }
}
