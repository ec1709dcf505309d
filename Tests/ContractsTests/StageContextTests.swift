import Contracts
import Declarations
import Execution
import Kernels
import Testing

/// What a stage finds around it.
@Suite struct StageContextTests {
  private final class Lines: Sendable {
    private let kept = Mutex<[String]>([])
    var all: [String] { kept.withLock { $0 } }
    func add(_ line: String) { kept.withLock { $0.append(line) } }
  }

  private func context(
    _ stage: String = "s", seed: UInt64 = 1, log: Lines = Lines(), notices: Lines? = nil
  )
    -> StageContext
  {
    StageContext(
      stageID: stage, seed: seed, budget: ThreadBudget(jobs: 1), log: log.add, notice: notices.map { $0.add })
  }

  @Test func aSentenceIsNoticedOnce() {
    let (log, notices) = (Lines(), Lines())
    context(log: log, notices: notices).notices(["a", "b", "a", "caf\u{e9}", "b"])
    #expect(notices.all == ["a", "b", "caf\u{e9}"] && log.all.isEmpty)
  }

  @Test func withoutAPlaceForNoticesTheyAreLogged() {
    let log = Lines()
    let context = context(log: log)
    context.notice("n")
    context.news("o")
    #expect(log.all == ["n", "o"])
  }

  @Test func aStreamIsThatOfSeedStageAndName() {
    func numbers(_ context: StageContext, _ name: String) -> [Float] {
      var values = [Float](repeating: 0, count: 8)
      values.withSlice { context.random(name).gaussians(into: $0) }
      return values
    }
    let first = numbers(context(), "a")
    #expect(first == numbers(context(), "a"))
    for other in [
      numbers(context(), "b"), numbers(context("t"), "a"), numbers(context(seed: 2), "a"),
    ] {
      #expect(zip(first, other).allSatisfy { $0 != $1 })
    }
  }

  @Test func rowsNameWhatTheyAreOfWhereSeveralAreRead() {
    let tables = Artefact.tables([])
    #expect(!StageInputs(upstream: [("a", tables)]).namesUpstream)
    #expect(!StageInputs(upstream: [("a", tables), ("a", tables)]).namesUpstream)
    #expect(StageInputs(upstream: [("a", tables), ("b", tables)]).namesUpstream)
    #expect(StageInputs(upstream: [("a", tables)], namesUpstream: true).namesUpstream)
  }
}

@Suite struct SharedObjectsTests {
  private final class Cache: Sendable {}
  private final class Other: Sendable {}

  @Test func oneTypeHasOneObjectForAllThreads() throws {
    let shared = SharedObjects()
    let made = Mutex(0)
    let budget = ThreadBudget(jobs: 4)
    budget.acquire()
    defer { budget.release() }
    let objects = try budget.map(blocks: 200) { _ in
      shared.object { () -> Cache in
        made.withLock { $0 += 1 }
        return Cache()
      }
    }
    #expect(made.withLock { $0 } == 1 && objects.allSatisfy { $0 === objects[0] })
    #expect(shared.object { Other() } === shared.object { Other() })
    #expect(SharedObjects().object { Cache() } !== objects[0], "another engine has its own")
    shared.forget()
    #expect(shared.object { Cache() } !== objects[0])
  }
}

@Suite struct StageNotesTests {
  @Test func theyComeBackFromJSON() throws {
    var notes = StageNotes()
    #expect(notes.isEmpty)
    #expect(
      notes.add(notice: "caf\u{e9}") && notes.add(notice: "cafe\u{301}") && !notes.add(notice: "caf\u{e9}"))
    notes.add(fact: "tokenizer", "bytes")
    notes.add(fact: "size", "3")
    notes.add(fact: "tokenizer", "letters")
    #expect(notes.notices.count == 2 && notes.facts.map(\.value) == ["3", "letters"])
    #expect(StageNotes(notes.json) == notes)
  }

  @Test(
    arguments: [.null, .array([]), .object(["notices": .array([])]), .object(["facts": .array([])])]
      as [JSONValue])
  func whatIsNoNotesIsNone(json: JSONValue) {
    #expect(StageNotes(json) == nil)
  }
}
