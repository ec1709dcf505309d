import Contracts
import Execution
import Metrics

/// How the items are classified at one shift.
struct ClassifiedShift {
  let coordinates: [Coordinate]
  let factors: GapShiftGroup.Factors
  /// Of the centroids, negative where the sides have changed places.
  let distance: Double
  let answers: ZeroShotAnswers
}

extension GapShiftGroup {
  /// All shifts of the group, from one product.
  func classified(
    _ labels: [Int32], of source: Source, _ budget: ThreadBudget
  ) throws -> [ClassifiedShift] {
    let factors = try members.map(self.factors)
    let gaps = try self.gaps(factors, budget)
    let answers = try zeroShot(factors, labels: labels, budget)
    return members.indices.map { place in
      ClassifiedShift(
        coordinates: source.coordinates(members[place].index), factors: factors[place],
        distance: gaps[place].signedDistance(original: original), answers: answers[place])
    }
  }
}

extension Source {
  /// Whether its items have ids.
  var hasIDs: Bool { family.bases.contains { !$0.annotations.ids.isEmpty } }

  /// The id of each row of x of a group's members, which have one base; empty texts where there are none.
  func ids(of group: GapShiftGroup) throws -> [String] {
    guard let member = group.members.first.map({ family.members[$0.index] }) else { return [] }
    let ids = try family.bases[member.base].annotations(of: .x).ids
    return ids.isEmpty ? [String](repeating: "", count: group.x.rows) : ids
  }
}
