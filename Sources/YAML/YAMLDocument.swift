/// The one document of a file of ours: YAML without tags, anchors, aliases and duplicate keys.
public struct YAMLDocument {
  /// How deep lists and mappings may nest.
  public static let depthLimit = 40

  /// nil where the text is not YAML; the reason is among the problems.
  public private(set) var root: YAMLNode?
  public private(set) var problems: [YAMLProblem] = []

  public init(_ source: SourceText) {
    guard let events = YAMLEvents(source.bytes) else { return }
    var reader = TreeReader(source: source)
    do throws(YAMLEvents.Failure) {
      root = try reader.document(events)
    } catch {
      reader.problems.append(YAMLProblem(error, in: source))
    }
    problems = reader.problems
  }
}

/// Builds the tree from events; reports what YAML allows and our files do not.
private struct TreeReader {
  let source: SourceText
  var problems: [YAMLProblem] = []

  mutating func report(_ kind: YAMLProblem.Kind, _ range: Range<Int>, _ message: String) {
    problems.append(YAMLProblem(kind, range, message))
  }

  mutating func document(_ events: borrowing YAMLEvents) throws(YAMLEvents.Failure) -> YAMLNode? {
    _ = try events.next()  // stream start
    guard case .documentStart = try events.next().kind else { return nil }
    let root = try node(try events.next(), events, depth: 0)
    _ = try events.next()  // document end
    let after = try events.next()
    if case .documentStart = after.kind {
      report(.secondDocument, after.range, "a second document begins here")
    }
    return root
  }

  private mutating func node(
    _ event: YAMLEvents.Event, _ events: borrowing YAMLEvents, depth: Int
  ) throws(YAMLEvents.Failure) -> YAMLNode {
    guard depth < YAMLDocument.depthLimit else {
      throw YAMLEvents.Failure(
        problem: "nested deeper than \(YAMLDocument.depthLimit) levels",
        offset: event.range.lowerBound, isLimit: true)
    }
    let isRefused = refuses(event)
    var content: YAMLNode.Content
    switch event.kind {
    case .scalar(let scalar): content = .scalar(scalar)
    case .sequenceStart: content = .sequence(try sequence(events, depth: depth))
    case .mappingStart:
      content = try mapping(events, from: event.range.lowerBound, depth: depth)
    default: content = .refused
    }
    if isRefused { content = .refused }
    return YAMLNode(content: content, range: event.range)
  }

  private mutating func sequence(
    _ events: borrowing YAMLEvents, depth: Int
  ) throws(YAMLEvents.Failure) -> [YAMLNode] {
    var nodes: [YAMLNode] = []
    while true {
      let event = try events.next()
      if case .sequenceEnd = event.kind { return nodes }
      nodes.append(try node(event, events, depth: depth + 1))
    }
  }

  private mutating func mapping(
    _ events: borrowing YAMLEvents, from start: Int, depth: Int
  ) throws(YAMLEvents.Failure) -> YAMLNode.Content {
    var entries: [YAMLEntry] = []
    var isRefused = false
    var lines: [String: Int] = [:]
    while true {
      let event = try events.next()
      if case .mappingEnd = event.kind { return isRefused ? .refused : .mapping(entries) }
      let key = try node(event, events, depth: depth + 1)
      let value = try node(try events.next(), events, depth: depth + 1)
      switch key.content {
      case .scalar(let scalar):
        if let line = lines[scalar.value] {
          report(
            .duplicateKey(firstLine: line), key.range, "duplicate key '\(scalar.value)'")
        } else {
          lines[scalar.value] = source.position(of: key.range.lowerBound).line
          entries.append(YAMLEntry(key: scalar.value, keyRange: key.range, value: value))
        }
      case .refused: isRefused = true
      case .sequence, .mapping:
        isRefused = true
        report(
          .keyIsNoName(mapping: start), key.range, "a key must be a name, this is \(key.kind)")
      }
    }
  }

  /// Reports tags, anchors and aliases; true where the node is none because of that.
  private mutating func refuses(_ event: YAMLEvents.Event) -> Bool {
    var what: String
    switch event.kind {
    case .alias: what = "an alias"
    default:
      guard event.tag != nil || event.anchor != nil else { return false }
      what = event.tag != nil ? "a tag" : "an anchor"
    }
    let start = event.range.lowerBound
    let line = source.line(around: start)
    let end = source.scalars[start..<max(start, line.upperBound)].firstIndex {
      $0 == " " || $0 == "\t" || $0 == ","
    }
    let word = start..<max(start, end ?? line.upperBound)
    report(.notPlain, word, "'\(source.text(word))' is \(what) to YAML and not part of a value")
    return true
  }
}
