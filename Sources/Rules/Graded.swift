public import CEL

/// A level that may depend on conditions: the first that holds decides.
public struct Graded<Level: Sendable>: Sendable {
  public struct Case: Sendable {
    /// Nil: holds always.
    public var condition: Expression?
    public var level: Level
  }

  /// Never empty; the last holds always.
  public let cases: [Case]

  /// `last` decides where none of the others does.
  init(_ cases: [Case] = [], last: Level) {
    self.cases = cases + [Case(condition: nil, level: last)]
    self.last = last
  }

  private let last: Level

  /// Whether it depends on anything.
  public var isGraded: Bool { cases.count > 1 }

  /// The level where nothing else is known: of the case that holds always.
  public var standard: Level { last }

  /// The conditions that are looked at to find the level.
  func consulted(in activation: Activation) -> [Expression] {
    var consulted: [Expression] = []
    for condition in cases.prefix(while: { $0.condition != nil }).compactMap(\.condition) {
      consulted.append(condition)
      if case .bool(true) = condition.evaluate(in: activation).value { break }
    }
    return consulted
  }

  /// A condition that fails or cannot be decided does not hold, so that missing facts lead to the
  /// levels further down the list.
  func level(in activation: Activation) -> Level {
    for graded in cases {
      guard let condition = graded.condition else { return graded.level }
      if case .bool(true) = condition.evaluate(in: activation).value { return graded.level }
    }
    return last
  }
}

extension Graded where Level: Hashable {
  /// Every level that it may have, in the order of the file, each once.
  public var levels: [Level] {
    cases.map(\.level).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
