import Declarations

/// What a stage reports about its result. It is stored with the result and is not part of its digest.
package struct StageNotes: Sendable, Equatable, Codable {
  package struct Fact: Sendable, Equatable, Codable {
    package let name: String
    package let value: String
    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// What a reader of the result should know: assumptions, what was cut.
  package private(set) var notices: [String] = []
  /// What was used: `tokenizer`, `bytes`.
  package private(set) var facts: [Fact] = []

  package init() {}

  package var isEmpty: Bool { notices.isEmpty && facts.isEmpty }

  /// - Returns: whether it was not said before.
  @discardableResult
  package mutating func add(notice: String) -> Bool {
    if notices.contains(where: { $0.utf8.elementsEqual(notice.utf8) }) { return false }
    notices.append(notice)
    return true
  }

  /// The last value under a name counts.
  package mutating func add(fact name: String, _ value: String) {
    facts.removeAll { $0.name == name }
    facts.append(Fact(name: name, value: value))
  }
}

extension StageNotes {
  package var json: JSONValue {
    .object([
      "notices": .array(notices.map { .string($0) }),
      "facts": .array(facts.map { .array([.string($0.name), .string($0.value)]) }),
    ])
  }

  /// Nil if the value does not have the form that `json` gives.
  package init?(_ json: JSONValue) {
    guard let notices = json["notices"]?.array, let facts = json["facts"]?.array else { return nil }
    for notice in notices { _ = notice.string.map { add(notice: $0) } }
    for fact in facts {
      guard let name = fact.array?.first?.string, let value = fact.array?.last?.string else { return nil }
      add(fact: name, value)
    }
  }
}
