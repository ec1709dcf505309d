import Contracts
import Declarations
import Foundation

/// Gradient flow of gap and learnt temperature between parallel modalities whose pairs match.
///
/// With x_i = (√(1 − γ²)·e_i, γ) and y_i = (√(1 − γ²)·e_i, −γ) the loss depends on s = β(1 − γ²) alone:
/// L(s) = ln(1 + (n − 1)e^(−ms)), with m = 1 − e_i·e_j for all i ≠ j. With β = e^ν (`exp`) or ln(1 + e^ν) (`softplus`),
///
///     dγ/dt = 2βγL'(s),   dν/dt = −(dβ/dν)(1 − γ²)L'(s)
///
/// The paper's Lemma 3.1 says that γe^(−γ²/2)·β² (`exp`) and γe^(−γ²/2)·e^(β²) (`softplus`) do not change: `invariant_change` is the
/// change of the logarithm of that. `exact_change` is that of ln γ − γ²/2 + G(β), G' = 2β/(dβ/dν)², which no L can change.
/// `rate` = −d ln γ/d ln t. Integrated in ln(1 + t) by the classical method of Runge and Kutta.
/// Source: Yaras et al. 2025, arXiv:2412.07909; docs/literature.md, item 10.
package struct GradientFlowEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var parametrizations: OneOrMany<Parametrization>
    var times: OneOrMany<Double>
    var gap: Double
    var temperature: Double
    var pairs: Int
    var margin: Double
  }

  package static let signature = StageSignature(
    phase: .evaluate, kind: "gradient-flow",
    summary:
      "How gap and learnt temperature of parallel modalities develop by gradient flow; it reads no embeddings.",
    parameters: [
      .required(
        "parametrizations", .oneOrMany(.choice(Parametrization.allCases.map(\.rawValue))),
        "How 1/τ depends on what is learnt: `exp` or `softplus`."),
      .required("times", .sweep(0...1e15), "Times of the flow."),
      .defaulted("gap", .number(1e-6...0.999), 0.4, "The offset γ at time 0."),
      .defaulted("temperature", .number(0.002...10), 0.07, "The temperature τ = 1/β at time 0."),
      .defaulted("pairs", .integer(2...1_000_000_000), 512, "Number n of pairs."),
      .defaulted(
        "margin", .number(0.001...2), 1, "1 less the cosine similarity m of different pairs, gap apart."),
    ],
    output: .tables,
    columns: [
      TableColumn("parametrization", .label, .text, "Parametrization of the temperature"),
      TableColumn("time", .key, .real, "Time"),
      TableColumn("gap", .quantity, .real, "Offset γ"),
      TableColumn("log_gap", .quantity, .real, "ln γ"),
      TableColumn("scale", .quantity, .real, "1/τ"),
      TableColumn("invariant_change", .quantity, .real, "Change of the logarithm of the paper's invariant"),
      TableColumn("exact_change", .quantity, .real, "Change of the logarithm of the exact invariant"),
      TableColumn("rate", .quantity, .real, "−d ln γ/d ln t"),
    ])

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    var rows = TableBuilder()
    for parametrization in parameters.parametrizations.values {
      var flow = GapFlow(
        parametrization: parametrization, logOthers: log(Double(parameters.pairs - 1)),
        margin: parameters.margin,
        gap: parameters.gap, scale: 1 / parameters.temperature)
      let start = flow
      var states: [Double: GapFlow] = [:]
      for time in Set(parameters.times.values).sorted() {
        flow.advance(to: time)
        states[time] = flow
      }
      for time in parameters.times.values {
        if let state = states[time] { rows.append(Self.row(parametrization, state, since: start)) }
      }
    }
    return .tables([NamedTable("", rows.table())])
  }

  private static func row(
    _ parametrization: Parametrization, _ state: GapFlow, since start: GapFlow
  ) -> [(String, Cell)] {
    let common = state.logGap - start.logGap - (state.gap * state.gap - start.gap * start.gap) / 2
    let (from, to) = (start.scale, state.scale)
    return [
      ("parametrization", .text(parametrization.rawValue)), ("time", .real(state.time)),
      ("gap", .real(state.gap)), ("log_gap", .real(state.logGap)), ("scale", .real(to)),
      ("invariant_change", .real(common + parametrization.printed(to) - parametrization.printed(from))),
      ("exact_change", .real(common + parametrization.exactChange(from, to))),
      ("rate", .real(-state.time * state.slopes.logGap)),
    ]
  }
}

