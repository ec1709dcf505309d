import Execution

/// What the stages of one engine share, one object of each type, such as a cache: no process-wide variable holds it.
package final class SharedObjects: Sendable {
  private let objects = Mutex<[ObjectIdentifier: any Sendable]>([:])

  package init() {}

  /// The object of this type, made where there is none yet.
  package func object<Object: Sendable>(_ make: () -> Object) -> Object {
    objects.withLock { objects in
      let key = ObjectIdentifier(Object.self)
      if let known = objects[key] as? Object { return known }
      let made = make()
      objects[key] = made
      return made
    }
  }

  /// Forgets all of them: an object that is in use stays alive, and the next request makes a new one.
  package func forget() { objects.withLock { $0 = [:] } }
}
