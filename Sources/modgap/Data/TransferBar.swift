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
      title, done: done, total: total, come: done - state.first, seconds: (now - state.start) / .seconds(1))
    Terminal.errRaw("\r\u{1b}[K\(PlainText.escaped(line).prefix(Terminal.width - 1))")
    state.isShown = true
  }

  /// - Parameter come: bytes since it began, on which rate and time left are based.
  static func line(_ title: String, done: Int, total: Int?, come: Int, seconds: Double) -> String {
    let rate = seconds > 0.5 && come > 0 ? Double(come) / seconds : nil
    let speed = rate.map { ", \(ByteCount.text(Int($0)))/s" } ?? ""
    guard let total, total > 0 else { return "\(ByteCount.text(done))\(speed)  \(title)" }
    let filled = Int(min(1, Double(done) / Double(total)) * 24)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
    let left = rate.map { max(0, Double(total - done)) / $0 }
    let eta = left.map { ", \(Duration.seconds($0).brief) left" } ?? ""
    return "\(bar) \(ByteCount.text(done)) of \(ByteCount.text(total))\(speed)\(eta)  \(title)"
  }
}
