import Contracts
import Datasets
import Declarations
import Execution
import ExperimentConfig
import ExperimentPlan
import Foundation
import Kernels
import RunSupport
import Runner
import Stages
import Storage

/// Counts which stages really ran.
final class Spy: Sendable {
  private let runs = Mutex<[String]>([])
  private let said = Mutex<[String]>([])
  private let logged = Mutex<[String]>([])

  var observe: RunObserver {
    { [self] event in
      switch event {
      case .started(let task): runs.withLock { $0.append(task) }
      case .cacheRejected(let task, let reason): said.withLock { $0.append("\(task): \(reason)") }
      case .notice(let text): said.withLock { $0.append(text) }
      case .log(let task, let line, _): logged.withLock { $0.append("\(task): \(line)") }
      case .progress, .finished: break
      }
    }
  }

  var started: [String] { runs.withLock { $0.sorted() } }
  var notices: [String] { said.withLock { $0 } }
  var lines: [String] { logged.withLock { $0 } }
}

/// Small stages that compute next to nothing, for tests of the engine alone.
enum ToyStages {
  static let catalog = StageCatalog([
    StageVariant(Source.self), StageVariant(Scale.self), StageVariant(Total.self), StageVariant(Broken.self),
    StageVariant(Pictures.self), StageVariant(Reading.self), StageVariant(Fickle.self),
  ])
  static let grammar = Grammar(
    stages: catalog.signatures, figures: [], checks: [], data: DatasetCatalog.signatures)
  static let anyNumber = ParameterType.number(
    -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)

  struct Source: Stage {
    struct Parameters: Decodable { let value: Float }
    static let signature = StageSignature(
      phase: .`init`, kind: "source", summary: "two rows of a value",
      parameters: [.required("value", anyNumber, "the value")], output: .pairs)
    let parameters: Parameters

    func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
      context.log("made")
      let matrix = Matrix(rows: 2, columns: 1, values: [parameters.value, parameters.value])
      return .embeddings(EmbeddingFamily(Embeddings(x: matrix, y: matrix, isNormalized: false)))
    }
  }

  struct Scale: Stage {
    struct Parameters: Decodable { let by: Float }
    static let signature = StageSignature(
      phase: .shift, kind: "scale", summary: "times a number",
      parameters: [.required("by", anyNumber, "the factor")],
      input: .pairs, output: .pairs)
    let parameters: Parameters

    func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
      guard case .embeddings(let family)? = inputs.upstream.first?.artefact else { throw Broken.Failed() }
      let values = family.bases[0].x.values.map { $0 * parameters.by }
      let matrix = Matrix(rows: 2, columns: 1, values: values)
      return .embeddings(EmbeddingFamily(Embeddings(x: matrix, y: matrix, isNormalized: false)))
    }
  }

  struct Total: Stage {
    struct Parameters: Decodable { let plus: Double }
    static let signature = StageSignature(
      phase: .evaluate, kind: "total", summary: "the sum",
      parameters: [.defaulted("plus", anyNumber, 0, "added")],
      input: .pairs, output: .tables, columns: [TableColumn("total", .quantity, .real, "Total")])
    let parameters: Parameters

    func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
      var builder = TableBuilder()
      for (_, artefact) in inputs.upstream {
        guard case .embeddings(let family) = artefact else { continue }
        let sum = family.bases[0].x.values.reduce(0) { $0 + Double($1) }
        builder.append([("total", .real(sum + parameters.plus))])
      }
      return .tables([NamedTable("", builder.table())])
    }
  }

  /// Pictures as they are, each paired with itself.
  struct Pictures: Stage {
    struct Parameters: Decodable { let data: DataDescription }
    static let signature = StageSignature(
      phase: .`init`, kind: "pictures", summary: "pictures",
      parameters: [.required("data", .dataset, "which")],
      output: .pairs)
    let parameters: Parameters

    func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
      let data = try parameters.data.open()
      let matrix = try data.x.matrix(0..<data.count, budget: context.budget)
      return .embeddings(EmbeddingFamily(Embeddings(x: matrix, y: matrix, isNormalized: false)))
    }
  }

  /// The number that stands in a file; something may happen to the file meanwhile.
  struct Reading: Stage {
    struct Parameters: Decodable { let path: String }
    static let signature = StageSignature(
      phase: .`init`, kind: "reading", summary: "a number of a file",
      parameters: [.required("path", .file, "the file")], output: .pairs)
    let parameters: Parameters
    /// What happens meanwhile, by path: the number of the reading, and the moment.
    static let meanwhile = Mutex<[String: @Sendable (Int, Moment) -> Void]>([:])
    private static let readings = Mutex<[String: Int]>([:])

    enum Moment { case before, read, saved }

    func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
      let path = parameters.path
      let count = Self.readings.withLock { readings in
        readings[path, default: 0] += 1
        return readings[path] ?? 0
      }
      let meanwhile = Self.meanwhile.withLock { $0[path] }
      meanwhile?(count, .before)
      let text = try String(contentsOfFile: path, encoding: .utf8)
      meanwhile?(count, .read)
      try context.checkpoint.save(Array(text.utf8))
      meanwhile?(count, .saved)
      let value = Float(text) ?? .nan
      let matrix = Matrix(rows: 2, columns: 1, values: [value, value])
      return .embeddings(EmbeddingFamily(Embeddings(x: matrix, y: matrix, isNormalized: false)))
    }
  }

  /// Gives what `next` says, whatever its parameters are.
  struct Fickle: Stage {
    struct Parameters: Decodable { let name: String }
    static let signature = StageSignature(
      phase: .`init`, kind: "fickle", summary: "not reproducible",
      parameters: [.required("name", .string, "whose number")], output: .pairs)
    let parameters: Parameters
    static let next = Mutex<[String: Float]>([:])

    func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
      let value = Self.next.withLock { $0[parameters.name] ?? 0 }
      let matrix = Matrix(rows: 2, columns: 1, values: [value, value])
      return .embeddings(EmbeddingFamily(Embeddings(x: matrix, y: matrix, isNormalized: false)))
    }
  }

  struct Broken: Stage {
    struct Parameters: Decodable {}
    struct Failed: Failure {
      var kind: FailureKind { .stage }
      var message: String { "it always breaks" }
    }
    static let signature = StageSignature(
      phase: .evaluate, kind: "broken", summary: "always fails", input: .pairs, output: .tables,
      columns: [TableColumn("none", .quantity, .real, "None")])
    init(parameters: Parameters) {}

    func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact { throw Failed() }
  }
}

