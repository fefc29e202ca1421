internal import CEL

extension UnitSettings {
  /// `[Service]`: what rules ask for, and what decides whether systemd loads the unit.
  mutating func applyToService(_ assignment: UnitAssignment) -> Outcome {
    switch assignment.name {
    case "Type": return setWord(assignment, oneOf: Self.types)
    case "Restart": return setWord(assignment, oneOf: Self.restarts)
    case "ExitType": return setWord(assignment, oneOf: ["main", "cgroup"])
    case "KillMode":
      if assignment.value.isEmpty {
        words[assignment.name] = nil
        return .applied
      }
      return setWord(assignment, oneOf: Self.killModes)
    case "RestartSec", "RestartMaxDelaySec": return setSpan(assignment)
    case "RestartSteps", "StartLimitBurst": return setNumber(assignment)
    // Of old; StartLimitIntervalSec= is not known here.
    case "StartLimitInterval": return setSpan(assignment, as: "StartLimitIntervalSec")
    case "RemainAfterExit", "PrivateNetwork": return setBoolean(assignment)
    case "DynamicUser": return setBoolean(assignment, fatal: true)
    case "NetworkNamespacePath": return setPath(assignment)
    case "RootDirectory", "RootImage", "RootVerity": return setPath(assignment, fatal: true)
    case "LimitNOFILE": return setOpenFiles(assignment)
    case "BusName": return setBusName(assignment)
    case "RestartForceExitStatus":
      words[assignment.name] =
        assignment.value.isEmpty
        ? nil : Located(value: assignment.value, location: assignment.location)
      return .applied
    case "Sockets": return addSockets(assignment)
    case "ExecCondition", "ExecStartPre", "ExecStart", "ExecStartPost", "ExecReload", "ExecStop",
      "ExecStopPost":
      return addCommands(assignment)
    default: return .passedOver
    }
  }

  mutating func setOpenFiles(_ assignment: UnitAssignment) -> Outcome {
    guard let limit = UnitValue.limit(assignment.value) else {
      return .invalid(
        "'\(assignment.value)' is no limit: a number, 'soft:hard' with soft not above hard, or"
          + " 'infinity'")
    }
    openFiles = Located(value: limit, location: assignment.location)
    return .applied
  }

  private mutating func setBusName(_ assignment: UnitAssignment) -> Outcome {
    guard let name = specifiers.expand(assignment.value, in: .text) else {
      return .invalid("an unknown specifier in '\(assignment.value)'")
    }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    let isValid =
      parts.count > 1 && name.utf8.count < 256
      && parts.allSatisfy { part in
        !part.isEmpty && part.first?.isNumber == false
          && part.utf8.allSatisfy { byte in
            isDigit(byte) || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7a || byte == 0x5f
              || byte == 0x2d
          }
      }
    guard isValid else { return .invalid("'\(name)' is no name on D-Bus") }
    words[assignment.name] = Located(value: name, location: assignment.location)
    return .applied
  }

  /// Adds; an empty value takes nothing back.
  private mutating func addSockets(_ assignment: UnitAssignment) -> Outcome {
    var (names, problem) = unitNames(assignment.value, style: [])
    if let other = names.first(where: { !$0.hasSuffix(".socket") }) {
      problem = "'\(other)' is no socket unit"
    }
    for name in names where name.hasSuffix(".socket") && !sockets.contains(name) {
      sockets.append(name)
    }
    return problem.map { .invalid($0) } ?? .applied
  }

  private static let types = [
    "simple", "exec", "forking", "oneshot", "dbus", "notify", "idle", "notify-reload",
  ]
  static let restarts = [
    "no", "on-success", "on-failure", "on-abnormal", "on-watchdog", "on-abort", "always",
  ]
  private static let killModes = ["control-group", "process", "mixed", "none"]

