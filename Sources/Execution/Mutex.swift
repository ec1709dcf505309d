#if SANITIZE_THREAD
  import Glibc

  /// The standard library's `Mutex` by the C library's: ThreadSanitizer sees this one being locked, and not the other,
  /// which lies in a library that is not built for it.
  package struct Mutex<Value>: ~Copyable, @unchecked Sendable {
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let value = UnsafeMutablePointer<Value>.allocate(capacity: 1)

    package init(_ initial: consuming sending Value) {
      pthread_mutex_init(lock, nil)
      value.initialize(to: initial)
    }

    deinit {
      pthread_mutex_destroy(lock)
      lock.deallocate()
      value.deinitialize(count: 1)
      value.deallocate()
    }

    package borrowing func withLock<Result, Thrown: Error>(
      _ body: (inout sending Value) throws(Thrown) -> sending Result
    ) throws(Thrown) -> sending Result {
      pthread_mutex_lock(lock)
      defer { pthread_mutex_unlock(lock) }
      return try body(&value.pointee)
    }
  }
#else
  import Synchronization

  package typealias Mutex<Value: ~Copyable> = Synchronization.Mutex<Value>
#endif
