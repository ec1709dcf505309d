import Contracts
import Declarations
import Metrics

/// The contrastive loss of every member at every temperature: the loss landscape.
///
/// Candidates are the pair's own batch of `batch` consecutive pairs. A smaller last batch counts by its
/// size. The column `batch` says among how many candidates a pair's partner is looked for, all pairs being the most.
/// `loss` follows the objective: the mean of both directions, or x to y alone.
/// Source: Liang et al. 2022, Sec. 4.1 and 4.2, Fig. 3(b–d).
package struct ContrastiveLossEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var temperature: OneOrMany<Double>
    var batch: Int
    var objective: Objective
    var bootstrap: Int?
  }

  package enum Objective: String, Decodable, Sendable, CaseIterable {
    case symmetric
    case xToY = "x-to-y"
  }

  private static let usualBatch = 50

  package static let signature = StageSignature(
    phase: .evaluate, kind: "contrastive-loss", version: 2, versionWhere: Resampled.version(3),
    summary: "Contrastive loss in nats per pair, at one temperature or several.",
    parameters: [
      .required(
        "temperature", .oneOrMany(.positive),
        "Temperature τ that divides the similarities, or a list of temperatures."),
      .defaulted(
        "batch", .integer(0...1_000_000_000), .number(Double(usualBatch)),
        "Number of consecutive pairs whose members are each other's candidates; 0 for all pairs.",
        assuming: "the candidates of a pair are the \(usualBatch) consecutive pairs of its batch (column "
          + "`batch`); the loss increases with the number of candidates"),
      .defaulted(
        "objective", .choice(Objective.allCases.map(\.rawValue)), .string("symmetric"),
        "What the column `loss` is: the mean of both directions, or only x to y."),
      .bootstrap,
    ],
    input: .pairs, output: .tables, extraTables: [Resampled.table],
    extraColumns: [
      Resampled.table: [
        TableColumn("temperature", .key, .real, "Temperature τ"), Resampled.column,
        TableColumn("loss", .quantity, .real, "Contrastive loss of the sample", unit: "nats"),
        TableColumn("loss_x_to_y", .quantity, .real, "Contrastive loss of the sample, x to y", unit: "nats"),
        TableColumn("loss_y_to_x", .quantity, .real, "Contrastive loss of the sample, y to x", unit: "nats"),
      ]
    ],
    columns: [
      TableColumn("temperature", .key, .real, "Temperature τ"),
      TableColumn("batch", .key, .integer, "Pairs in a batch"), .distance,
      TableColumn("loss", .quantity, .real, "Contrastive loss", unit: "nats"),
      TableColumn("loss_x_to_y", .quantity, .real, "Contrastive loss, x to y", unit: "nats"),
      TableColumn("loss_y_to_x", .quantity, .real, "Contrastive loss, y to x", unit: "nats"),
    ], sometimesTables: Resampled.presence)

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let sources = try Source.all(inputs, for: "evaluate/contrastive-loss")
    let means = sources.reduce(0) { $0 + $1.family.members.count } * parameters.temperature.values.count
    var samples = try parameters.bootstrap.map {
      try ResampleTable(count: $0, of: ["loss", "loss_x_to_y", "loss_y_to_x"], means: means)
    }
    var rows = CoordinateTable()
    for source in sources {
      for group in try GapShiftGroup.groups(of: source.family, context.budget) {
        let resamples = try samples?.resamples(of: group.partners)
        try measure(group, source, context, &rows)
        if let resamples { try resample(group, source, resamples, context, &samples) }
      }
    }
    return .tables([NamedTable("", rows.table)] + (samples.map { [$0.named] } ?? []))
  }

  /// Pairs are drawn; the candidates of each stay those of its batch.
  private func resample(
    _ group: GapShiftGroup, _ source: Source, _ resamples: ItemResamples, _ context: StageContext,
    _ samples: inout ResampleTable?
  ) throws {
    let temperatures = parameters.temperature.values
    let owners = group.partners.itemOfY
    try group.forEachPairLosses(
      temperatures: temperatures, batch: parameters.batch, context.budget
    ) { member, temperature, losses in
      let both = try resamples.means([losses.xToY, losses.yToX], of: owners, context.budget)
      let chosen =
        parameters.objective == .xToY ? both[0] : zip(both[0], both[1]).map { ($0 + $1) / 2 }
      samples?.append(
        source.coordinates(group.members[member].index), [("temperature", .real(temperatures[temperature]))],
        [chosen] + both)
    }
  }

  private func measure(
    _ group: GapShiftGroup, _ source: Source, _ context: StageContext, _ rows: inout CoordinateTable
  ) throws {
    let temperatures = parameters.temperature.values
    let factors = try group.members.map(group.factors)
    let gaps = try group.gaps(factors, context.budget)
    let batch = parameters.batch
    let losses = try group.contrastiveLosses(
      factors, temperatures: temperatures, batch: batch, context.budget)
    let candidates = group.candidates(batch: batch)
    let short = group.pairsShortOfCandidates(batch: batch)
    if short.pairs > 0 {
      context.notices([
        "\(short.pairs) of \(group.partners.count) pairs have fewer candidates than the \(candidates) in column `batch` (the "
          + "fewest: \(short.fewest)), which makes their loss smaller: "
          + (group.partners.rounds.count > 1
            ? "items have different numbers of rows, or the last batch of a round is not full"
            : "the last batch is not full; choose a `batch` that divides the number of pairs")
      ])
    }
    for (place, member) in group.members.enumerated() {
      let distance = gaps[place].signedDistance(original: group.original)
      for (loss, temperature) in zip(losses[place], temperatures) {
        rows.append(source.coordinates(member.index), row(temperature, candidates, distance, loss))
      }
    }
  }

  private func row(
    _ temperature: Double, _ candidates: Int, _ distance: Double, _ loss: ContrastiveLossLandscape
  ) -> [(String, Cell)] {
    let chosen = parameters.objective == .xToY ? loss.xToY : loss.symmetric
    return [
      ("temperature", .real(temperature)), ("batch", .integer(candidates)), ("distance", .real(distance)),
      ("loss", .real(chosen)),
      ("loss_x_to_y", .real(loss.xToY)), ("loss_y_to_x", .real(loss.yToX)),
    ]
  }
}
