internal import CEL

/// The kernel parameters that the files of a place give to a host, where they agree.
struct ReviewedSettings {
  private var values: [String: Reading<String>] = [:]

  var isEmpty: Bool { values.isEmpty }

  mutating func add(_ assignment: SysctlAssignment) {
    guard assignment.hasValue else { return }
    let key = assignment.key
    switch values[key] {
    case .value(let value, .file(let other)) where value != assignment.value:
      let place = "'\(other.path)':\(other.line ?? 1)"
      values[key] = .unavailable(
        .init(
          "the reviewed files do not agree on '\(key)': \(place) and "
            + "'\(assignment.path)':\(assignment.line) give it two values"))
    case .unavailable, .value: break
    case .absent, nil: values[key] = .value(assignment.value, .file(assignment.statement.location))
    }
  }

  private func reading(_ key: String) -> Reading<String> {
    values[SysctlKey(key).dotted] ?? .unavailable(.init(Review.notSet))
  }

  func settings(of entries: [SysctlEntry]) -> ProcSys {
    var readings: [String: Reading<SysctlValue>] = [:]
    for entry in entries {
      readings[entry.key] = reading(entry.key).flatMap { text, origin in
        // What is wrong with the text is said of the assignment.
        SysctlValue(text, kind: entry.kind).map { .value($0, origin) }
          ?? .unavailable(.init(Review.notSet))
      }
    }
    return ProcSys(readings)
  }

  func raw(_ keys: [String]) -> RawSysctls {
    var readings: [String: Reading<String>] = [:]
    for key in keys {
      readings[key] = reading(key).flatMap { text, origin in
        .value(words(text).joined(separator: " "), origin)
      }
    }
    return RawSysctls(readings: readings)
  }
}
