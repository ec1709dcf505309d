import Contracts
import Datasets
import Kernels

/// Some pairs of a data set that follow each other.
struct PairSlice: Sendable {
  let data: PairsOfData
  let range: Range<Int>

  func first(_ count: Int) -> PairSlice {
    PairSlice(data: data, range: range.lowerBound..<range.lowerBound + min(count, range.count))
  }
}

/// Which pairs a training learns, which it holds out, and which it is to embed in the end.
struct TrainingPairs: Sendable {
  let learnt: PairSlice
  let heldOut: PairSlice
  /// Those whose gap is logged.
  let watched: PairSlice
  let embedded: PairSlice

  /// Those of the data that the training itself names; of others the stage that made the network has told.
  let remarks: PairedData.Remarks

  /// - Parameter start: the data that the network was made for.
  /// - Throws: the data's failures, `StageFailure.tooFewPairs`, `.oneHeldOut`, `.nothingHeldOut`.
  init(_ parameters: TrainingParameters, _ network: DualNetwork, start: PairsOfData, in shared: SharedObjects)
    throws
  {
    func open(_ description: DataDescription) throws -> PairsOfData {
      network.prepared(try PairsOfData(keeping: description, in: shared), from: description)
    }
    let own = try parameters.data.map(open)
    let data = own ?? start
    let validation = try parameters.validation.map(open)
    remarks = { try (own?.remarks() ?? []) + (validation?.remarks() ?? []) }
    if let validation {
      learnt = PairSlice(data: data, range: 0..<data.count)
      heldOut = PairSlice(data: validation, range: 0..<validation.count)
        .first(parameters.heldOut ?? validation.count)
    } else {
      let count = max(0, data.count - parameters.heldOut(of: data.count))
      learnt = PairSlice(data: data, range: 0..<count)
      heldOut = PairSlice(data: data, range: count..<data.count)
    }
    guard learnt.range.count >= parameters.batch else {
      let heldOut = parameters.validation == nil ? parameters.heldOut(of: data.count) : 0
      throw StageFailure.tooFewPairs(pairs: data.count, heldOut: heldOut, batch: parameters.batch)
    }
    guard heldOut.range.count != 1 else { throw StageFailure.oneHeldOut }
    watched = (heldOut.range.isEmpty ? learnt : heldOut).first(500)
    guard parameters.embed == .heldOut else {
      embedded = PairSlice(data: data, range: 0..<data.count)
      return
    }
    guard !heldOut.range.isEmpty else { throw StageFailure.nothingHeldOut }
    embedded = heldOut
  }
}
