import Execution

/// x·Φ(x), Φ being the distribution function of N(0, 1), and its backward; beside `FastMath`, so that the
/// loops become vector code.
///
/// With t = 1/(1 + 0.3·|x|/√2), Φ(−|x|) = ½·erfc(|x|/√2) = e^(−x²/2)·t·Q(t), where Q is a polynomial fitted
/// to a relative error of 2e-8 on |x| ≤ 14; x·Φ(x) is right to 2e-7 of max(1, |x|).
enum Gelu {
  /// The density's factor 1/√(2π).
  @inline(__always) private static var density: Float { 0.398_942_28 }

  /// Φ(x) and e^(−x²/2).
  @inline(__always)
  private static func distribution(_ x: Float) -> (below: Float, power: Float) {
    let a = abs(x)
    let t = 1 / (1 + a * 0.212_132_03)
    var q: Float = t * -6.476_138_5e-2 + 2.427_812_8e-1
    q = q * t - 2.561_383_8e-1
    q = q * t + 2.738_592_7e-1
    q = q * t - 4.732_487_0e-2
    q = q * t + 1.074_628_2e-1
    q = q * t + 7.416_963_6e-2
    q = q * t + 8.535_760_7e-2
    q = q * t + 8.459_400_3e-2
    let power = FastMath.exp(a * a * -0.5)
    let tail = power * (q * t)
    return (x < 0 ? tail : 1 - tail, power)
  }

  @inline(__always)
  static func value(_ x: Float) -> Float { x * distribution(x).below }

  static func apply(_ x: FloatSlice, into out: FloatSlice) {
    let out = out[x.indices]
    for index in x.indices { out[index] = value(x[index]) }
  }

  /// x ← d·g′(x), g′ = Φ(x) + x·φ(x), and d ← g(x).
  static func backward(_ x: FloatSlice, gradient d: FloatSlice) {
    let d = d[x.indices]
    for index in x.indices {
      let value = x[index]
      let (below, power) = distribution(value)
      x[index] = d[index] * (below + value * power * density)
      d[index] = value * below
    }
  }
}

/// ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))) and its backward. As ½·(1 + tanh u) = σ(2u), it is x·σ(v) with
/// v = x·(a + b·x²), a = 2·√(2/π) and b = 0.044715·a.
enum GeluTanh {
  @inline(__always) private static var a: Float { 1.595_769_1 }
  @inline(__always) private static var b: Float { 7.135_481_6e-2 }

  @inline(__always)
  static func value(_ x: Float) -> Float { x * FastMath.sigmoid(x * (a + b * (x * x))) }

  static func apply(_ x: FloatSlice, into out: FloatSlice) {
    let out = out[x.indices]
    for index in x.indices { out[index] = value(x[index]) }
  }

  /// x ← d·g′(x), g′ = σ·(1 + x·(a + 3·b·x²)·(1 − σ)), and d ← g(x); 1 − σ = e^(−v)·σ is not rounded near 1.
  static func backward(_ x: FloatSlice, gradient d: FloatSlice) {
    let d = d[x.indices]
    for index in x.indices {
      let value = x[index]
      let square = value * value
      let power = FastMath.exp(-(value * (a + b * square)))
      let share = 1 / (1 + power)
      x[index] = d[index] * (share * (1 + value * (a + 3 * b * square) * (power * share)))
      d[index] = value * share
    }
  }
}
