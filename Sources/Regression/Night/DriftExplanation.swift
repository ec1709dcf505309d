import Declarations

/// Which of the things that changed since the reference explains the numbers that moved: what comes back where it is
/// restored.
package struct DriftExplanation: Sendable, Equatable {
  /// The experiment once more, with some of what changed as it was.
  package struct Attempt: Sendable, Equatable {
    /// What was restored, as sentences name it: `OpenBLAS's kernel`.
    package let restored: [String]
    /// Of the moved numbers, those that are as they were.
    package let back: Set<NumberKey>
    /// Why there are no numbers; nil where there are.
    package let problem: String?

    package init(restored: [String], back: Set<NumberKey> = [], problem: String? = nil) {
      (self.restored, self.back, self.problem) = (restored, back, problem)
    }
  }

  package enum Conclusion: Sendable, Equatable {
    case nothingMoved
    /// Each of these by itself brings all numbers back.
    case each([String])
    /// Each of these explains some, and all together every number.
    case parts([String])
    /// Only all together bring all numbers back, and none of them any by itself.
    case combination([String])
    /// The most that comes back, and with what.
    case partly(back: Int, [String])
    case unexplained
  }

  package let moved: [NumberKey]
  /// One thing restored in each.
  package let singles: [Attempt]
  /// Everything restored that can be; nil where that is one thing or nothing.
  package let together: Attempt?

  package init(moved: [NumberKey], singles: [Attempt], together: Attempt?) {
    (self.moved, self.singles, self.together) = (moved, singles, together)
  }

  package var attempts: [Attempt] { singles + (together.map { [$0] } ?? []) }

  package func stillDiffer(_ attempt: Attempt) -> Int { moved.count - attempt.back.count }

  package var conclusion: Conclusion {
    guard !moved.isEmpty else { return .nothingMoved }
    let whole = singles.filter { stillDiffer($0) == 0 }
    if !whole.isEmpty { return .each(whole.flatMap(\.restored)) }
    let helpful = singles.filter { !$0.back.isEmpty }
    if let together, stillDiffer(together) == 0 {
      return helpful.isEmpty ? .combination(together.restored) : .parts(helpful.flatMap(\.restored))
    }
    guard let best = attempts.max(by: { $0.back.count < $1.back.count }), !best.back.isEmpty else {
      return .unexplained
    }
    return .partly(back: best.back.count, best.restored)
  }

  package var isExplained: Bool {
    switch conclusion {
    case .nothingMoved, .each, .parts, .combination: true
    case .partly, .unexplained: false
    }
  }

  /// `OpenBLAS's kernel explains 12 of 12 numbers`.
  package var sentence: String {
    let all = "\(moved.count) of \(counted(moved.count, "number"))"
    switch conclusion {
    case .nothingMoved: return "no number moved"
    case .each(let names):
      return names.count == 1
        ? "\(names[0]) explains \(all)" : "\(Self.list(names)) each explain \(all), by themselves"
    case .parts:
      let parts = singles.filter { !$0.back.isEmpty }.map {
        "\($0.restored.joined(separator: ", ")) explains \($0.back.count)"
      }
      return "\(parts.joined(separator: ", ")); all that was restored together explains \(all)"
    case .combination(let names):
      return "a combination explains \(all): none of \(Self.list(names)) does by itself, all together do"
    case .partly(let back, let names):
      return
        "\(Self.list(names)) \(names.count == 1 ? "explains" : "together explain") \(back) of \(counted(moved.count, "number")); nothing that was restored explains the other \(moved.count - back)"
    case .unexplained:
      return attempts.isEmpty
        ? "nothing was restored, so \(counted(moved.count, "number")) that moved \(moved.count == 1 ? "is" : "are") not explained"
        : "nothing that was restored explains any of the \(counted(moved.count, "number")) that moved"
    }
  }

  private static func list(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return "\(names.dropLast().joined(separator: ", ")) and \(last)"
  }
}

/// Numbers that are not those of the reference: by the rules of a night, but for numbers that were never calibrated, which
/// must be equal.
package struct MovedNumbers: Sendable {
  package let keys: [NumberKey]
  package let judged: Int

  /// - Throws: `RegressionFailure.repeated`.
  package init(
    _ reference: [ReferenceNumber], _ now: [ReferenceNumber], _ environment: EnvironmentClass
  ) throws {
    let found = try now.byKey()
    let judge = NumberJudge(environment, reference)
    var (moved, count) = ([NumberKey](), 0)
    for number in reference {
      guard let new = found[number.key] else {
        moved.append(number.key)
        count += 1
        continue
      }
      guard let differs = judge.differs(new, number) else { continue }
      count += 1
      if differs { moved.append(number.key) }
    }
    (keys, judged) = (moved, count)
  }
}

extension NumberJudge {
  /// Nil where the rule is none for this number here.
  fileprivate func differs(_ new: ReferenceNumber, _ reference: ReferenceNumber) -> Bool? {
    switch judge(new, reference) {
    case .same: false
    case .differs: true
    case .unjudged: !Self.isEqual(new, reference)
    case .passedOver: nil
    }
  }
}
