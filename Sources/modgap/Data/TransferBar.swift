import DataCatalog
import Declarations
import Execution
import Foundation
import Runner

/// The progress of a download on a terminal: a bar, bytes, rate and the time that is left. Elsewhere only the notices.
final class TransferBar: Sendable {
  private struct State {
    var isShown = false
    var lastDrawn: ContinuousClock.Instant?
    /// Of what goes on now: when it began, and with how many bytes.
    var title = ""
    var start = ContinuousClock.now
    var first = 0
  }

  private let state = Mutex(State())
  private let isBar = Terminal.errorIsTerminal

  var receive: @Sendable (Acquisition.Event) -> Void {
    { [self] event in
      switch event {
      case .notice(let text):
        clear()
        Terminal.err(text)
      case .progress(let name, let verb, let done, let total):
        state.withLock { draw(name, verb, done, total, &$0) }
      }
    }
  }

  func clear() {
    state.withLock { state in
      if state.isShown { Terminal.errRaw("\r\u{1b}[K") }
      state.isShown = false
    }
  }

  private func draw(_ name: String, _ verb: String, _ done: Int, _ total: Int?, _ state: inout State) {
    guard isBar else { return }
    let now = ContinuousClock.now
    let title = "\(name): \(verb)"
    if state.title != title || done < state.first {
      (state.title, state.start, state.first) = (title, now, done)
    }
    if let last = state.lastDrawn, now - last < .milliseconds(100), done != total { return }
    state.lastDrawn = now
    let line = Self.line(
      name, verb, done: done, total: total, come: done - state.first,
      seconds: (now - state.start) / .seconds(1), width: Terminal.width - 1)
    Terminal.errRaw("\r\u{1b}[K\(PlainText.escaped(line).prefix(Terminal.width - 1))")
    state.isShown = true
  }

  private static let widest = 24
  private static let narrowest = 6

  /// What tells most comes first where the terminal has no room for all: the time that is left, then the bar, then what it is.
  ///
  /// - Parameter come: bytes since it began, on which rate and time left are based.
  private static func line(
    _ name: String, _ verb: String, done: Int, total: Int?, come: Int, seconds: Double, width: Int
  ) -> String {
    let rate = seconds > 0.5 && come > 0 ? Double(come) / seconds : nil
    let speed = rate.map { ", \(ByteCount.text(Int($0)))/s" } ?? ""
    guard let total, total > 0 else {
      let numbers = "\(ByteCount.text(done))\(speed)"
      return ["\(numbers)  \(name): \(verb)", "\(numbers)  \(name)"].first { $0.count <= width } ?? numbers
    }
    let share = min(1, Double(done) / Double(total))
    let left = rate.map { Double(max(0, total - done)) / $0 }.flatMap { $0 > 0 ? $0 : nil }
    let time = left.map { ", \(wholeSeconds($0)) left" } ?? ""
    let short = "\(Int(share * 100))%\(time)"
    let numbers = "\(ByteCount.text(done)) of \(ByteCount.text(total))\(speed)\(time)"
    let words = ["\(numbers)  \(name): \(verb)", "\(numbers)  \(name)", numbers, "\(short)  \(name)", short]
    let fitting = words.first { $0.count + 1 + narrowest <= width } ?? short
    let cells = min(widest, width - fitting.count - 1)
    guard cells >= narrowest else { return fitting }
    let filled = Int(share * Double(cells))
    return String(repeating: "█", count: filled) + String(repeating: "░", count: cells - filled) + " "
      + fitting
  }

  /// Nobody waits for a part of a second.
  private static func wholeSeconds(_ seconds: Double) -> String {
    let whole = Int(min(seconds, 360_000_000).rounded(.up))
    return whole < 60 ? "\(whole) s" : Duration.seconds(whole).brief
  }
}
