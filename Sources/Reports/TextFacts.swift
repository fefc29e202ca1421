import CEL

extension FactsDocument {
  /// For people: one line for each fact, grouped by variable; then what there is none of, and what
  /// could not be read, each by its reason.
  public func text(_ options: RenderOptions = RenderOptions()) -> [UInt8] {
    var page = Page(width: options.width, style: options.style)
    page.prose(.init("Facts of \(host.name), Linux \(host.kernel)."))
    var missing = MissingFacts()
    for (name, field) in variables {
      var lines: [(text: String, origin: String?)] = []
      collect(name, field, &lines, &missing)
      guard !lines.isEmpty else { continue }
      page.blank()
      page.facts(indent: 0, lines)
    }
    for source in sources {
      switch source.state {
      case .read: break
      case .absent(let why): missing.addAbsent(source.name, why)
      case .unavailable(let reason, let grant): missing.addUnread(source.name, reason, grant)
      }
    }
    missing.print(to: &page)
    return Array(page.text.utf8)
  }

  private func collect(
    _ path: String, _ field: Field, inherited: Origin? = nil, depth: Int = 0,
    _ lines: inout [(text: String, origin: String?)], _ missing: inout MissingFacts
  ) {
    switch field {
    case .value(let value, let origin):
      collect(path, value, origin ?? inherited, depth, &lines, &missing)
    case .absent(let why): missing.addAbsent(path, why)
    case .unavailable(let why): missing.addUnread(path, why.reason, why.grant)
    }
  }

  private func collect(
    _ path: String, _ value: Value, _ origin: Origin?, _ depth: Int,
    _ lines: inout [(text: String, origin: String?)], _ missing: inout MissingFacts
  ) {
    if case .unknown(let unknown) = value {
      let why = unknown.missing.first
      missing.addUnread(path, why?.reason ?? "no reason was recorded", why?.grant)
      return
    }
    let shape = FactShape(value)
    switch shape {
    case .structure(let object)
    where ValueText.portRange(object) == nil && depth < FactShape.depthLimit:
      for (name, field) in fields(of: object) {
        collect("\(path).\(name)", field, inherited: origin, depth: depth + 1, &lines, &missing)
      }
    case .sequence(let elements) where depth < FactShape.depthLimit:
      for (index, element) in elements.enumerated() {
        collect("\(path)[\(index)]", element, origin, depth + 1, &lines, &missing)
      }
    case .mapping(let map) where depth < FactShape.depthLimit:
      for entry in map.entries {
        let key = ValueText.describe(entry.key)
        collect(
          "\(path)[\"\(key)\"]", entry.value, entry.origin ?? origin, depth + 1, &lines, &missing)
      }
    default: lines.append(("\(path) = \(ValueText.describe(value))", origin?.text))
    }
  }
}

/// Facts without a value, by reason, in the order in which they came.
private struct MissingFacts {
  private struct Cause: Hashable {
    var isUnread: Bool
    var reason: String
    var grant: String?
  }

  /// How often each path stands for that reason; elements of lists share one path.
  private struct Paths {
    var order: [String] = []
    var counts: [String: Int] = [:]

    mutating func add(_ path: String) {
      if counts[path] == nil { order.append(path) }
      counts[path, default: 0] += 1
    }

    var text: String {
      order.map { path in
        let count = counts[path] ?? 1
        return count > 1 ? "\(path) (\(count) times)" : path
      }.joined(separator: ", ")
    }
  }

  private var order: [Cause] = []
  private var paths: [Cause: Paths] = [:]

  mutating func addAbsent(_ path: String, _ why: String) {
    add(path, Cause(isUnread: false, reason: why))
  }

  mutating func addUnread(_ path: String, _ reason: String, _ grant: String?) {
    add(path, Cause(isUnread: true, reason: reason, grant: grant))
  }

  private mutating func add(_ path: String, _ cause: Cause) {
    if paths[cause] == nil { order.append(cause) }
    paths[cause, default: Paths()].add(withoutNumbers(path))
  }

  /// `listeners[12].unit` as `listeners[*].unit`.
  private func withoutNumbers(_ path: String) -> String {
    var text = ""
    var rest = Substring(path)
    while let open = rest.firstIndex(of: "[") {
      text += rest[...open]
      rest = rest[rest.index(after: open)...]
      let digits = rest.prefix { $0.isNumber }
      if !digits.isEmpty && rest.dropFirst(digits.count).first == "]" {
        text += "*"
        rest = rest.dropFirst(digits.count)
      }
    }
    return text + rest
  }

  func print(to page: inout Page) {
    for (isUnread, title) in [(false, "Absent"), (true, "Could not be read")] {
      let causes = order.filter { $0.isUnread == isUnread }
      guard !causes.isEmpty else { continue }
      page.blank()
      page.line(.init(title, .strong))
      for cause in causes {
        let grant = cause.grant.map(Missing.clause) ?? ""
        page.prose(indent: 2, hanging: 2, .init(cause.reason + grant))
        page.prose(indent: 4, hanging: 2, .init(paths[cause]?.text ?? "", .faint))
      }
    }
  }
}
