import Dispatch
import Execution
import Foundation

/// Ends the program's children with it: they are groups of their own, so that Ctrl-C does not reach them.
///
/// Signals are watched from the first child on and for as long as the program runs: Dispatch does not deliver a
/// signal to a source that was made after another one of the same signal was cancelled. A signal that somebody
/// else handles, or that is ignored (as `nohup` has it of SIGHUP), is left to them.
enum SignalRelay {
  private struct Watched {
    // Unsafe: Dispatch's sources may be used by any thread, which their type does not say on Linux.
    nonisolated(unsafe) var sources: [Int32: any DispatchSourceSignal] = [:]
  }
  private static let watched = Mutex(Watched())
  private static let isEnding = Mutex(false)
  private static let numbers = [SIGHUP, SIGINT, SIGQUIT, SIGTERM]
  /// Its own, which gets a thread however many are at work.
  private static let queue = DispatchQueue(label: "modgap.signals", qos: .userInteractive)

  static func begin() {
    watched.withLock { watched in
      for number in numbers where watched.sources[number] == nil && isDefault(number) {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        source.setEventHandler { end(with: number) }
        source.resume()
        watched.sources[number] = source
      }
    }
  }

  /// Ends the children, and then the program as the signal would have.
  private static func end(with number: Int32) {
    isEnding.withLock { $0 = true }
    ProcessGroup.endAll()
    signal(number, SIG_DFL)
    kill(getpid(), number)
    // A thread takes it in its own time; where none does, it is ended all the same.
    usleep(200_000)
    _exit(128 + number)
  }

  /// For whoever finds a child ended: where a signal ended it, nothing more is said of it, for the program ends, too.
  static func waitWhereEnding() {
    while isEnding.withLock({ $0 }) { usleep(50_000) }
  }

  private static func isDefault(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    return action.__sigaction_handler.sa_handler == nil
  }
}
