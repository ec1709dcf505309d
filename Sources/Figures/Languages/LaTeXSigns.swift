/// What pdfTeX's fonts lack and TeX has a command for; XeTeX and LuaTeX understand the commands, too.
enum LaTeXSigns {
  static let codes: [Unicode.Scalar: String] = {
    var codes = text
    for (scalar, command) in mathematics { codes[scalar] = "\\ensuremath{\(command)}" }
    for (scalar, raised) in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵀ".unicodeScalars, "0123456789+-T") {
      codes[scalar] = "\\ensuremath{^{\(raised)}}"
    }
    for (scalar, lowered) in zip("₀₁₂₃₄₅₆₇₈₉₊₋".unicodeScalars, "0123456789+-") {
      codes[scalar] = "\\ensuremath{_{\(lowered)}}"
    }
    return codes
  }()

  /// Letters that pdfTeX makes of its oldest encoding's: Latin with accents, but not those that have an ogonek or a stroke of
  /// their own.
  static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    (0xC0...0x17F).contains(scalar.value) && scalar.properties.isAlphabetic
      && !"ÐÞðþĄąĐđĘęĦħĮįıĲĳĸŊŋŦŧŲųŉŀĿſ".unicodeScalars.contains(scalar)
  }

  /// A character that only engines with Unicode fonts can set: pdfTeX shows a question mark instead of stopping.
  static func whereKnown(_ scalar: Unicode.Scalar) -> String {
    "\\ifx\\Umathchar\\undefined?\\else \(scalar)\\fi{}"
  }

  private static let text: [Unicode.Scalar: String] = [
    "\u{A0}": "~", "§": "\\S{}", "¶": "\\P{}", "°": "\\ensuremath{^\\circ}", "–": "\\textendash{}",
    "—": "\\textemdash{}", "…": "\\ldots{}", "‘": "\\textquoteleft{}", "’": "\\textquoteright{}",
    "“": "\\textquotedblleft{}", "”": "\\textquotedblright{}", "\u{2011}": "-{}", "©": "\\copyright{}",
  ]

  private static let mathematics: [Unicode.Scalar: String] = [
    "±": "\\pm", "×": "\\times", "÷": "\\div", "·": "\\cdot", "⋅": "\\cdot", "∗": "\\ast", "•": "\\bullet",
    "−": "-", "¬": "\\neg", "½": "\\frac12", "¼": "\\frac14", "¾": "\\frac34", "µ": "\\mu", "«": "\\ll",
    "»": "\\gg",
    "≤": "\\le", "≥": "\\ge", "≠": "\\ne", "≈": "\\approx", "≡": "\\equiv", "∼": "\\sim", "∝": "\\propto",
    "∞": "\\infty", "∂": "\\partial", "∇": "\\nabla", "√": "\\surd", "∑": "\\sum", "∏": "\\prod",
    "∫": "\\int",
    "∈": "\\in", "∉": "\\notin", "∩": "\\cap", "∪": "\\cup", "⊂": "\\subset", "⊆": "\\subseteq",
    "∅": "\\emptyset",
    "∀": "\\forall", "∃": "\\exists", "⊥": "\\perp", "∥": "\\parallel", "‖": "\\|", "′": "\\prime",
    "ℓ": "\\ell",
    "⟨": "\\langle", "⟩": "\\rangle", "⌊": "\\lfloor", "⌋": "\\rfloor", "⌈": "\\lceil", "⌉": "\\rceil",
    "→": "\\to", "←": "\\leftarrow", "↔": "\\leftrightarrow", "⇒": "\\Rightarrow", "↑": "\\uparrow",
    "↓": "\\downarrow",
    "α": "\\alpha", "β": "\\beta", "γ": "\\gamma", "δ": "\\delta", "ε": "\\varepsilon", "ζ": "\\zeta",
    "η": "\\eta",
    "θ": "\\theta", "ι": "\\iota", "κ": "\\kappa", "λ": "\\lambda", "μ": "\\mu", "ν": "\\nu", "ξ": "\\xi",
    "ο": "o",
    "π": "\\pi", "ρ": "\\rho", "ς": "\\varsigma", "σ": "\\sigma", "τ": "\\tau", "υ": "\\upsilon",
    "φ": "\\varphi",
    "χ": "\\chi", "ψ": "\\psi", "ω": "\\omega", "Γ": "\\Gamma", "Δ": "\\Delta", "Θ": "\\Theta",
    "Λ": "\\Lambda",
    "Ξ": "\\Xi", "Π": "\\Pi", "Σ": "\\Sigma", "Υ": "\\Upsilon", "Φ": "\\Phi", "Ψ": "\\Psi", "Ω": "\\Omega",
  ]
}