/// What of the temperature is learnt: β = 1/τ as a function of ν.
package enum Parametrization: String, CaseIterable, Decodable, Sendable {
  case exp
  case softplus

  func scale(_ nu: Double) -> Double {
    switch self {
    case .exp: Foundation.exp(nu)
    case .softplus: nu > 0 ? nu + log1p(Foundation.exp(-nu)) : log1p(Foundation.exp(nu))
    }
  }

  func learnt(_ scale: Double) -> Double {
    switch self {
    case .exp: log(scale)
    case .softplus: scale + log(-expm1(-scale))
    }
  }

  /// dβ/dν as a function of β.
  func derivative(_ scale: Double) -> Double {
    switch self {
    case .exp: scale
    case .softplus: -expm1(-scale)
    }
  }

  /// What the paper adds to ln γ − γ²/2.
  func printed(_ scale: Double) -> Double { self == .exp ? 2 * log(scale) : scale * scale }

  /// ∫ 2β/(dβ/dν)² dβ, by Simpson's rule.
  func exactChange(_ from: Double, _ to: Double) -> Double {
    let steps = 2000
    let width = (to - from) / Double(steps)
    let sum = (0...steps).reduce(0.0) { sum, step in
      let scale = from + width * Double(step)
      let weight = step == 0 || step == steps ? 1.0 : step % 2 == 1 ? 4 : 2
      return sum + weight * 2 * scale / (derivative(scale) * derivative(scale))
    }
    return sum * width / 3
  }
}

/// The flow of ln γ and ν; ln γ, because γ itself soon is too small for a double.
struct GapFlow {
  let parametrization: Parametrization
  let logOthers: Double
  let margin: Double
  private(set) var logGap: Double
  private var nu: Double
  private(set) var time = 0.0

  init(parametrization: Parametrization, logOthers: Double, margin: Double, gap: Double, scale: Double) {
    (self.parametrization, self.logOthers, self.margin) = (parametrization, logOthers, margin)
    (logGap, nu) = (log(gap), parametrization.learnt(scale))
  }

  var gap: Double { exp(logGap) }
  var scale: Double { parametrization.scale(nu) }
  /// By time.
  var slopes: (logGap: Double, nu: Double) { slopes(logGap, nu) }

  private func slopes(_ logGap: Double, _ nu: Double) -> (logGap: Double, nu: Double) {
    let (beta, rest) = (parametrization.scale(nu), -expm1(2 * logGap))
    // L'(s) = −m/(1 + e^(ms)/(n − 1)).
    let slope = -margin / (1 + exp(margin * beta * rest - logOthers))
    return (2 * beta * slope, -parametrization.derivative(beta) * rest * slope)
  }

  /// In steps of u = ln(1 + t), in which the flow has one pace: dt/du = 1 + t.
  mutating func advance(to end: Double) {
    let (from, to) = (log1p(time), log1p(end))
    let steps = max(1, Int(((to - from) * 1000).rounded(.up)))
    let width = (to - from) / Double(steps)
    for step in 0..<steps where to > from { self.step(at: from + width * Double(step), width) }
    time = end
  }

  private mutating func step(at u: Double, _ width: Double) {
    func slope(_ part: Double, _ before: (Double, Double)) -> (Double, Double) {
      let pace = exp(u + part * width)
      let found = slopes(logGap + part * width * before.0, nu + part * width * before.1)
      return (pace * found.logGap, pace * found.nu)
    }
    let k1 = slope(0, (0, 0))
    let k2 = slope(0.5, k1)
    let k3 = slope(0.5, k2)
    let k4 = slope(1, k3)
    logGap += width / 6 * (k1.0 + 2 * k2.0 + 2 * k3.0 + k4.0)
    nu += width / 6 * (k1.1 + 2 * k2.1 + 2 * k3.1 + k4.1)
  }
}
