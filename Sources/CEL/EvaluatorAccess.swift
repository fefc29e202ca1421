/// Reading facts and parts of values.
extension Evaluator {
  /// Where a chain led.
  enum Reached {
    case value(Value, Origin?)
    /// A fact that does not exist: how many steps led to it, and why.
    case absent(steps: Int, why: String)
    /// An error, or an unknown that names what is missing.
    case missing(Value)
  }

  /// The value at the end of a chain, recorded if it is a fact.
  mutating func read(_ access: Access) -> Value {
    var trace = Trace()
    switch reach(access, steps: access.steps.count, &trace) {
    case .value(let value, let origin):
      if isRecording { record(value, origin, access, trace) }
      return value
    case .absent(let steps, let why):
      let path = path(of: access, steps: steps, trace)
      return .failure("'\(path.text)' does not exist\(why.isEmpty ? "" : ": \(why)")")
    case .missing(let value): return value
    }
  }

  /// Whether the last field of a chain exists. It does not where what should hold it does not.
  mutating func has(_ access: Access) -> Value {
    guard case .field(let name) = access.steps.last else { return .failure("'has' wants a field") }
    var trace = Trace()
    let holder: Value
    let origin: Origin?
    switch reach(access, steps: access.steps.count - 1, &trace) {
    case .value(let value, let valueOrigin): (holder, origin) = (value, valueOrigin)
    case .absent: return .bool(false)
    case .missing(let value): return value
    }
    if case .map(let map) = holder, map[.string(name)] == nil { return .bool(false) }
    switch field(name, of: holder) {
    case .value(.unknown(let unknown), _), .missing(.unknown(let unknown)):
      return self.name(unknown, path(of: access, steps: access.steps.count, trace))
    case .value(let value, let own):
      if isRecording { record(value, own ?? origin, access, trace) }
      return .bool(true)
    case .absent: return .bool(false)
    case .missing(let value): return value
    }
  }

  /// What a macro ranges over.
  struct Range {
    var value: Value
    var origin: Origin?
    /// The list of facts that the elements are from; nil where they are made by the expression.
    var path: FactPath?
    /// Places of the elements in that list; nil where it is the whole of it.
    var places: [Int]?
  }

  /// Reads what a macro ranges over. Not recorded.
  mutating func readRange(_ plan: Plan) -> Range {
    switch plan {
    case .comprehension(let macro) where macro.macro == .filter: return run(macro)
    case .access(let access):
      var trace = Trace()
      switch reach(access, steps: access.steps.count, &trace) {
      case .value(let value, let origin):
        let path = trace.isFact ? path(of: access, steps: access.steps.count, trace) : nil
        return Range(value: value, origin: origin, path: path)
      case .absent: return Range(value: read(access))
      case .missing(let value): return Range(value: value)
      }
    default: return Range(value: evaluate(plan))
    }
  }

  // MARK: Steps

  /// What was found on the way along a chain and is needed to spell its path.
  struct Trace {
    /// The name of the variable at the root.
    var name = ""
    /// Steps that belong to that name.
    var start = 0
    /// Values of the index steps, in order.
    var keys: [Value] = []
    var isFact = true
  }

  private mutating func reach(_ access: Access, steps: Int, _ trace: inout Trace) -> Reached {
    var value: Value
    var origin: Origin?
    switch root(access, steps: steps, &trace) {
    case .value(.unknown(let unknown), _):
      return .missing(name(unknown, path(of: access, steps: trace.start, trace)))
    case .value(let rootValue, let rootOrigin): (value, origin) = (rootValue, rootOrigin)
    case let other: return other
    }
    var position = trace.start
    while position < steps {
      work.spend(1)
      let next: Reached
      switch access.steps[position] {
      case .field(let name): next = field(name, of: value)
      case .index(let plan):
        let key = evaluate(plan)
        if key.isMissing { return .missing(key) }
        trace.keys.append(key)
        next = element(key, of: value)
      }
      position += 1
      switch next {
      case .value(.unknown(let unknown), _):
        return .missing(name(unknown, path(of: access, steps: position, trace)))
      case .value(let part, let partOrigin):
        value = part
        origin = partOrigin ?? origin
      case .absent(_, let why): return .absent(steps: position, why: why)
      case .missing(.unknown(let unknown)):
        // The rest of a partly read list belongs to the list, not to the place asked for.
        let isRest = if case .list = value { true } else { false }
        return .missing(
          name(unknown, path(of: access, steps: isRest ? position - 1 : position, trace)))
      case .missing: return next
      }
    }
    return value.isMissing ? .missing(value) : .value(value, origin)
  }

