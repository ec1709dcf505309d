/// A pointer that several blocks write through, each to a place of its own.
///
/// The compiler cannot see that blocks never overlap; whoever makes one promises it.
package struct Shared<Element>: @unchecked Sendable {
  package let pointer: UnsafeMutablePointer<Element>

  package init(@_nonEphemeral _ pointer: UnsafeMutablePointer<Element>) { self.pointer = pointer }

  package init(@_nonEphemeral _ pointer: UnsafePointer<Element>) {
    self.pointer = UnsafeMutablePointer(mutating: pointer)
  }
}