  /// Why systemd would not start the service, service_verify(); nil where it would.
  var serviceProblem: String? {
    let starts = commands["ExecStart"] ?? []
    let stops = commands["ExecStop"] ?? []
    let hasAction = (words["SuccessAction"]?.value ?? "none") != "none"
    if starts.isEmpty && stops.isEmpty && !hasAction {
      return "no ExecStart=, ExecStop= or SuccessAction= is set"
    }
    let type = serviceType.value
    if type != "oneshot" && starts.isEmpty {
      return "no ExecStart= is set, and Type= is not 'oneshot'"
    }
    if starts.isEmpty && !hasAction && booleans["RemainAfterExit"]?.value != true {
      return "no ExecStart= is set, and RemainAfterExit= is off"
    }
    if type != "oneshot" && starts.count > 1 {
      return "there are \(starts.count) ExecStart= commands, and Type= is not 'oneshot'"
    }
    if type == "oneshot" {
      if let restart = words["Restart"]?.value, restart == "always" || restart == "on-success" {
        return "Restart=\(restart) is not for Type=oneshot"
      }
      if words["RestartForceExitStatus"] != nil {
        return "RestartForceExitStatus= is not for Type=oneshot"
      }
      if words["ExitType"]?.value == "cgroup" { return "ExitType=cgroup is not for Type=oneshot" }
    }
    if type == "dbus" && words["BusName"] == nil { return "Type=dbus without BusName=" }
    return nil
  }

  /// `Type=`, or what systemd takes without one.
  var serviceType: Located<String> {
    if let type = words["Type"] { return type }
    let guess =
      words["BusName"] != nil
      ? "dbus" : (commands["ExecStart"] ?? []).isEmpty ? "oneshot" : "simple"
    return Located(value: guess, location: SourceLocation(path: ""))
  }
}

extension ServiceUnit {
  /// - Parameter sockets: what starts it besides `Sockets=`.
  init(_ settings: UnitSettings, sockets: [String]) {
    let type = settings.serviceType
    self.type =
      settings.words["Type"] == nil
      ? .value(type.value, UnitSettings.defaults) : .value(type.value, .file(type.location))
    restart = settings.word("Restart", "no")
    restartDelay = settings.span("RestartSec", .microseconds(100_000))
    restartSteps = settings.number("RestartSteps", 0)
    restartMaxDelay = settings.span("RestartMaxDelaySec", .infinite)
    startLimitInterval = settings.span("StartLimitIntervalSec", .microseconds(10_000_000))
    startLimitBurst = settings.number("StartLimitBurst", 5)
    killMode = settings.word("KillMode", "control-group")
    openFiles =
      settings.openFiles.map { .value($0.value, .file($0.location)) } ?? .absent("it is not set")
    privateNetwork = settings.boolean("PrivateNetwork", false)
    networkNamespacePath = settings.optionalWord("NetworkNamespacePath")
    execStart = (settings.commands["ExecStart"] ?? []).map(\.text)
    self.sockets = Set(settings.sockets + sockets).sorted()
  }
}

extension UnitSettings {
  static let defaults = Origin.defaultValue("systemd")

  private func reading<Value: Sendable>(_ set: Located<Value>?, _ standard: Value) -> Reading<Value>
  {
    set.map { .value($0.value, .file($0.location)) } ?? .value(standard, Self.defaults)
  }

  func boolean(_ name: String, _ standard: Bool) -> Reading<Bool> {
    reading(booleans[name], standard)
  }

  func number(_ name: String, _ standard: Int) -> Reading<Int> { reading(numbers[name], standard) }

  func optionalNumber(_ name: String) -> Reading<Int> {
    numbers[name].map { .value($0.value, .file($0.location)) } ?? .absent("it is not set")
  }

  func word(_ name: String, _ standard: String) -> Reading<String> {
    reading(words[name], standard)
  }

  func optionalWord(_ name: String) -> Reading<String> {
    words[name].map { .value($0.value, .file($0.location)) } ?? .absent("it is not set")
  }

  func span(_ name: String, _ standard: TimeSpan) -> Reading<Duration> {
    reading(spans[name], standard).flatMap { span, origin in
      span.duration.map { .value($0, origin) } ?? .absent("infinite")
    }
  }
}