extension Workbench {
  /// Plans and runs a config of toy stages.
  ///
  /// - Parameter isStopped: interrupted when the first stage begins.
  @discardableResult
  func run(
    _ config: String, jobs: Int = 2, spy: Spy = Spy(), root: String = "results", isStopped: Bool = false,
    change: (inout RunOptions) -> Void = { _ in }
  ) throws -> RunSummary {
    let path = try write(config, to: "toy.json")
    let experiment = try ExperimentLoader(grammar: ToyStages.grammar, environment: [:]).load(path)
    var planner = Planner(experiment, grammar: ToyStages.grammar)
    var options = RunOptions(jobs: jobs)
    change(&options)
    let cancellation = Cancellation()
    return try Engine(
      plan: try planner.plan(), resultsRoot: "\(folder)/\(root)", options: options,
      catalog: ToyStages.catalog, cancellation: cancellation
    ) { event in
      if isStopped, case .started = event { cancellation.raise() }
      spy.observe(event)
    }.run()
  }

  /// An engine for a config of toy stages, to be run with others.
  ///
  /// - Parameter stopped: interrupted when the first stage begins.
  func engine(
    _ config: String, _ spy: Spy = Spy(), stopped: Cancellation? = nil,
    change: (inout RunOptions) -> Void = { _ in }
  ) throws -> Engine {
    let path = try write(config, to: "\(UUID().uuidString).json")
    let experiment = try ExperimentLoader(grammar: ToyStages.grammar, environment: [:]).load(path)
    var planner = Planner(experiment, grammar: ToyStages.grammar)
    var options = RunOptions(jobs: 2)
    change(&options)
    return Engine(
      plan: try planner.plan(), resultsRoot: results, options: options, catalog: ToyStages.catalog,
      cancellation: stopped ?? Cancellation()
    ) { event in
      if case .started = event { stopped?.raise() }
      spy.observe(event)
    }
  }

  /// The plan of a config of the program's own stages.
  func plan(_ config: String) throws -> Plan {
    let path = try write(config, to: "config.json")
    let grammar = Grammar(
      stages: stageCatalog.signatures, figures: [], checks: [], data: DatasetCatalog.signatures)
    let experiment = try ExperimentLoader(grammar: grammar, environment: [:]).load(path)
    var planner = Planner(experiment, grammar: grammar)
    return try planner.plan()
  }
}