  private mutating func root(_ access: Access, steps: Int, _ trace: inout Trace) -> Reached {
    switch access.root {
    case .local(let slot):
      let local = locals[slot]
      trace.isFact = local.isFact
      return .value(local.value, local.origin)
    case .computed(let plan, _):
      trace.isFact = false
      let value = evaluate(plan)
      return value.isMissing ? .missing(value) : .value(value, nil)
    case .variable(let candidates):
      for candidate in candidates where candidate.steps <= steps {
        trace.start = candidate.steps
        trace.name = candidate.name
        switch activation.variables[candidate.name] {
        case .value(let value, let origin): return .value(value, origin)
        case .absent(let why): return .absent(steps: candidate.steps, why: why)
        case .unavailable(let missing):
          return .missing(name(Unknown([missing]), .name(candidate.name)))
        case nil:
          if let type = candidate.type { return .value(.type(type), nil) }
        }
      }
      return .missing(.failure("there is no value for '\(candidates.last?.name ?? "")'"))
    }
  }

  private func field(_ name: String, of value: Value) -> Reached {
    switch value {
    case .object(let object):
      switch object.fields[name] {
      case .value(let value, let origin): return .value(value, origin)
      case .absent(let why): return .absent(steps: 0, why: why)
      case .unavailable(let missing): return .missing(.unknown(Unknown([missing])))
      case nil: return .absent(steps: 0, why: "\(object.typeName) has no such field")
      }
    case .map(let map):
      guard let entry = map[.string(name)] else {
        return .missing(.failure("there is no key '\(name)'"))
      }
      return .value(entry.value, entry.origin)
    default: return .missing(.failure("a value of type \(value.typeName) has no fields"))
    }
  }

  private func element(_ key: Value, of value: Value) -> Reached {
    switch value {
    case .map(let map):
      guard MapValue.Key(key) != nil || key.type == .double else {
        return .missing(.failure("\(key.typeName) cannot be the key of a map"))
      }
      guard let entry = map[key] else {
        return .missing(.failure("there is no key \(key)"))
      }
      return .value(entry.value, entry.origin)
    case .list(let list):
      switch MapValue.Key(key) {
      case .int(let index) where 0..<Int64(list.knownCount) ~= index:
        return .value(list[Int(index)], nil)
      case .int(let index) where index < 0:
        return .missing(.failure("index \(index) is below 0"))
      case .int, .uint:
        let missing = list.missingRest
        guard missing.isEmpty else { return .missing(.unknown(Unknown(missing))) }
        return .missing(.failure("index \(key) is beyond the list of \(list.count)"))
      default: return .missing(.failure("a list is indexed by int, not \(key.typeName)"))
      }
    default: return .missing(.failure("a value of type \(value.typeName) cannot be indexed"))
    }
  }

  // MARK: Paths

  private func path(of access: Access, steps: Int, _ trace: Trace) -> FactPath {
    let root: FactPath =
      switch access.root {
      case .local(let slot): locals[slot].path
      case .computed(_, let text): .name(text)
      case .variable: .name(trace.name)
      }
    if let suffix = access.suffix, trace.start == 0, steps == access.steps.count {
      return suffix.isEmpty ? root : .suffix(root, suffix)
    }
    var text = ""
    var keys = trace.keys.makeIterator()
    for step in access.steps[trace.start..<max(steps, trace.start)] {
      switch step {
      case .field(let name): text += FactPath.spelling(ofField: name)
      case .index: text += "[\(keys.next()?.description ?? "")]"
      }
    }
    return .suffix(root, text)
  }

  /// Fills in the fact that was asked for, where the unknown does not name one yet.
  func name(_ unknown: Unknown, _ path: FactPath) -> Value {
    var named = unknown
    for index in named.missing.indices where named.missing[index].fact.isEmpty {
      named.missing[index].fact = path.text
    }
    return .unknown(named)
  }

  private mutating func record(
    _ value: Value, _ origin: Origin?, _ access: Access, _ trace: Trace
  ) {
    guard trace.isFact, value.isLeaf else { return }
    let path = path(of: access, steps: access.steps.count, trace)
    trail.append(Observation(path: path, value: value, origin: origin))
  }
}

extension Value {
  /// Whether it is shown as evidence: not structures, nor lists and maps of them.
  fileprivate var isLeaf: Bool {
    switch self {
    case .object, .map, .error, .unknown, .type: false
    case .list(let list): list.first?.isLeaf ?? true
    default: true
    }
  }
}
