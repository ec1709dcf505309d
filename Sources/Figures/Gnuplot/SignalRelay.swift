import Dispatch
import Foundation
import Synchronization

/// Ends the program's children with it: they are groups of their own, so that Ctrl-C does not reach them.
///
/// A signal that somebody else handles, or that is ignored, is left to them.
final class SignalRelay {
  private struct Shared {
    var count = 0
    nonisolated(unsafe) var sources: [Int32: any DispatchSourceSignal] = [:]
  }
  private static let shared = Mutex(Shared())
  private static let numbers = [SIGHUP, SIGINT, SIGQUIT, SIGTERM]

  init() {
    Self.shared.withLock { shared in
      shared.count += 1
      guard shared.count == 1 else { return }
      for number in Self.numbers where Self.isDefault(number) {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(
          signal: number, queue: .global(qos: .userInteractive))
        source.setEventHandler {
          ProcessGroup.endAll()
          signal(number, SIG_DFL)
          kill(getpid(), number)
        }
        source.resume()
        shared.sources[number] = source
      }
    }
  }

  func stop() {
    Self.shared.withLock { shared in
      shared.count -= 1
      guard shared.count == 0 else { return }
      for (number, source) in shared.sources {
        source.cancel()
        signal(number, SIG_DFL)
      }
      shared.sources = [:]
    }
  }

  private static func isDefault(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    return action.__sigaction_handler.sa_handler == nil
  }
}
