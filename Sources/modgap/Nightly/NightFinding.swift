import Regression

/// What claims rest on is a finding, too.
typealias NightFinding = Finding
