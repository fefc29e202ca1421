import CEL
import Rules

extension BindReport {
  /// For people: the answer in one line, what it rests on, what would help.
  public func text(_ options: RenderOptions) -> [UInt8] {
    var page = Page(width: options.width, style: options.style)
    page.prose(hanging: 2, .init(answer, .strong))
    for error in errors.dropFirst() {
      page.prose(indent: 2, hanging: 2, .init("and: \(error.text)"))
    }
    section("In the way", blockers, options, &page)
    section("May be in the way", undecided, options, &page)
    section("Would share the port", beside, options, &page)
    if !missing.isEmpty {
      page.blank()
      page.line(.init("Could not check", .strong))
      for gap in missing {
        let grant = gap.grant.map { Missing.clause(ofGrant: $0) } ?? ""
        page.prose(indent: 2, hanging: 2, .init("- " + gap.reason + grant))
      }
    }
    if !remedies.isEmpty {
      page.blank()
      page.line(.init(blockers.isEmpty ? "What would help" : "What would free it", .strong))
      for remedy in remedies { page.prose(indent: 2, hanging: 2, .init("- " + remedy)) }
    }
    if !notices.isEmpty {
      page.blank()
      page.line(.init("Notices", .strong))
      for notice in notices { page.prose(indent: 2, hanging: 2, .init("- " + notice.message)) }
    }
    return Array(page.text.utf8)
  }

  private var answer: String {
    let calls = listen == nil ? "bound" : "bound and listened on"
    return switch bind {
    case .yes: "\(place) can be \(calls)"
    case .no: "\(place) cannot be bound: \(errors.first?.text ?? "")"
    case .unknown where undecided.isEmpty:
      "Nothing that can be seen is in the way of \(place), but it is not certain that it can be "
        + calls
    case .unknown: "It is not known whether \(place) can be \(calls)"
    }
  }

  private var place: String {
    var remarks = request.transport == "tcp" ? [] : ["UDP"]
    if let v6Only = request.v6Only { remarks.append(v6Only ? "IPv6 only" : "IPv6 and IPv4") }
    return request.address + (remarks.isEmpty ? "" : " (\(remarks.joined(separator: ", ")))")
  }

  /// Sockets that differ in nothing but the other end, from this many on, are one line.
  private static let foldingLimit = 4
  private static let lineLimit = 10

  private func section(
    _ title: String, _ sockets: [Socket], _ options: RenderOptions, _ page: inout Page
  ) {
    guard !sockets.isEmpty else { return }
    page.blank()
    page.line(.init(title, .strong))
    let lines = Self.folded(sockets)
    let shown = options.verbosity == .verbose ? lines[...] : lines.prefix(Self.lineLimit)
    let cells = shown.map { [$0.state, $0.place, $0.rest] }
    let widths = (0..<2).map { column in cells.map { $0[column].shown.columns }.max() ?? 0 }
    for cell in cells {
      var text = ""
      for (column, width) in widths.enumerated() {
        let gap = max(0, width - cell[column].shown.columns) + 2
        text += cell[column].shown + String(repeating: " ", count: gap)
      }
      text += cell[2].shown
      while text.hasSuffix(" ") { text.removeLast() }
      page.line(indent: 2, .init(text))
    }
    if lines.count > shown.count {
      page.line(indent: 2, .init("and \(lines.count - shown.count) more", .faint))
    }
  }

  private struct Line {
    var state: String
    var place: String
    var rest: String
  }

  private struct Key: Hashable {
    var state: String
    var local: String
    var process: String?
    var pid: Int?
    var unit: String?
  }

  /// In the order of the first of each kind.
  private static func folded(_ sockets: [Socket]) -> [Line] {
    var order: [Key] = []
    var groups: [Key: [Socket]] = [:]
    for socket in sockets {
      let key = Key(
        state: socket.state, local: socket.local, process: socket.process, pid: socket.pid,
        unit: socket.unit)
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(socket)
    }
    return order.flatMap { key -> [Line] in
      let group = groups[key] ?? []
      guard group.count >= foldingLimit else { return group.map { line($0) } }
      var first = group[0]
      first.remote = "\(group.count) peers"
      first.secondsLeft = group.compactMap(\.secondsLeft).max()
      return [line(first)]
    }
  }

  private static func line(_ socket: Socket) -> Line {
    var rest: [String] = []
    if let process = socket.process ?? (socket.pid == nil ? nil : "?") {
      rest.append(process + (socket.pid.map { " (pid \($0))" } ?? ""))
    }
    if let unit = socket.unit { rest.append(unit) }
    if socket.sockets > 1 { rest.append("\(socket.sockets) sockets") }
    if let seconds = socket.secondsLeft {
      rest.append(seconds >= 1 ? "\(Int(seconds.rounded(.up))) s left" : "less than 1 s left")
    }
    return Line(
      state: socket.state,
      place: socket.local + (socket.remote.map { " > \($0)" } ?? ""),
      rest: rest.joined(separator: ", "))
  }
}
