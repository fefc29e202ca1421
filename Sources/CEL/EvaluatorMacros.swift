/// Macros: one round for each element of a list, or key of a map.
extension Evaluator {
  /// How many elements of `filter` and `map` leave evidence. There no single one decides.
  private static let recordedElements = 8

  mutating func evaluate(_ macro: Plan.Comprehension) -> Value {
    let range = readRange(macro.range)
    switch range.value {
    case .list(let list):
      return evaluate(macro, list, origin: range.origin, path: range.path, isFact: true)
    case .map(let map):
      return evaluate(
        macro, map.entries.map(\.key), origin: range.origin, path: nil, isFact: false)
    case .error, .unknown: return range.value
    default:
      return .failure("'\(macro.macro.rawValue)' does not take \(range.value.typeName)")
    }
  }

  private mutating func evaluate(
    _ macro: Plan.Comprehension, _ elements: [Value], origin: Origin?, path: FactPath?,
    isFact: Bool
  ) -> Value {
    locals.append(
      Local(
        name: macro.variable, value: .null, origin: origin, list: path, index: 0, isFact: isFact))
    defer { locals.removeLast() }
    var rounds = Rounds(macro: macro.macro, mark: trail.count)
    for (index, element) in elements.enumerated() {
      work.spend(1)
      if work.isExhausted { return .null }
      if case .unknown(let unknown) = element {
        rounds.addGap(name(unknown, path ?? .name(macro.variable)))
        continue
      }
      locals[macro.slot].value = element
      locals[macro.slot].index = index
      rounds.mark = trail.count
      if let decided = round(macro, element, &rounds) { return decided }
    }
    return rounds.result
  }

  /// One round; the value of the whole, if this element decides it.
  private mutating func round(
    _ macro: Plan.Comprehension, _ element: Value, _ rounds: inout Rounds
  ) -> Value? {
    let condition = macro.condition.map { evaluate($0) } ?? .bool(true)
    guard case .bool(let holds) = condition else {
      rounds.undecided.add(
        condition.isMissing
          ? condition
          : .failure("the condition of '\(macro.macro.rawValue)' is \(condition.typeName)"))
      trail.removeSubrange(rounds.mark...)
      return nil
    }
    switch macro.macro {
    case .exists where holds, .all where !holds: return .bool(holds)
    case .exists, .all: trail.removeSubrange(rounds.mark...)
    case .existsOne:
      if holds { rounds.matches += 1 }
      keepEvidence(if: holds, &rounds)
    case .filter:
      if holds { rounds.values.append(element) }
      keepEvidence(if: holds, &rounds)
    case .map:
      if holds, let transform = macro.transform {
        let value = evaluate(transform)
        if value.isMissing { rounds.undecided.add(value) } else { rounds.values.append(value) }
      }
      keepEvidence(if: holds, &rounds)
    }
    return nil
  }

  private mutating func keepEvidence(if holds: Bool, _ rounds: inout Rounds) {
    if holds, rounds.recorded < Evaluator.recordedElements {
      rounds.recorded += 1
    } else {
      trail.removeSubrange(rounds.mark...)
    }
  }
}

/// What the rounds of a macro have come to.
private struct Rounds {
  let macro: Macro
  /// Where the trail stood before this round.
  var mark: Int
  var matches = 0
  /// Elements that left evidence.
  var recorded = 0
  var values: [Value] = []
  /// Rounds that were unknown or failed.
  var undecided = Undecided()
  /// What could not be read of the list itself.
  var gap: Value?

  init(macro: Macro, mark: Int) {
    self.macro = macro
    self.mark = mark
  }

  mutating func addGap(_ unknown: Value) {
    gap = gap.map { Value.missing(of: [$0, unknown]) } ?? unknown
  }

  /// The value after the last round, where no element decided.
  var result: Value {
    var all = undecided
    if let gap { all.add(gap) }
    switch macro {
    case .all: return all.value ?? .bool(true)
    case .exists: return all.value ?? .bool(false)
    case .existsOne:
      // Two are too many, whatever could not be read; an error is an error, as specified.
      if matches > 1, case .unknown? = all.value { return undecided.error ?? .bool(false) }
      return all.value ?? .bool(matches == 1)
    case .filter, .map:
      // A gap in the list is a gap in the result; a round without a result is none at all.
      if undecided.value != nil, let value = all.value { return value }
      return .list(values + (gap.map { [$0] } ?? []))
    }
  }
}
