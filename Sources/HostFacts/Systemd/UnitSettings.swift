internal import CEL

/// What a unit's files have set so far, in the order in which systemd applies them.
struct UnitSettings: Sendable {
  /// A value and where it was set.
  struct Located<Value: Sendable>: Sendable {
    var value: Value
    var location: SourceLocation
  }

  /// What came of one assignment.
  enum Outcome: Hashable {
    case applied
    /// Known, and none that a rule asks for.
    case passedOver
    /// The value is refused, and why; what was set before stays.
    case invalid(String)
    /// systemd reads this file no further.
    case fatal(String)
  }

  let specifiers: UnitSpecifiers
  var booleans: [String: Located<Bool>] = [:]
  var numbers: [String: Located<Int>] = [:]
  var spans: [String: Located<TimeSpan>] = [:]
  var words: [String: Located<String>] = [:]
  var openFiles: Located<ResourceLimit>?
  var listen: [ListenAddress] = []
  var symlinks: [String] = []
  var sockets: [String] = []
  var commands: [String: [UnitCommand]] = [:]
  var dependencies = UnitDependencies()

  init(_ specifiers: UnitSpecifiers) { self.specifiers = specifiers }

  /// Applies one assignment of a section that this type of unit has.
  mutating func apply(_ assignment: UnitAssignment) -> Outcome {
    switch assignment.section {
    case "Unit": applyToUnit(assignment)
    case "Service": applyToService(assignment)
    case "Socket": applyToSocket(assignment)
    default: .passedOver
    }
  }

  // MARK: Kinds of values

  mutating func setBoolean(_ assignment: UnitAssignment, fatal: Bool = false) -> Outcome {
    guard let value = UnitValue.boolean(assignment.value) else {
      let why = "'\(assignment.value)' is no boolean: 'yes' or 'no'"
      return fatal ? .fatal(why) : .invalid(why)
    }
    booleans[assignment.name] = Located(value: value, location: assignment.location)
    return .applied
  }

  mutating func setNumber(_ assignment: UnitAssignment, as name: String? = nil) -> Outcome {
    guard let value = UnitValue.unsigned(assignment.value, upTo: UInt64(UInt32.max)) else {
      return .invalid("'\(assignment.value)' is no number from 0 to 4294967295")
    }
    numbers[name ?? assignment.name] = Located(value: Int(value), location: assignment.location)
    return .applied
  }

  /// Bytes, with K, M, G and so on as powers of 1024.
  mutating func setSize(_ assignment: UnitAssignment) -> Outcome {
    guard let value = UnitValue.size(assignment.value) else {
      return .invalid("'\(assignment.value)' is no size such as '64K' or '1.5M'")
    }
    numbers[assignment.name] = Located(
      value: Int(clamping: value), location: assignment.location)
    return .applied
  }

  mutating func setSpan(_ assignment: UnitAssignment, as name: String? = nil) -> Outcome {
    guard let value = TimeSpan(assignment.value) else {
      return .invalid("'\(assignment.value)' is no span of time such as '5s' or '1min 30s'")
    }
    spans[name ?? assignment.name] = Located(value: value, location: assignment.location)
    return .applied
  }

  mutating func setWord(_ assignment: UnitAssignment, oneOf choices: [String]) -> Outcome {
    guard choices.contains(assignment.value) else {
      return .invalid(
        "'\(assignment.value)' is none of \(choices.map { "'\($0)'" }.joined(separator: ", "))")
    }
    words[assignment.name] = Located(value: assignment.value, location: assignment.location)
    return .applied
  }

  /// A path in which specifiers are replaced; empty takes it back.
  mutating func setPath(_ assignment: UnitAssignment, fatal: Bool = false) -> Outcome {
    func fail(_ why: String) -> Outcome { fatal ? .fatal(why) : .invalid(why) }
    if assignment.value.isEmpty {
      words[assignment.name] = nil
      return .applied
    }
    guard let value = specifiers.expand(assignment.value, in: .path) else {
      return fail("an unknown specifier in '\(assignment.value)'")
    }
    guard let path = UnitPath.simplified(value), UnitPath.isNormalized(path) else {
      return fail("'\(value)' is no absolute path without '..'")
    }
    words[assignment.name] = Located(value: path, location: assignment.location)
    return .applied
  }

  mutating func addCommands(_ assignment: UnitAssignment) -> Outcome {
    if assignment.value.isEmpty {
      commands[assignment.name] = []
      return .applied
    }
    let line = UnitCommand.parse(assignment, specifiers)
    commands[assignment.name, default: []] += line.commands
    guard let problem = line.problem else { return .applied }
    return line.isFatal ? .fatal(problem) : .invalid(problem)
  }

  /// Names of units, to each of which `add` is applied; templates get this unit's instance.
  func unitNames(_ value: String, style: UnitWords.Style) -> (names: [String], problem: String?) {
    var names: [String] = []
    var problem: String?
    var words = UnitWords(value)
    while true {
      let word = words.next(style)
      if word == .end { return (names, problem) }
      guard case .word(let text) = word else {
        return (names, "the value does not end after a backslash")
      }
      guard let expanded = specifiers.expand(text, in: .name), let name = UnitName(expanded),
        let whole = name.isTemplate
          ? name.with(instance: specifiers.name.instance ?? specifiers.name.prefix) : name
      else {
        problem = "'\(text)' is no name of a unit"
        continue
      }
      names.append(whole.text)
    }
  }

  // MARK: [Unit]

  private mutating func applyToUnit(_ assignment: UnitAssignment) -> Outcome {
    switch assignment.name {
    case "After", "Before", "Conflicts", "Wants", "Requires", "Requisite", "BindsTo":
      return addDependencies(assignment)
    case "StartLimitIntervalSec", "StartLimitInterval":
      return setSpan(assignment, as: "StartLimitIntervalSec")
    case "StartLimitBurst": return setNumber(assignment)
    case "SuccessAction": return setWord(assignment, oneOf: Self.emergencyActions)
    default: return .passedOver
    }
  }

  /// Dependencies are never taken back: an empty value adds nothing.
  private mutating func addDependencies(_ assignment: UnitAssignment) -> Outcome {
    let (names, problem) = unitNames(assignment.value, style: .keepBackslashes)
    switch assignment.name {
    case "After": Self.add(names, to: &dependencies.after)
    case "Before": Self.add(names, to: &dependencies.before)
    case "Conflicts": Self.add(names, to: &dependencies.conflicts)
    case "Wants": Self.add(names, to: &dependencies.wants)
    default: Self.add(names, to: &dependencies.requires)
    }
    return problem.map { .invalid($0) } ?? .applied
  }

  private static func add(_ names: [String], to list: inout [String]) {
    for name in names where !list.contains(name) { list.append(name) }
  }

  private static let emergencyActions = [
    "none", "reboot", "reboot-force", "reboot-immediate", "poweroff", "poweroff-force",
    "poweroff-immediate", "exit", "exit-force",
  ]
}
