/// A pointer that several blocks write through, each to a place of its own.
///
/// How far it goes is said where one is made, beside the blocks that cut it. The compiler cannot see that blocks
/// never overlap; whoever makes one promises it.
package struct Shared<Element>: @unchecked Sendable {
  package let pointer: UnsafeMutablePointer<Element>

  package init(@_nonEphemeral _ pointer: UnsafeMutablePointer<Element>) { self.pointer = pointer }

  package init(@_nonEphemeral _ pointer: UnsafePointer<Element>) {
    self.pointer = UnsafeMutablePointer(mutating: pointer)
  }
}

/// A buffer that several blocks write through, each to places of its own. It knows its length, which debug
/// builds check.
///
/// The compiler cannot see that blocks never overlap; whoever makes one promises it.
package struct SharedBuffer<Element>: @unchecked Sendable {
  package let buffer: UnsafeMutableBufferPointer<Element>

  package init(_ buffer: UnsafeMutableBufferPointer<Element>) { self.buffer = buffer }
}
