import Foundation

/// How fast a training goes, and how long it will take, for those who watch it.
package struct TrainingPace {
  private let steps: Int
  private let batch: Int
  private let started = ContinuousClock.now
  private let first: Int
  private var lastSaid = ContinuousClock.now

  /// - Parameter first: steps that were done before the clock began.
  init(from first: Int, of steps: Int, batch: Int) {
    (self.first, self.steps, self.batch) = (first, steps, batch)
  }

  /// What to say after so many steps; nil where something was said less than five seconds ago, unless it
  /// `isDue`.
  mutating func line(after done: Int, loss: Double, isDue: Bool) -> String? {
    let now = ContinuousClock.now
    guard isDue || now - lastSaid > .seconds(5) else { return nil }
    lastSaid = now
    let seconds = max(1e-9, (now - started) / .seconds(1)) / Double(max(1, done - first))
    return Self.line(step: done, of: steps, batch: batch, secondsOfStep: seconds, loss: loss)
  }

  package static func line(step: Int, of steps: Int, batch: Int, secondsOfStep: Double, loss: Double)
    -> String
  {
    let rate = Double(batch) / secondsOfStep
    let left = Double(steps - step) * secondsOfStep
    let pairs = String(format: rate < 10 ? "%.1f" : "%.0f", rate)
    return
      "step \(step) of \(steps): loss \(String(format: "%.4f", loss)), \(pairs) pairs/s, \(time(left)) left"
  }

  private static func time(_ seconds: Double) -> String {
    let whole = Int(min(seconds.rounded(.up), 1e9))
    return whole < 100
      ? "\(whole) s" : whole < 6000 ? "\((whole + 59) / 60) min" : "\((whole + 3599) / 3600) h"
  }
}
