/// Macros: one round for each element of a list, or key of a map.
extension Evaluator {
  /// How many elements of `filter` and `map` leave evidence. There no single one decides.
  private static let recordedElements = 8

  /// The value of a macro; of `filter`, with the places of what it kept.
  mutating func run(_ macro: Plan.Comprehension) -> Range {
    let range = readRange(macro.range)
    switch range.value {
    case .list(let list): return run(macro, list, of: range, areFacts: true)
    case .map(let map):
      // A key is no fact of the host by itself; what is found under it is.
      let keys = Range(value: range.value)
      return run(macro, map.entries.map(\.key), of: keys, areFacts: false)
    case .error, .unknown: return Range(value: range.value)
    default:
      return Range(
        value: .failure("'\(macro.macro.rawValue)' does not take \(range.value.typeName)"))
    }
  }

  private mutating func run(
    _ macro: Plan.Comprehension, _ elements: [Value], of range: Range, areFacts: Bool
  ) -> Range {
    locals.append(
      Local(
        name: macro.variable, value: .null, origin: range.origin, list: range.path, index: 0,
        isFact: areFacts))
    defer { locals.removeLast() }
    var rounds = Rounds(macro: macro.macro, mark: trail.count)
    for (index, element) in elements.enumerated() {
      work.spend(1)
      if work.isExhausted { return Range(value: .null) }
      if case .unknown(let unknown) = element {
        rounds.addGap(name(unknown, range.path ?? .name(macro.variable)))
        continue
      }
      locals[macro.slot].value = element
      locals[macro.slot].index = range.places?[index] ?? index
      rounds.mark = trail.count
      if let decided = round(macro, element, &rounds) { return Range(value: decided) }
    }
    guard macro.macro == .filter else { return Range(value: rounds.result) }
    return Range(
      value: rounds.result, origin: range.origin, path: range.path, places: rounds.places)
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
      if holds {
        rounds.values.append(element)
        rounds.places.append(locals[macro.slot].index)
      }
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
  /// Places of the values in the list that `filter` took them from.
  var places: [Int] = []
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
